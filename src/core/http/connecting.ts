/**
 * Tells whether an error came up while a connection was being made, so that nothing of a request can have been sent by it.
 * Node's own `fetch` and undici say so of each, by a channel; by its words alone a reset in the handshake can't be told
 * from one in the answer. `false` where nobody says it, as in browsers.
 */
export const whileConnecting = (error: object): boolean => met.has(error)

const met = new WeakSet<object>()
let listens = false

/** From now on; called before the first request is sent. */
export const listenToConnections = (): void => {
  if (listens) return
  listens = true
  const { process } = globalThis as { readonly process?: Platform }
  const channels = process?.getBuiltinModule?.('node:diagnostics_channel')
  channels?.subscribe?.('undici:client:connectError', ({ error }) => {
    if (typeof error === 'object' && error !== null) met.add(error)
  })
}

/** What there is of Node, where there is any. */
interface Platform {
  readonly getBuiltinModule?: (name: string) =>
    | {
        readonly subscribe?: (channel: string, listener: (message: { readonly error?: unknown }) => void) => void
      }
    | undefined
}
