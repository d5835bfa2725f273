import { UsageError } from '../contract/error.ts'
import { issueByCredentials } from '../http/client-credentials.ts'
import { type Connection, type ConnectionSpec, checkUrl } from '../http/config.ts'
import { signingTokens } from '../http/signing.ts'
import { type Authorization, issueByFunction, issuedTokens, isToken, staticToken, type Tokens } from '../http/tokens.ts'

interface Authorized extends Pick<ConnectionSpec, 'name' | 'allowInsecure'> {
  readonly authorization?: Authorization
}

/**
 * Who a provider says it is, checked; none for a backend that asks for no credentials. An option that came out
 * `undefined` is a missing token, not a backend without any. Throws `UsageError`.
 */
export const tokensOf = (spec: Authorized, connection: Connection): Tokens | undefined => {
  if (!('authorization' in spec)) return undefined
  const { name, authorization } = spec
  if (typeof authorization === 'function') return issuedTokens(issueByFunction(authorization))
  if (typeof authorization !== 'object' || authorization === null) {
    if (isToken(authorization)) return staticToken(authorization)
    throw new UsageError(
      `${name}: the token is missing, empty, or holds a space or a line break: give it as it was issued`,
    )
  }
  if ('sign' in authorization) return signingTokens(authorization)
  for (const option of ['clientId', 'clientSecret'] as const) {
    const value: unknown = authorization[option]
    const isAsked = option === 'clientSecret' && typeof value === 'function'
    if (!isAsked && (typeof value !== 'string' || value === ''))
      throw new UsageError(`${name}: ${option} is missing or empty`)
  }
  const tokenUrl = checkUrl(name, 'tokenUrl', authorization.tokenUrl, spec.allowInsecure)
  const { accept, 'user-agent': agent } = connection.headers
  const headers = { ...(accept && { accept }), ...(agent && { 'user-agent': agent }) }
  const { issue, secrets } = issueByCredentials({ ...authorization, tokenUrl }, connection, headers)
  return issuedTokens(issue, secrets)
}
