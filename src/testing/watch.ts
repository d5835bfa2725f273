import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { BulkRecordProvider, CallContext, ProviderError, Purpose } from '../http-provider.ts'

/** The members of a provider that talk to its backend. */
export type TalkingMember = 'identify' | 'deleteBatch' | 'followJob' | 'findExisting' | 'diagnose'

/** What is told of a provider that is watched. Both return the end of what they tell of. */
export interface Watcher {
  /** So many things are on their way; called again whenever the number changes. */
  readonly onBusy: () => () => void
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
  const { identify, followJob, findExisting, diagnose, deleteBatch, identityOf, weigh, isValidId } = provider

  const watched =
    <Given extends ReadonlyArray<unknown>, Value>(
      name: TalkingMember,
      member: (...given: [...Given, CallContext]) => TaskEither<ProviderError, Value>,
    ) =>
    (...given: [...Given, CallContext]): TaskEither<ProviderError, Value> => {
      return () => {
        const call = openCall(watcher)
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
    ...(provider.sendsByExchange && { sendsByExchange: true as const }),
    ...(provider.overhead && { overhead: provider.overhead }),
    isValidId: (id) => isValidId.call(provider, id),
    ...(identityOf && { identityOf: (id: string) => identityOf.call(provider, id) }),
    ...(weigh && { weigh: (id: string) => weigh.call(provider, id) }),
    deleteBatch: watched('deleteBatch', deleteBatch),
    ...(identify && { identify: watched('identify', identify) }),
    ...(followJob && { followJob: watched('followJob', followJob) }),
    ...(findExisting && { findExisting: watched('findExisting', findExisting) }),
    ...(diagnose && { diagnose: watched('diagnose', diagnose) }),
  }
}

/** One call of a member: counts what of it is on its way. */
const openCall = ({ onBusy, onSend }: Watcher) => {
  let waits = 0
  let sends = 0
  let tokens = 0
  let isOver = false
  let told: ReadonlyArray<() => void> = []

  const tell = () => {
    // Who waits for a token waits with its own request, so the token's alone is on its way.
    const working = waits === 0 ? 1 : 0
    const count = isOver ? 0 : tokens || sends || working
    const ended = told.slice(count)
    told = told.slice(0, count)
    while (told.length < count) told = [...told, onBusy()]
    for (const end of ended) end()
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
      if (isToken) tokens++
      else sends++
      tell()
      const goesOut = () => {
        onSent()
        end?.()
        end = onSend?.(purpose)
      }
      try {
        return await send(signal, goesOut)
      } finally {
        if (isToken) tokens--
        else sends--
        end?.()
        tell()
      }
    }
    return tells ? goes : (signal) => goes(signal, () => {})
  }

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
    },
  }
}
