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

/** An answer from another place ends the run; where it answers a deletion, nobody knows what was deleted, and where. */
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
  return { tag: 'Denied', status: reply.status, detail, ...(purpose === 'delete' && { inDoubt: true }) }
}
