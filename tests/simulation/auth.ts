import type { Authorization, Signing } from '../../src/http-provider.ts'
import type { World } from './world.ts'

export const tokenUrl = 'https://login.example.test/token'
const clientSecret = 'client-secret-9b1d'

/** Who may call: tokens that are issued, and end. */
export interface Gatekeeper {
  /** What the provider's factory needs; undefined for a backend that asks for no credentials. */
  readonly authorization: Exclude<Authorization, Signing> | undefined
  /** Whether a request with this header may pass. */
  readonly admits: (header: string | null) => boolean
  /** The answer of the token URL. */
  readonly issue: (form: string) => { readonly status: number; readonly body: unknown }
}

export const openGatekeeper = (world: World): Gatekeeper => {
  const { auth, tokenMs } = world.scenario.traits
  const endsAt = new Map<string, number>()
  const mint = (lifetimeMs: number): string => {
    const token = `token-${endsAt.size + 1}-c0ffee`
    endsAt.set(token, world.clock.now() + lifetimeMs)
    world.secrets.add(token)
    return token
  }
  const authorization = (): Exclude<Authorization, Signing> | undefined => {
    switch (auth) {
      case 'none':
        return undefined
      case 'token':
        return mint(Number.POSITIVE_INFINITY)
      case 'function':
        return async () => {
          await world.clock.sleep(7)
          return mint(tokenMs)
        }
      case 'credentials':
        world.secrets.add(clientSecret)
        return { tokenUrl, clientId: 'the-client', clientSecret }
    }
  }
  return {
    authorization: authorization(),
    admits: (header) => {
      if (auth === 'none') return true
      const token = header?.replace(/^Bearer /, '') ?? ''
      return (endsAt.get(token) ?? 0) > world.clock.now()
    },
    issue: (form) => {
      const given = new URLSearchParams(form)
      if (given.get('client_secret') !== clientSecret) return { status: 400, body: { error: 'invalid_client' } }
      const token = mint(tokenMs)
      return { status: 200, body: { access_token: token, token_type: 'Bearer', expires_in: tokenMs / 1_000 } }
    },
  }
}
