import type { ProviderError, Reason } from '../contract/error.ts'
import type { BatchReply, Verdict } from '../contract/provider.ts'
import { oneLine } from '../contract/text.ts'
import { longestForm, type Span, spansOf } from './secrets.ts'

/** Makes a text fit to be shown: without credentials, on one line, and not too long. */
export interface Scrub {
  (text: string): string
  /** Whether a text holds one of our own secrets. */
  readonly holds: (text: string) => boolean
}

/** Most characters of a text that came from outside: what a backend says may be a page, or an echo of what was sent. */
export const longestMessage = 300

/** Most characters of it that are looked at, so that a text of any length costs no more; besides the longest secret. */
const longestLook = 8_192

/** `secrets` is asked each time: tokens change. */
export const scrubber = (secrets: () => Iterable<string>, longest = longestMessage): Scrub => {
  const scrub = (text: string): string => {
    const hidden = [...secrets()]
    const margin = longestForm(hidden)
    const isCut = longest !== Number.POSITIVE_INFINITY && text.length > longestLook + margin
    // Of a secret at the cut a part would be left: nobody sees the last so many characters.
    const ending = (shown: string) => (isCut ? shown.slice(0, Math.max(0, shown.length - margin)) : shown)
    const whole = ending(redact(isCut ? text.slice(0, longestLook + margin) : text, hidden))
    const line = oneLine(whole)
    // Without what had been put between its characters, it may be one.
    const shown = line === whole ? line : oneLine(ending(redact(line, hidden)))
    return shown.length > longest ? `${oneLine(shown.slice(0, longest - 1))}…` : shown
  }
  const holds = (text: string) => [text, oneLine(text)].some((shape) => spansOf(shape, secrets()).length > 0)
  return Object.assign(scrub, { holds })
}

/** Takes out the secrets, in every form they are written in, and whatever else looks like a credential. */
export const redact = (text: string, secrets: Iterable<string>): string => {
  const spans = [...spansOf(text, secrets), ...announcedIn(text), ...webTokensIn(text)]
  if (spans.length === 0) return text
  let shown = ''
  let at = 0
  for (const [from, to] of spans.sort(([one], [other]) => one - other)) {
    if (from >= at) shown += `${text.slice(at, from)}${redacted}`
    at = Math.max(at, to)
  }
  return shown + text.slice(at)
}

const redacted = '[redacted]'

const announced =
  /\b((?:bearer|basic)\s{1,9}|(?:client_secret|client_assertion|access_token|refresh_token|password)\\{0,9}["']?\s{0,9}[=:]\s{0,9}\\{0,9}["']?)(?!\[redacted\])[^\s"'&,;}]{8,}/gi

const announcedIn = (text: string): Span[] =>
  Array.from(text.matchAll(announced), ({ 0: whole, 1: word = '', index }) => [
    index + word.length,
    index + whole.length,
  ])

/** Three parts with dots between them, the first of which begins as JSON in base64 does. Found part by part: an expression for the whole would look at a long one over and over. */
const webTokensIn = (text: string): Span[] => {
  const spans: Span[] = []
  for (const { 0: run, index } of text.matchAll(/[\w.-]{20,}/g)) {
    if (!run.includes('eyJ')) continue
    const parts = run.split('.')
    let at = index
    for (let part = 0; part + 2 < parts.length; part++) {
      const [first = '', second = '', third = ''] = parts.slice(part, part + 3)
      const begins = /(?:^|-)eyJ[\w-]{8}/.exec(first)
      if (begins !== null && second !== '') {
        const end = at + first.length + second.length + third.length + 2
        spans.push([at + begins.index + (begins[0].startsWith('-') ? 1 : 0), end])
      }
      at += first.length + 1
    }
  }
  return spans
}

export const scrubError = (error: ProviderError, scrub: Scrub): ProviderError => {
  const shown = { ...error, detail: scrub(error.detail), ...('jobId' in error && { jobId: scrub(error.jobId) }) }
  if (shown.tag === 'Garbled') return { ...shown, paths: shown.paths.map(scrub) }
  if (shown.tag === 'JobFailed') return withReason(shown, scrub)
  if (shown.tag === 'Defect') return { ...shown, cause: scrubCause(shown.cause, scrub) }
  if (shown.tag !== 'Refused') return shown
  const culprits = shown.culprits.map((culprit) => (culprit.is === 'absent' ? culprit : withReason(culprit, scrub)))
  return withReason({ ...shown, culprits }, scrub)
}

export const scrubReply = (reply: BatchReply, scrub: Scrub): BatchReply => {
  if (reply.kind === 'ById') return { ...reply, verdicts: reply.verdicts.map((verdict) => withReason(verdict, scrub)) }
  if (reply.kind !== 'ByPosition') return reply
  return { ...reply, verdicts: reply.verdicts.map((verdict) => scrubVerdict(verdict, scrub)) }
}

export const scrubVerdict = (verdict: Verdict, scrub: Scrub): Verdict => withReason(verdict, scrub)

const withReason = <Told extends object>(told: Told, scrub: Scrub): Told =>
  'reason' in told && told.reason !== undefined ? { ...told, reason: scrubReason(told.reason as Reason, scrub) } : told

/** Its own members alone: an adapter may have put the whole of what was answered beside them. */
const scrubReason = ({ code, message, status, requestId }: Reason, scrub: Scrub): Reason => ({
  code: scrub(code),
  message: scrub(message),
  ...(status === undefined ? {} : { status }),
  ...(requestId === undefined ? {} : { requestId: scrub(requestId) }),
})

/** An error that was thrown may carry the request it was thrown over, headers and all: its words are all that is kept. */
const scrubCause = (cause: unknown, scrub: Scrub): unknown => {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? scrub(cause) : undefined
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { name: cause.name, message: scrub(cause.message), stack: frames.map(scrub).join('\n') }
}
