import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProviderError } from '../contract/error.ts'
import type { CallContext, HttpReply } from '../contract/provider.ts'
import { retryAfterMs } from '../pace/retry-after.ts'
import { bodyOf, summaryOf } from './rows.ts'
import { type Sending, send } from './send.ts'
import { basicOf } from './signing.ts'
import { type ClientCredentials, type Issue, type Issued, unreachable } from './tokens.ts'
import { transportError } from './transport.ts'

/** Asks for tokens, and knows the secrets that it asked with. */
export interface CredentialsIssue {
  readonly issue: Issue
  readonly secrets: () => ReadonlyArray<string>
}

/**
 * Asks a token URL. What goes wrong there has sent no delete: `Denied` when the client is refused (400, 401, 403, a
 * redirect), else `Unreachable`. A refused client whose secret comes from a function asks that once more: it may have
 * been changed meanwhile.
 */
export const issueByCredentials = (
  credentials: ClientCredentials,
  sending: Sending,
  headers: Readonly<Record<string, string>>,
): CredentialsIssue => {
  const { tokenUrl, clientId, clientSecret, scope } = credentials
  const requestWith = (secret: string) => ({
    method: 'POST',
    url: tokenUrl,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({
      client_id: clientId,
      client_secret: secret,
      ...(scope === undefined ? {} : { scope }),
      grant_type: 'client_credentials',
    }).toString(),
  })
  const issueWith = async (secret: string, context: CallContext): Promise<E.Either<ProviderError, Issued>> => {
    try {
      const reply = await context.exchange('token', (signal) => send(requestWith(secret), sending, signal))
      return judge(reply, context.clock.now())
    } catch (cause) {
      const error = transportError(cause, false, context.signal.aborted)
      if (error.tag === 'Aborted' || error.tag === 'Defect') return E.left(error)
      const detail = `token: ${error.detail}`
      return error.tag === 'Denied' ? E.left({ ...error, detail }) : unreachable(detail)
    }
  }
  /** A token URL that shows what it was sent may show it as a header would carry it. */
  const shapesOf = (secret: string) => [secret, basicOf(clientId, secret), basicOf(...inForm(clientId, secret))]
  if (typeof clientSecret === 'string') {
    const shapes = shapesOf(clientSecret)
    return { issue: (context) => issueWith(clientSecret, context), secrets: () => shapes }
  }
  let held: string | undefined
  let recent: ReadonlyArray<string> = []
  const ask = async (): Promise<E.Either<ProviderError, string>> => {
    try {
      const secret = await clientSecret()
      if (typeof secret !== 'string' || secret === '') return unreachable('what came as a clientSecret is no text')
      held = secret
      recent = [secret, ...recent.filter((earlier) => earlier !== secret)].slice(0, 4)
      return E.right(secret)
    } catch (cause) {
      return unreachable(
        `the clientSecret function failed: ${cause instanceof Error ? cause.message : 'no reason given'}`,
      )
    }
  }
  const issue: Issue = async (context) => {
    const first = held === undefined ? await ask() : E.right(held)
    if (E.isLeft(first)) return first
    const issued = await issueWith(first.right, context)
    if (E.isRight(issued) || issued.left.tag !== 'Denied') return issued
    const other = await ask()
    if (E.isLeft(other)) return other
    return other.right === first.right ? issued : issueWith(other.right, context)
  }
  return { issue, secrets: () => recent.flatMap(shapesOf) }
}

const TokenReply = t.intersection([
  t.type({ access_token: t.string }),
  t.partial({ expires_in: t.union([t.number, t.string]) }),
])

const TokenRefusal = t.intersection([t.type({ error: t.string }), t.partial({ error_description: t.string })])

const judge = (reply: HttpReply, now: number): E.Either<ProviderError, Issued> => {
  const body = bodyOf(reply)
  const { status } = reply
  if (status === 200 && E.isRight(body) && TokenReply.is(body.right)) {
    const lifetimeMs = Number(body.right.expires_in) * 1_000
    return E.right({ token: body.right.access_token, ...(lifetimeMs > 0 ? { lifetimeMs } : {}) })
  }
  const told = E.isRight(body) && TokenRefusal.is(body.right) ? body.right : undefined
  const said = told === undefined ? summaryOf(reply) : `${told.error} ${told.error_description ?? ''}`
  if (later.has(status)) {
    const waitMs = retryAfterMs(reply.headers, now)
    const detail = `the token URL answered HTTP ${status}: ${said}`
    return E.left({ tag: 'Throttled', detail, ...(waitMs !== undefined && { retryAfterMs: waitMs }) })
  }
  const refused = ourFault.has(status) || (status >= 300 && status < 400)
  if (refused) return E.left({ tag: 'Denied', status, detail: `the token URL refused the client: ${said}` })
  return unreachable(`the token URL answered HTTP ${status}: ${status === 200 ? 'no access_token' : said}`)
}

const inForm = (clientId: string, secret: string): readonly [string, string] => [
  encodeURIComponent(clientId.toWellFormed()),
  encodeURIComponent(secret.toWellFormed()),
]

/** "Later", in any words. */
const later: ReadonlySet<number> = new Set([420, 423, 425, 429])

/** The client, or a proxy that does not know us. */
const ourFault: ReadonlySet<number> = new Set([400, 401, 403, 407])
