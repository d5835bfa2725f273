import type { ProviderError, Reason } from '../contract/error.ts'
import type { BatchReply, Verdict } from '../contract/provider.ts'

/** Makes a text fit to be shown: without credentials, on one line, and not too long. */
export type Scrub = (text: string) => string

/** Most characters of a text that came from outside: what a backend says may be a page, or an echo of what was sent. */
export const longestMessage = 300

/** `secrets` is asked each time: tokens change. */
export const scrubber =
  (secrets: () => Iterable<string>): Scrub =>
  (text) => {
    const shown = redact(text, secrets())
      .replace(/[\p{Cc}\p{Zl}\p{Zp}\s]+/gu, ' ')
      .trim()
    return shown.length > longestMessage ? `${shown.slice(0, longestMessage - 1)}…` : shown
  }

/** Takes out the secrets, as they are and as URLs and JSON write them, and whatever else looks like a credential. */
export const redact = (text: string, secrets: Iterable<string>): string => {
  let shown = text
  for (const secret of secrets) {
    for (const form of new Set([secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1)])) {
      if (form.length >= shortestSecret) shown = shown.replaceAll(form, '[redacted]')
    }
  }
  return shown.replace(announced, '$1[redacted]').replace(webToken, '[redacted]')
}

/** Shorter ones are part of ordinary words. */
const shortestSecret = 4

const announced =
  /\b((?:bearer|basic)\s+|(?:client_secret|client_assertion|access_token|refresh_token|password)["']?\s*[=:]\s*["']?)(?!\[redacted\])[^\s"'&,;}]{8,}/gi

const webToken = /\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g

export const scrubError = (error: ProviderError, scrub: Scrub): ProviderError => {
  const shown = { ...error, detail: scrub(error.detail) }
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

const scrubReason = (reason: Reason, scrub: Scrub): Reason => ({
  ...reason,
  code: scrub(reason.code),
  message: scrub(reason.message),
  ...(reason.requestId === undefined ? {} : { requestId: scrub(reason.requestId) }),
})

/** An error that was thrown may carry the request it was thrown over, headers and all: its words are all that is kept. */
const scrubCause = (cause: unknown, scrub: Scrub): unknown => {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? scrub(cause) : undefined
  const frames = (cause.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return { name: cause.name, message: scrub(cause.message), stack: frames.map(scrub).join('\n') }
}
