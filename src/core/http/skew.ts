import type { CallContext, HttpReply } from '../contract/provider.ts'

/**
 * When a request is signed, in ms since 1970: by the wall clock, as the server will look at its own; corrected, where an
 * answer has shown that ours is wrong.
 */
export const signingTime = (context: CallContext): number =>
  wallOf(context) + ((context.memory.get(noted) as number | undefined) ?? 0)

/**
 * Whether the clock of who refused a signature is far from the one it was made by: an answer without a body, to a HEAD say, has
 * no words for it.
 */
export const isFarOff = ({ status, headers, text }: HttpReply, signedAt: number): boolean =>
  (status === 401 || status === 403) &&
  text === '' &&
  Math.abs(Date.parse(headers.get('date') ?? '') - signedAt) > toleratedMs

/** The strictest server that is known bears 5 minutes. */
const toleratedMs = 240_000

/** Takes the time from an answer. False where it tells none. */
export const setBy = ({ headers }: HttpReply, context: CallContext): boolean => {
  const theirs = Date.parse(headers.get('date') ?? '')
  if (Number.isNaN(theirs)) return false
  context.memory.set(noted, theirs - wallOf(context))
  return true
}

const noted = 'clock-skew'

const wallOf = ({ clock }: CallContext): number => clock.wall?.() ?? clock.now()
