import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import type { ProviderError } from './error.ts'
import { type Sending, send } from './http.ts'
import type { HttpReply } from './provider.ts'
import { bodyOf, summaryOf } from './rows.ts'
import { type ClientCredentials, type Issue, type Issued, unreachable } from './tokens.ts'
import { transportError } from './transport.ts'

/**
 * Asks a token URL. What goes wrong there has sent no delete: `Denied` when the client is refused (400, 401, 403, a
 * redirect), else `Unreachable`.
 */
export const issueByCredentials = (
  credentials: ClientCredentials,
  sending: Sending,
  headers: Readonly<Record<string, string>>,
): Issue => {
  const { tokenUrl, clientId, clientSecret, scope } = credentials
  const form = { client_id: clientId, client_secret: clientSecret, ...(scope === undefined ? {} : { scope }) }
  const request = {
    method: 'POST',
    url: tokenUrl,
    headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
    body: new URLSearchParams({ ...form, grant_type: 'client_credentials' }).toString(),
  }
  return async (context) => {
    try {
      return judge(await context.exchange('token', (signal) => send(request, sending, signal)))
    } catch (cause) {
      const error = transportError(cause, false, context.signal.aborted)
      return error.tag === 'Aborted' || error.tag === 'Defect' ? E.left(error) : unreachable(`token: ${error.detail}`)
    }
  }
}

const TokenReply = t.intersection([
  t.type({ access_token: t.string }),
  t.partial({ expires_in: t.union([t.number, t.string]) }),
])

const TokenRefusal = t.intersection([t.type({ error: t.string }), t.partial({ error_description: t.string })])

const judge = (reply: HttpReply): E.Either<ProviderError, Issued> => {
  const body = bodyOf(reply)
  const { status } = reply
  if (status === 200 && E.isRight(body) && TokenReply.is(body.right)) {
    const lifetimeMs = Number(body.right.expires_in) * 1_000
    return E.right({ token: body.right.access_token, ...(lifetimeMs > 0 ? { lifetimeMs } : {}) })
  }
  const told = E.isRight(body) && TokenRefusal.is(body.right) ? body.right : undefined
  const said = told === undefined ? summaryOf(reply) : `${told.error} ${told.error_description ?? ''}`
  const refused = status === 400 || status === 401 || status === 403 || (status >= 300 && status < 400)
  if (refused) return E.left({ tag: 'Denied', status, detail: `the token URL refused the client: ${said}` })
  return unreachable(`the token URL answered HTTP ${status}: ${status === 200 ? 'no access_token' : said}`)
}
