import type { PlainFetch } from '../../src/http-provider.ts'
import { type Gatekeeper, tokenUrl } from './auth.ts'
import { parseRequest } from './generic-server.ts'
import { part } from './random.ts'
import { openRateLimit } from './rate-limit.ts'
import type { Fault } from './scenario.ts'
import { openSchedule } from './schedule.ts'
import type { Answer, ModelRequest, Server, Subject } from './server.ts'
import type { SeenCall, World } from './world.ts'

/** A `fetch` that leads to a model backend, over a line on which the scenario's faults happen. */
export const openNetwork = (world: World, server: Server, gatekeeper: Gatekeeper): PlainFetch => {
  const { clock, scenario } = world
  const { options, traits } = scenario
  const nextFault = openSchedule(scenario.faults)
  const limit = openRateLimit(world)
  const lateMs = traits.lateEffectMs ?? 2 * options.callTimeoutMs

  const latencyMs = (call: number, way: number) =>
    1 + Math.floor(part(scenario.seed, call * 2 + way) * Math.max(1, traits.latencyMs))

  /** Carries the request out, as far as the fault lets it. */
  const carryOut = (request: ModelRequest, subject: Subject, call: SeenCall): Answer => {
    const { fault } = call
    if (subject.purpose === 'token') return { ...gatekeeper.issue(request.body), says: [] }
    const limited = limit.admit(call)
    if (limited !== undefined) return limited
    if (!gatekeeper.admits(request.headers.get('authorization'))) return refusal('401', request)
    return server.answer(request, {
      fault,
      overBy: fault?.kind === 'later' ? Number.POSITIVE_INFINITY : call.startedAt + lateMs,
    })
  }
  /** An answer that says nothing about records. */
  const refusal = (kind: string, request: ModelRequest, headers: Record<string, string> = {}): Answer => {
    const status = Number.parseInt(kind, 10) || 503
    const code = kind === 'closed' ? 'closed' : `status-${status}`
    // Whoever answers so may well repeat what it was sent.
    const body = server.error(
      code,
      `sent with ${request.headers.get('authorization')?.replace('Bearer ', '') ?? 'nothing'}`,
    )
    return { status, body, headers, says: [] }
  }

  const exchange = async (
    request: ModelRequest,
    subject: Subject,
    call: SeenCall,
    signal: AbortSignal,
  ): Promise<Response> => {
    const { fault, number } = call
    const { life } = world
    const out = latencyMs(number, 0)
    const back = latencyMs(number, 1)
    const arrive = (ms = out) => clock.sleep(ms)
    const answerWith = async (answer: Answer, heard: boolean): Promise<Response> => {
      await clock.sleep(back)
      // Nobody listens any more: nothing is known by it.
      if (signal.aborted || life.dead) return never()
      if (heard) hear(world, answer)
      return responseOf(answer, call)
    }
    switch (fault?.kind) {
      case 'lost-before':
        return never()
      case 'refused':
      case 'unknown-host':
        await arrive(1)
        throw broken(fault.kind === 'refused' ? 'ECONNREFUSED' : 'ENOTFOUND')
      case 'reset-before':
        await arrive()
        throw broken('ECONNRESET')
      case 'late':
      case 'later': {
        const { callTimeoutMs } = options
        const within =
          fault.kind === 'late' ? Math.max(0, lateMs - callTimeoutMs) * fault.part : lateMs * (1 + fault.part)
        await arrive(Math.min(callTimeoutMs, lateMs) + Math.floor(within))
        carryOut(request, subject, call)
        return never()
      }
      case 'slow':
        await arrive()
        {
          const answer = carryOut(request, subject, call)
          await clock.sleep(Math.floor(options.callTimeoutMs * (0.5 + fault.part)))
          return answerWith(answer, true)
        }
      case '429':
      case '503':
      case 'closed':
      case '500-before':
      case '401':
      case '403': {
        await arrive()
        const { headers, asksMs } = hint(fault, clock.now() + back)
        const answered = await answerWith(refusal(fault.kind, request, headers), false)
        call.asked = { at: clock.now(), ms: asksMs }
        return answered
      }
      case 'moved': {
        await arrive()
        const status = subject.purpose === 'delete' ? 202 : subject.purpose === 'read' ? 200 : 404
        const body = { data: status === 200 ? [] : { type: 'job', id: 'job-elsewhere' }, meta: { total_count: 0 } }
        return answerWith({ status, body, headers: { 'x-environment': 'elsewhere' }, says: [] }, false)
      }
      case 'redirect':
        await arrive()
        return answerWith({ status: 302, headers: { location: 'https://elsewhere.example.test/' }, says: [] }, false)
      case 'html-before':
        await arrive()
        return answerWith(page(), false)
      default:
    }
    await arrive()
    const answer = carryOut(request, subject, call)
    switch (fault?.kind) {
      case 'lost-after':
        return never()
      case 'reset-after':
        await clock.sleep(back)
        throw broken('ECONNRESET')
      case '500-after':
        return answerWith({ ...refusal('500', request) }, false)
      case 'html-after':
        return answerWith(page(), false)
      case 'garbage-after':
        return answerWith({ ...answer, status: 200, body: '{"results": [nonsense', headers: json, says: [] }, false)
      case 'truncated-after':
      case 'broken-after':
      case 'stalled-after': {
        const whole = textOf(answer) || '{"id": 1}'
        const cut = fault.kind === 'truncated-after' ? 'closed' : fault.kind === 'broken-after' ? 'broken' : 'stalled'
        await clock.sleep(back)
        if (signal.aborted || life.dead) return never()
        call.status = answer.status
        if (cut === 'closed' && answer.status >= 400) hear(world, { ...answer, says: refusedAtLeast(world, subject) })
        const status = answer.status === 204 ? 200 : answer.status
        return new Response(cutShort(whole, cut, signal), { status, headers: { ...json, ...answer.headers } })
      }
      default:
        return answerWith(answer, true)
    }
  }

  return (url, init) => {
    const method = init.method ?? 'GET'
    const request = parseRequest(method, url, new Headers(init.headers), String(init.body ?? ''))
    const subject: Subject = url === tokenUrl ? { purpose: 'token', what: 'token', ids: [] } : server.subjectOf(request)
    if (request.target.length > (traits.maxUrlBytes ?? Number.POSITIVE_INFINITY))
      world.remarks.push(`cargo: ${request.target.length} bytes of ${request.target.slice(0, 40)} are too many`)
    const signal = init.signal ?? new AbortController().signal
    const call = openCall(world, subject, nextFault(subject.purpose), true)
    return new Promise((resolve, reject) => {
      const end = () => {
        call.endedAt ??= clock.now()
        limit.ended(call)
      }
      const cut = () => {
        call.cutAt = clock.now()
        call.cutMoment = ++world.moment
        end()
        reject(signal.reason)
      }
      if (signal.aborted) return cut()
      signal.addEventListener('abort', cut, { once: true })
      exchange(request, subject, call, signal).then(
        (response) => {
          end()
          resolve(response)
        },
        (error) => {
          end()
          reject(error)
        },
      )
    })
  }
}

