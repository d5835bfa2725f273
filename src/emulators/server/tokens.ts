import { randomUUID } from 'node:crypto'

export interface TokenBook {
  /** A new token, good for the lifetime from now on. */
  readonly issue: () => string
  /** Makes this token good for the lifetime from now on. */
  readonly admit: (token: string) => void
  /** Whether this `Authorization` header carries a bearer token that is good now. */
  readonly accepts: (authorization: string | undefined) => boolean
}

/** The tokens that are good, each for `lifetimeMs` from its issue. */
export const tokenBook = (lifetimeMs: number): TokenBook => {
  const endings = new Map<string, number>()
  const admit = (token: string) => {
    const now = performance.now()
    // Map keeps the order of issue, and all live equally long: the expired ones are the first.
    for (const [old, endsAt] of endings) {
      if (endsAt > now) break
      endings.delete(old)
    }
    endings.delete(token)
    endings.set(token, now + lifetimeMs)
  }
  return {
    issue: () => {
      const token = randomUUID()
      admit(token)
      return token
    },
    admit,
    accepts: (authorization) => {
      const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1]
      const endsAt = token === undefined ? undefined : endings.get(token)
      return endsAt !== undefined && performance.now() < endsAt
    },
  }
}
