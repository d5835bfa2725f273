import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../contract/error.ts'
import type { CallContext } from '../contract/provider.ts'
import type { HttpRequest } from './send.ts'

/**
 * Who we are to a backend: a token; a function that returns one, asked for the first call and again after a 401; OAuth
 * 2.0 client credentials, made by `clientCredentials`; or what signs each request, made by `signing`.
 */
export type Authorization = string | (() => Promise<string>) | ClientCredentials | Signing

/** OAuth 2.0 client credentials (RFC 6749, section 4.4), sent as a form to the token URL. */
export interface ClientCredentials {
  readonly tokenUrl: string
  readonly clientId: string
  /** Or a function that returns it: asked before the first token, and again when the token URL refuses the client. */
  readonly clientSecret: string | (() => Promise<string>)
  readonly scope?: string
}

/** Says what these words are, where an adapter writes them as its `authorization`. */
export const clientCredentials = (credentials: ClientCredentials): ClientCredentials => credentials

/** Signs a request with credentials that are written as one text. */
export type Signed = (request: HttpRequest, sealed: string, now: number) => Promise<Readonly<Record<string, string>>>

/** What `signing` makes of it: credentials as one text, so that they are kept, renewed and shared like a token. */
export interface Signing {
  readonly sealed: string | (() => Promise<string>)
  readonly sign: Signed
}

/** A token, and how long it is good for in ms, where that is known. */
export interface Issued {
  readonly token: string
  readonly lifetimeMs?: number
}

/** Gets a new token; left to itself once the run or the call that needs it is cut. */
export type Issue = (context: CallContext) => Promise<E.Either<ProviderError, Issued>>

/** The tokens of one provider: its only state. */
export interface Tokens {
  /** The token to send with; asks for one where there is none, or where it is about to end. All callers share one request. */
  readonly current: (context: CallContext, signal: AbortSignal) => Promise<E.Either<ProviderError, string>>
  /** Forgets this token, if it is the current one; false when no other can be had. */
  readonly drop: (token: string) => boolean
  readonly isCurrent: (token: string) => boolean
  /** Headers that show a request to be ours, where that is not done by sending the token. */
  readonly sign?: Signed
  /** What must not be shown. */
  readonly secrets: () => ReadonlyArray<string>
}

/** One token for good. */
export const staticToken = (token: string): Tokens => {
  const held = Promise.resolve(E.right(token))
  return { current: () => held, drop: () => false, isCurrent: () => true, secrets: () => [token] }
}

/**
 * Tokens that are asked for, kept, and renewed a little before they end: behind the calls, which go on with the old one for
 * as long as that is good, so that a renewal holds nobody up.
 */
export const issuedTokens = (issue: Issue, secrets: () => ReadonlyArray<string> = () => []): Tokens => {
  let held: Held | undefined
  let shared: Promise<E.Either<ProviderError, string>> | undefined
  let recent: ReadonlyArray<string> = []

  const ask = async (context: CallContext, signal: AbortSignal): Promise<E.Either<ProviderError, string>> => {
    const askedAt = context.clock.now()
    const issued = await untilAborted(issue(context), AbortSignal.any([signal, context.signal]))
    if (E.isLeft(issued)) return issued
    const { token, lifetimeMs = Number.POSITIVE_INFINITY } = issued.right
    if (!isToken(token)) return unreachable('what came as a token is empty, or can not be sent in a header')
    const marginMs = Math.min(longestMarginMs, lifetimeMs / 10)
    const endsAt = askedAt + lifetimeMs
    held = { token, renewAt: endsAt - marginMs, goodUntil: endsAt - marginMs / 2, isRenewed: false }
    recent = [token, ...recent.filter((earlier) => earlier !== token)].slice(0, 4)
    return E.right(token)
  }

  const share = (context: CallContext, signal: AbortSignal): Promise<E.Either<ProviderError, string>> => {
    shared ??= ask(context, signal).finally(() => {
      shared = undefined
    })
    return shared
  }

  /** The token in hand, while it is good; the first call that finds it old has it renewed, once. */
  const inHand = (context: CallContext, signal: AbortSignal): string | undefined => {
    const now = context.clock.now()
    if (held === undefined || now >= held.goodUntil) return undefined
    if (now >= held.renewAt && !held.isRenewed) {
      held.isRenewed = true
      // What goes wrong is met by whoever needs one when this one has ended.
      share(context, signal).catch(() => {})
    }
    return held?.token
  }

  return {
    current: async (context, signal) => {
      while (!signal.aborted) {
        const token = inHand(context, signal)
        if (token !== undefined) return E.right(token)
        const own = shared === undefined
        const got = await share(context, signal)
        // Whoever asked was cut short, which says nothing about the others: the next one asks.
        if (E.isRight(got) || got.left.tag !== 'Aborted') return got
        if (own) break
      }
      return context.signal.aborted || !signal.aborted ? E.left(cut) : unreachable('no token came in time')
    },
    drop: (token) => {
      if (held?.token === token) held = undefined
      return true
    },
    isCurrent: (token) => held?.token === token,
    secrets: () => [...secrets(), ...recent],
  }
}

interface Held {
  readonly token: string
  readonly renewAt: number
  readonly goodUntil: number
  /** Another was asked for. */
  isRenewed: boolean
}

/** A token that a header can carry: RFC 6750's characters, and some that vendors use besides. */
export const isToken = (token: unknown): token is string => typeof token === 'string' && /^[\x21-\x7e]+$/.test(token)

/** Asks a function of the caller's. */
export const issueByFunction =
  (token: () => Promise<string>): Issue =>
  async () => {
    try {
      return E.right({ token: await token() })
    } catch (cause) {
      return unreachable(`the token function failed: ${cause instanceof Error ? cause.message : 'no reason given'}`)
    }
  }

export const unreachable = (detail: string): E.Either<ProviderError, never> => E.left({ tag: 'Unreachable', detail })

/** A token is renewed when a tenth of its life is left, but no more than this; and used for another half of that at most. */
const longestMarginMs = 60_000

const cut: ProviderError = { tag: 'Aborted', sent: false, detail: 'cut short while waiting for a token' }

const untilAborted = <Value>(
  wanted: Promise<E.Either<ProviderError, Value>>,
  signal: AbortSignal,
): Promise<E.Either<ProviderError, Value>> =>
  new Promise((resolve, reject) => {
    const abort = () => resolve(E.left(cut))
    if (signal.aborted) abort()
    signal.addEventListener('abort', abort, { once: true })
    wanted.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
