import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../src/core/contract/error.ts'
import type { CallContext, HttpReply, Purpose } from '../src/core/contract/provider.ts'
import { transportError } from '../src/core/http/transport.ts'

/** Sends again what went ahead of a window and was refused for it, as the adapters of the library do. */
export const exchangeWith = async (
  context: CallContext,
  purpose: Purpose,
  answer: () => Promise<HttpReply>,
): Promise<E.Either<ProviderError, HttpReply>> => {
  try {
    for (;;) {
      const reply = await context.exchange(purpose, answer)
      if (reply.wentAhead !== true) return E.right(reply)
    }
  } catch (cause) {
    return E.left(transportError(cause, true, context.signal.aborted))
  }
}

export const ids = (count: number) => Array.from({ length: count }, (_, at) => `r${at}`)
