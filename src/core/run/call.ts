import * as E from 'fp-ts/lib/Either.js'
import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { Batch, CallContext } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { exchange, type Trail } from './exchange.ts'
import { someHeld } from './holding.ts'
import { endsRun } from './patience.ts'
import { type Run, takeOff } from './run.ts'
import type { Watched } from './watch.ts'

/** What a member of the provider came to, and when it last sent something: the time from which a doubt counts. */
export interface Called<A> {
  readonly result: E.Either<ProviderError, A>
  readonly sentAt: number
}

/**
 * Calls one member of the provider. Whatever it does, this resolves: a member that throws is a defect, one that does
 * nothing for about `callTimeoutMs` (waiting for its turn at the gate is not nothing) was interrupted, and one that is
 * still at it when the run gives up was aborted. `order` ranks its polls: the oldest job first; `beforeDelete` is asked
 * before each deletion of it goes out.
 */
export const callMember = <A>(
  run: Run,
  order: number,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  beforeDelete?: () => boolean | Promise<boolean>,
): Promise<Called<A>> =>
  new Promise((resolve) => {
    const { clock, callTimeoutMs, maxWaitMs } = run.settings
    const given = new AbortController()
    const trail: Trail = { sentAt: undefined }
    /** A call that sends by `exchange` has provably sent nothing before one went out. */
    let exchanges = run.provider.sendsByExchange !== undefined
    const finish = (result: E.Either<ProviderError, A>): void => {
      run.ending.watch.end(call)
      resolve({ result, sentAt: trail.sentAt ?? clock.now() })
    }
    const call: Watched = {
      running: 0,
      lastAt: clock.now(),
      cut: (why) => {
        given.abort()
        if (why === 'quiet')
          finish(E.left({ tag: 'Interrupted', detail: `the provider did nothing for ${callTimeoutMs} ms` }))
        else
          finish(
            E.left({
              tag: 'Aborted',
              detail: 'the run gave up waiting',
              sent: trail.sentAt !== undefined || !exchanges,
            }),
          )
      },
    }
    const busy = async <B>(work: Promise<B>): Promise<B> => {
      call.running++
      try {
        return await work
      } finally {
        call.running--
        call.lastAt = clock.now()
      }
    }
    const context: CallContext = {
      signal: given.signal,
      clock: {
        now: () => clock.now(),
        ...(clock.wall && { wall: () => clock.wall?.() ?? clock.now() }),
        sleep: (ms, signal) => {
          // Nobody waits so long but for a backend that asked for it.
          endsRun(run, ms, { tag: 'Unavailable', detail: 'the backend has work to do' })
          return busy(clock.sleep(ms, AbortSignal.any([given.signal, ...(signal === undefined ? [] : [signal])])))
        },
      },
      memory: run.known.memory,
      maxWaitMs,
      exchange: (purpose, send) => {
        exchanges = true
        return busy(exchange(run, { order, purpose, send, given: given.signal, trail, beforeDelete }))
      },
      waitFor: busy,
    }
    run.ending.watch.begin(call)
    void attempt(member, context).then(finish)
  })

const attempt = async <A>(
  member: (context: CallContext) => TaskEither<ProviderError, A>,
  context: CallContext,
): Promise<E.Either<ProviderError, A>> => {
  try {
    return await member(context)()
  } catch (cause) {
    const detail = `the provider threw instead of returning an error: ${cause instanceof Error ? cause.message : typeof cause}`
    return E.left({ tag: 'Defect', detail, cause })
  }
}

/** Nothing was sent: it could not be put on record, and the run is halting. */
export const notOnRecord = Symbol('not on record')

/** Nothing was sent: some of the records are held by now, or it can't be told. */
export const heldBack = Symbol('held back')

/**
 * Calls a member that deletes, having put on record what it is about to send: as late as the provider allows, because a
 * doubt counts from then.
 */
export const callDeleting = async <A>(
  run: Run,
  batch: Batch,
  records: ReadonlyArray<OpenRecord>,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
): Promise<Called<A> | typeof notOnRecord | typeof heldBack> => {
  run.known.experience.batches = Math.max(run.known.experience.batches, batch.number)
  for (const record of records) record.sendings++
  const { recorder } = run.books
  const mayBeHeld = run.settings.holds !== undefined
  const { callTimeoutMs, clock } = run.settings
  let state: 'new' | 'intended' | 'held' = 'new'
  let answered = (): void => {}
  const begin = (): boolean | Promise<boolean> => {
    takeOff(run, records)
    answered()
    answered = run.tell.waits.begin('answer', records.length, clock.now() + callTimeoutMs)
    return recorder.intend(batch, records)
  }
  const intend = async (): Promise<boolean> => {
    // What a call has once begun to send is not split any more.
    if (mayBeHeld && state === 'new' && (await someHeld(run, records))) state = 'held'
    if (state === 'held') return false
    state = 'intended'
    return begin()
  }
  const isHeld = (): boolean => state === 'held'
  const goes = mayBeHeld ? intend : begin
  try {
    if (run.provider.sendsByExchange !== undefined) {
      const called = await callMember(run, 0, member, goes)
      return isHeld() ? notSent(records) : called
    }
    if (await goes()) return await callMember(run, 0, member)
    return isHeld() ? notSent(records) : notOnRecord
  } finally {
    answered()
  }
}

const notSent = (records: ReadonlyArray<OpenRecord>): typeof heldBack => {
  for (const record of records) record.sendings--
  return heldBack
}
