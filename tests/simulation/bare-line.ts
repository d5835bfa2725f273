import * as E from 'fp-ts/lib/Either.js'
import type { HttpReply, ProviderError } from '../../src/http-provider.ts'
import { hear, openCall } from './network.ts'
import type { Line } from './plain-provider.ts'
import { part } from './random.ts'
import { openSchedule } from './schedule.ts'
import type { Answer, Server } from './server.ts'
import type { World } from './world.ts'

/**
 * A line without HTTP and without the engine's exchange: what happens on it, the provider tells by itself. It may also
 * throw, and never come back.
 */
export const openBareLine = (world: World, server: Server): Line => {
  const { clock, scenario } = world
  const { options, traits } = scenario
  const nextFault = openSchedule(scenario.faults)
  const lateMs = traits.lateEffectMs ?? 2 * options.callTimeoutMs

  return async (_purpose, { method, target, body }, context) => {
    const request = { method, target, headers: new Headers(), body }
    const subject = server.subjectOf(request)
    const call = openCall(world, subject, nextFault(subject.purpose), false)
    const { fault, startedAt } = call
    const { life } = world
    const latency = () =>
      traits.hand === 'at-once'
        ? Promise.resolve()
        : clock.sleep(1 + Math.floor(part(scenario.seed, call.number) * traits.latencyMs))
    const act = (): Answer =>
      server.answer(request, { fault, overBy: fault?.kind === 'later' ? Number.POSITIVE_INFINITY : startedAt + lateMs })
    const end = <Result>(result: Result): Result => {
      call.endedAt = clock.now()
      return result
    }
    const fail = (error: ProviderError) => end(E.left(error))
    const wait = fault !== undefined && fault.ms > 0 && fault.hint !== 'none' ? { retryAfterMs: fault.ms } : {}

    await latency()
    switch (fault?.kind) {
      case 'lost-before':
        return never()
      case 'lost-after':
      case 'stalled-after':
        act()
        return never()
      case 'late':
      case 'later': {
        const beyond =
          fault.kind === 'late' ? Math.max(0, lateMs - options.callTimeoutMs) * fault.part : lateMs * (1 + fault.part)
        await clock.sleep(startedAt + options.callTimeoutMs + beyond - clock.now())
        act()
        return never()
      }
      case 'refused':
      case 'unknown-host':
        return fail({ tag: 'Unreachable', detail: fault.kind })
      case 'reset-before':
      case '500-before':
      case '503':
        return fail({ tag: 'Interrupted', detail: fault.kind, ...wait })
      case 'reset-after':
      case '500-after':
        act()
        return fail({ tag: 'Interrupted', detail: fault.kind })
      case '429':
        return fail({ tag: 'Throttled', detail: fault.kind, ...wait })
      case 'closed':
        return fail({ tag: 'Unavailable', detail: fault.kind, ...wait })
      case '401':
      case '403':
      case 'redirect':
        return fail({ tag: 'Denied', detail: fault.kind, status: 403 })
      case 'html-before':
        end(undefined)
        throw new Error('a bug of the adapter, before anything was sent')
      case 'html-after':
        act()
        end(undefined)
        throw new Error('a bug of the adapter, after it was sent')
      case 'garbage-after':
      case 'truncated-after':
      case 'broken-after':
        act()
        return fail({ tag: 'Garbled', detail: fault.kind, paths: [] })
      default:
    }
    const answer = act()
    // A wait on the engine's clock is known to be one; any other looks like doing nothing.
    if (fault?.kind === 'slow') await context.clock.sleep(Math.floor(options.callTimeoutMs * (0.5 + fault.part)))
    else await latency()
    if (context.signal.aborted || life.dead) return never()
    hear(world, answer)
    call.status = answer.status
    return end(E.right(replyOf(answer)))
  }
}

const replyOf = ({ status, body, headers }: Answer): HttpReply => ({
  status,
  headers: new Headers(headers),
  text: body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body),
})

const never = (): Promise<never> => new Promise(() => {})
