import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { BulkRecordProvider, CallContext, ProviderError, Purpose } from '../../http-provider.ts'

/** The members of a provider that talk to its backend. */
export type TalkingMember = 'identify' | 'deleteBatch' | 'followJob' | 'findExisting' | 'readContent' | 'diagnose'

/** What is told of a provider that is watched. Both return the end of what they tell of. */
export interface Watcher {
  /** One more thing is on its way; its end is told whether it was given up. */
  readonly onBusy: () => (cut?: boolean) => void
  /** A request goes out, with the purpose that the adapter gave it; what goes out before is for a token. */
  readonly onSend?: (purpose: Purpose) => () => void
  /** A member is called; `result` is what it will come to. */
  readonly onCall?: (member: TalkingMember, result: Promise<unknown>) => void
}

type Send = Parameters<CallContext['exchange']>[1]

/**
 * The same provider, with somebody who looks on: nothing of what it sends or says is changed. A member is busy while
 * it works or while a request of it is on its way, and not while it waits for its turn or sleeps on the run's clock.
 */
export const watchProvider = (provider: BulkRecordProvider, watcher: Watcher): BulkRecordProvider => {
  const { identify, followJob, findExisting, readContent, diagnose, deleteBatch } = provider
  const { identityOf, weigh, isValidId, contentsPerRequest } = provider

  const shared: Shared = { tokens: 0, calls: new Set() }
  const watched =
    <Given extends ReadonlyArray<unknown>, Value>(
      name: TalkingMember,
      member: (...given: [...Given, CallContext]) => TaskEither<ProviderError, Value>,
    ) =>
    (...given: [...Given, CallContext]): TaskEither<ProviderError, Value> => {
      return () => {
        const call = openCall(watcher, shared)
        const all = [...given] as unknown as [...Given, CallContext]
        all[all.length - 1] = call.lend(given.at(-1) as CallContext)
        const result = (async () => member.call(provider, ...all)())()
        watcher.onCall?.(name, result)
        return result.finally(call.over)
      }
    }

  return {
    specification: provider.specification,
    name: provider.name,
    verified: provider.verified,
    get capabilities() {
      return provider.capabilities
    },
    ...(provider.sendsByExchange && { sendsByExchange: provider.sendsByExchange }),
    ...(provider.overhead && { overhead: provider.overhead }),
    isValidId: (id) => isValidId.call(provider, id),
    ...(identityOf && { identityOf: (id: string) => identityOf.call(provider, id) }),
    ...(weigh && { weigh: (id: string) => weigh.call(provider, id) }),
    deleteBatch: watched('deleteBatch', deleteBatch),
    ...(identify && { identify: watched('identify', identify) }),
    ...(followJob && { followJob: watched('followJob', followJob) }),
    ...(findExisting && { findExisting: watched('findExisting', findExisting) }),
    ...(readContent && { readContent: watched('readContent', readContent) }),
    ...(contentsPerRequest && { contentsPerRequest }),
    ...(diagnose && { diagnose: watched('diagnose', diagnose) }),
  }
}

/** What the calls of one provider have in common: a token that one of them asks for is waited for by all. */
interface Shared {
  tokens: number
  readonly calls: Set<() => void>
}

/** One call of a member: counts what of it is on its way. */
const openCall = ({ onBusy, onSend }: Watcher, shared: Shared) => {
  let waits = 0
  let sends = 0
  let unsent = 0
  let tokens = 0
  let isOver = false
  let told: ReadonlyArray<(cut?: boolean) => void> = []

  const tell = (cut = false) => {
    const working = waits === 0 ? 1 : 0
    // Who has nothing sent yet waits for a token: with what is on its way for that, or with a request of the caller's own.
    const count = isOver ? 0 : tokens || sends + (shared.tokens > 0 ? 0 : unsent) || working
    const ended = told.slice(count)
    told = told.slice(0, count)
    while (told.length < count) told = [...told, onBusy()]
    for (const [index, end] of ended.entries()) end(cut && index === 0)
  }

  const token = (by: 1 | -1) => {
    tokens += by
    shared.tokens += by
    for (const tellOne of shared.calls) tellOne()
  }

  const waiting = async <A>(promise: Promise<A>): Promise<A> => {
    waits++
    tell()
    try {
      return await promise
    } finally {
      waits--
      tell()
    }
  }

  /** A call of an SDK is one exchange, which may well sleep: then nothing of it is on its way. */
  const resting = async (sleep: () => Promise<void>): Promise<void> => {
    const within = sends > 0 ? 1 : 0
    sends -= within
    try {
      await sleep()
    } finally {
      sends += within
    }
  }

  const counted = (purpose: Purpose, send: Send): Send => {
    const isToken = purpose === 'token'
    // Whether it tells when its request goes out is seen by how many arguments it takes.
    const tells = send.length > 1
    const goes: Send = async (signal, onSent) => {
      let end = onSend?.(tells ? 'token' : purpose)
      let isOut = !tells
      if (isToken) token(1)
      else if (isOut) sends++
      else unsent++
      tell()
      const goesOut = () => {
        onSent()
        if (isOut || isToken) return
        isOut = true
        unsent--
        sends++
        end?.()
        end = onSend?.(purpose)
        tell()
      }
      try {
        return await send(signal, goesOut)
      } finally {
        if (isToken) token(-1)
        else if (isOut) sends--
        else unsent--
        end?.()
        tell(signal.aborted)
      }
    }
    return tells ? goes : (signal) => goes(signal, () => {})
  }

  shared.calls.add(tell)
  tell()
  return {
    lend: (context: CallContext): CallContext => ({
      ...context,
      clock: { now: context.clock.now, sleep: (ms, signal) => waiting(resting(() => context.clock.sleep(ms, signal))) },
      exchange: (purpose, send) => waiting(context.exchange(purpose, counted(purpose, send))),
      waitFor: (promise) => waiting(context.waitFor === undefined ? promise : context.waitFor(promise)),
    }),
    over: () => {
      isOver = true
      tell()
      shared.calls.delete(tell)
    },
  }
}
