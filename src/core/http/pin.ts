import type { ProviderError } from '../contract/error.ts'
import type { CallContext, HttpReply, Purpose } from '../contract/provider.ts'

/**
 * A header that says which part of an account is meant, in requests as in answers. Where the caller did not choose, the
 * first answer does, or `identify` by `pinTo`: what is called "primary" may change in mid-run.
 */
export interface Pin {
  readonly header: string
  /** What the caller chose; left out when the backend is to say. */
  readonly value?: string | undefined
}

export const pinTo = ({ memory }: CallContext, value: string): void => {
  memory.set('pin', value)
}

export const pinned = ({ value }: Pin, { memory }: CallContext): string | undefined =>
  value ?? (memory.get('pin') as string | undefined)

/**
 * An answer from another place ends the run. A deletion that was accepted there may have happened; what follows it,
 * a poll or a read, halts.
 */
export const checkPin = (
  pin: Pin,
  reply: HttpReply,
  purpose: Purpose,
  context: CallContext,
): ProviderError | undefined => {
  const actual = reply.headers.get(pin.header)
  const expected = pinned(pin, context)
  if (actual === null || actual === expected) return undefined
  if (expected === undefined) {
    if (reply.status < 300) pinTo(context, actual)
    return undefined
  }
  const detail = `${pin.header} is "${actual}" in an answer, but this run is about "${expected}"`
  if (purpose === 'delete' && reply.status < 300) return { tag: 'Garbled', detail, paths: [] }
  return { tag: 'Denied', status: reply.status, detail }
}
