/**
 * What Node's own `fetch` has to be told so that a connection outlives a `DELETE` with a body. undici, of which it is made,
 * closes it after each: it can't know whether a server reads a body there, and what is left unread would be taken for the
 * next request. An adapter sends one only where the backend documents it. Nothing where the platform is another one.
 */
export const keepingConnection = (method: string, hasBody: boolean): object => {
  if (!hasBody || method !== 'DELETE') return {}
  const { [shared]: agent } = globalThis as Platform
  if (typeof agent?.dispatch !== 'function') return {}
  const dispatch: Agent['dispatch'] = (asked, handler) => agent.dispatch({ ...asked, reset: false }, handler)
  // An agent of tests says so by this, and gets other bodies for it.
  return { dispatcher: { dispatch, isMockActive: agent.isMockActive } }
}

/** Under this name undici keeps the agent that `fetch` sends through: its own, or one that a program has put there. */
const shared = Symbol.for('undici.globalDispatcher.1')

interface Agent {
  readonly isMockActive?: boolean
  readonly dispatch: (asked: object, handler: unknown) => boolean
}

interface Platform {
  readonly [shared]?: Agent
}