/** Notes that a call begins. */
export const openCall = (world: World, subject: Subject, fault: Fault | undefined, overHttp: boolean): SeenCall => {
  world.clock.stir()
  const call: SeenCall = {
    number: world.calls.length + 1,
    leg: world.leg,
    purpose: subject.purpose,
    what: subject.what,
    ids: subject.ids,
    startedAt: world.clock.now(),
    moment: ++world.moment,
    overHttp,
    ...(fault && { fault }),
  }
  world.calls.push(call)
  for (const listen of world.onCall) listen(call)
  return call
}

/** The client has got this answer, whole. */
export const hear = (world: World, answer: Answer): void => {
  world.say(answer.says)
  const { job } = answer
  if (job?.is === 'over') world.jobs.running.delete(job.id)
  if (job?.is !== 'started') return
  world.jobs.heard.add(job.id)
  world.jobs.running.add(job.id)
}

/** Of a refusal whose words are lost, its status is still heard. */
const refusedAtLeast = ({ identityOf }: World, { ids }: Subject): Answer['says'] =>
  ids.map((id) => ({ identity: identityOf(id), says: 'failed', via: 'reply' }))

const json = { 'content-type': 'application/json' }

const page = (): Answer => ({
  status: 200,
  body: '<!doctype html><title>Sign in</title>',
  headers: { 'content-type': 'text/html' },
  says: [],
})

const textOf = ({ body }: Answer): string =>
  body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body)

const responseOf = (answer: Answer, call: SeenCall): Response => {
  call.status = answer.status
  const text = textOf(answer)
  const empty = answer.status === 204 || text === ''
  return new Response(empty ? null : text, {
    status: answer.status,
    headers: { ...(empty ? {} : json), ...answer.headers },
  })
}

/** The first half of a body, and then an end, an error, or nothing. */
const cutShort = (text: string, how: 'closed' | 'broken' | 'stalled', signal: AbortSignal): ReadableStream => {
  const half = new TextEncoder().encode(text.slice(0, Math.ceil(text.length / 2)))
  return new ReadableStream({
    start: (controller) => {
      controller.enqueue(half)
      if (how === 'closed') controller.close()
      else if (how === 'broken') queueMicrotask(() => controller.error(broken('UND_ERR_SOCKET')))
      else signal.addEventListener('abort', () => controller.error(signal.reason), { once: true })
    },
  })
}

const broken = (code: string): TypeError => {
  const cause = Object.assign(new Error(`the line says ${code}`), { code })
  return new TypeError('fetch failed', { cause })
}

/** How long the client is asked to wait, in one of the forms in which that is said. */
const hint = ({ kind, hint: form, ms }: Fault, now: number): { headers: Record<string, string>; asksMs: number } => {
  const seconds = Math.ceil(ms / 1_000)
  if (kind !== '429' && kind !== '503' && kind !== 'closed') return { headers: {}, asksMs: 0 }
  switch (form) {
    case 'seconds':
      return { headers: { 'retry-after': String(seconds) }, asksMs: seconds * 1_000 }
    case 'decimals':
      return { headers: { 'retry-after': (ms / 1_000).toFixed(3) }, asksMs: ms }
    case 'date': {
      const [sent, until] = [new Date(now).toUTCString(), new Date(now + ms).toUTCString()]
      return { headers: { date: sent, 'retry-after': until }, asksMs: Date.parse(until) - Date.parse(sent) }
    }
    case 'reset': {
      const headers = {
        'x-ratelimit-limit': '20',
        'x-ratelimit-remaining': '0',
        'x-ratelimit-reset': String(seconds),
      }
      // A window's end may be known better than in whole seconds.
      return { headers, asksMs: 0 }
    }
    case 'none':
      return { headers: {}, asksMs: 0 }
  }
}

const never = (): Promise<never> => new Promise(() => {})
