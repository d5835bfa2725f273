import type { HttpRequest } from './send.ts'
import { issueByFunction, issuedTokens, type Signing, staticToken, type Tokens } from './tokens.ts'

/** The parts of a set of credentials, by name. */
export type Credentials = Readonly<Record<string, string | undefined>>

/** Credentials that do not travel: each request goes out with headers that are made of them and of the request. */
export interface SigningSpec<Parts extends Credentials> {
  /** Or a function that returns them: asked before the first request, and again after a 401. */
  readonly credentials: Parts | (() => Promise<Parts>)
  /**
   * The headers to add; `now` is in ms since 1970. Asked just before each sending, and so again for each. What it throws
   * ends the run before the request is sent: it is the same for all.
   */
  readonly sign: (request: HttpRequest, credentials: Parts, now: number) => Promise<Readonly<Record<string, string>>>
}

/** Says how requests are signed, where an adapter writes it as its `authorization`. */
export const signing = <Parts extends Credentials>({ credentials, sign }: SigningSpec<Parts>): Signing => ({
  sealed: typeof credentials === 'function' ? async () => seal(await credentials()) : seal(credentials),
  sign: (request, sealed, now) => sign(request, open(sealed) as Parts, now),
})

/**
 * Basic authentication (RFC 7617). The password may be a function that returns it: asked before the first request, and
 * again after a 401. Neither it nor what goes out is shown.
 */
export const basicAuth = (username: string, password: string | (() => Promise<string>)): Signing => {
  const partsOf = (text: string) => ({ password: text, encoded: basicOf(username, text) })
  return signing({
    credentials: typeof password === 'function' ? async () => partsOf(await password()) : partsOf(password),
    sign: async (_, { encoded }) => ({ authorization: `Basic ${encoded}` }),
  })
}

/** What Basic authentication makes of a name and a password. */
export const basicOf = (username: string, password: string): string =>
  btoa(String.fromCodePoint(...new TextEncoder().encode(`${username}:${password}`)))

/** None of the parts may be shown: which of them are secret is the vendor's to say. */
export const signingTokens = ({ sealed, sign }: Signing): Tokens => {
  const tokens = typeof sealed === 'string' ? staticToken(sealed) : issuedTokens(issueByFunction(sealed))
  const partsOf = (secret: string) => Object.values(open(secret)).filter((part) => typeof part === 'string')
  return { ...tokens, sign, secrets: () => tokens.secrets().flatMap(partsOf) }
}

const seal = (credentials: Credentials): string => encodeURIComponent(JSON.stringify(credentials))

const open = (sealed: string): Credentials => JSON.parse(decodeURIComponent(sealed))
