import {
  type CallContext,
  type Clock,
  ExchangeClosed,
  ExchangeTimeout,
  type HttpReply,
  type Purpose,
  type Send,
} from '../../src/core/contract/provider.ts'
import { realClock } from '../../src/core/settings/clock.ts'

export interface TestCallContext extends CallContext {
  /** The purpose of each exchange that was let in, in order. */
  readonly purposes: ReadonlyArray<Purpose>
  /** Gives up waiting: `context.signal` aborts, and so does what is in flight. */
  readonly giveUp: () => void
  /** From now on no exchange is let in. */
  readonly close: () => void
}

/** The least that an engine has to lend a provider: each exchange sends, within a time-out. No gate, no rate. */
export const callContext = (options: { readonly timeoutMs?: number; readonly clock?: Clock } = {}): TestCallContext => {
  const { timeoutMs = 5_000, clock = realClock } = options
  const given = new AbortController()
  const purposes: Purpose[] = []
  let closed = false
  return {
    signal: given.signal,
    clock,
    memory: new Map(),
    purposes,
    giveUp: () => given.abort(),
    close: () => {
      closed = true
    },
    exchange: async (purpose, send) => {
      if (closed || given.signal.aborted) throw new ExchangeClosed('the run is ending')
      purposes.push(purpose)
      return withTimeout(timeoutMs, given.signal, send)
    },
  }
}

const withTimeout = async (timeoutMs: number, given: AbortSignal, send: Send): Promise<HttpReply> => {
  const cut = new AbortController()
  const giveUp = () => cut.abort()
  given.addEventListener('abort', giveUp)
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new ExchangeTimeout(`no complete answer within ${timeoutMs} ms`)
      reject(error)
      cut.abort(error)
    }, timeoutMs)
  })
  try {
    return await Promise.race([send(cut.signal, () => {}), timeout])
  } finally {
    clearTimeout(timer)
    given.removeEventListener('abort', giveUp)
  }
}
