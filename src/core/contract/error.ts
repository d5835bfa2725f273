import { oneLine } from './text.ts'

/**
 * Why something was not deleted, in the backend's words where it has any. `code` is a stable word (`vendor:<code>`
 * where the vendor has one), `message` is for people, `requestId` is what the vendor's support asks for.
 */
export interface Reason {
  readonly code: string
  readonly message: string
  readonly status?: number
  readonly requestId?: string
}

/** A record that a refusal names, and what the refusal says of it. */
export type Culprit =
  | { readonly id: string; readonly is: 'absent' }
  | { readonly id: string; readonly is: 'rejected'; readonly reason: Reason }

/**
 * Everything that can go wrong with ONE call. Plain data; `detail` is a sentence for people and never holds a
 * credential. `core/judge/policy.ts` says for each tag whether the call could have been applied, and what follows.
 */
export type ProviderError =
  /** "Later": too many requests, or the record is held by something that passes. Nothing was applied. `retryAfterMs` is the server's own wish. */
  | { readonly tag: 'Throttled'; readonly detail: string; readonly retryAfterMs?: number }
  /** Closed for now (maintenance, read-only): nothing was applied, and the records are not at fault. */
  | { readonly tag: 'Unavailable'; readonly detail: string; readonly retryAfterMs?: number }
  /** Provably never sent: no such host, no connection, a TLS handshake that failed, no token to be had. */
  | { readonly tag: 'Unreachable'; readonly detail: string }
  /** Reset, time-out, 5xx: it may have happened. `status`: where there was an answer at all. */
  | { readonly tag: 'Interrupted'; readonly detail: string; readonly retryAfterMs?: number; readonly status?: number }
  /** This batch was refused, deterministically; nothing was applied. `blames` is what the text says of records it does not name. */
  | {
      readonly tag: 'Refused'
      readonly detail: string
      readonly status: number
      readonly culprits: ReadonlyArray<Culprit>
      readonly blames: 'absent' | 'rejected' | 'unknown'
      readonly reason?: Reason
    }
  /** 413, 414, 431: the request was too long; nothing was applied. */
  | { readonly tag: 'TooLarge'; readonly detail: string }
  /**
   * 401 after one token refresh, 403, an unexpected redirect, a certificate that is not trusted: nothing was applied.
   * `inDoubt`: it answers a deletion, and not from the place that was meant: what that place did of it is not known.
   */
  | { readonly tag: 'Denied'; readonly detail: string; readonly status: number; readonly inDoubt?: true }
  /** An answer that can't be read: it may have happened. `paths` are the places in the body that did not fit. */
  | { readonly tag: 'Garbled'; readonly detail: string; readonly paths: ReadonlyArray<string> }
  /** The job ended badly; what it did before is unknown. */
  | { readonly tag: 'JobFailed'; readonly detail: string; readonly jobId: string; readonly reason?: Reason }
  /** The job did not end within `jobDeadlineMs`: it may still run. */
  | { readonly tag: 'JobOverdue'; readonly detail: string; readonly jobId: string }
  /** Cut short by the run itself, before or after it was sent. */
  | { readonly tag: 'Aborted'; readonly detail: string; readonly sent: boolean }
  /** A bug: of an adapter, or of the engine. */
  | { readonly tag: 'Defect'; readonly detail: string; readonly cause: unknown }

/** The words of `ProviderError`, for tables. */
export type ErrorTag = ProviderError['tag']

/** The member of `ProviderError` that carries this tag. */
export type ErrorOf<Tag extends ErrorTag> = Extract<ProviderError, { readonly tag: Tag }>

/** One sentence for people: what happened to one call, and its status where it has one. */
export const describe = (error: ProviderError): string => {
  const status = 'status' in error && error.status > 0 ? ` (HTTP ${error.status})` : ''
  const job = 'jobId' in error ? ` (job ${oneLine(error.jobId)})` : ''
  return `${headlines[error.tag]}${status}${job}: ${error.detail}`
}

const headlines: Readonly<Record<ErrorTag, string>> = {
  Throttled: 'put off for now',
  Unavailable: 'closed for now',
  Unreachable: 'never sent',
  Interrupted: 'no usable answer, it may have happened',
  Refused: 'the batch was refused',
  TooLarge: 'the request was too long',
  Denied: 'not allowed',
  Garbled: 'an answer that can not be read, it may have happened',
  JobFailed: 'the job failed',
  JobOverdue: 'the job did not end in time',
  Aborted: 'cut short',
  Defect: 'a bug',
}

/** Thrown for misuse only, before the first request; the message says what to do instead. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}
