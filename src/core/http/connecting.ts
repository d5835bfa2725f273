/**
 * What the channels of Node's own `fetch` and of undici tell of a request that has no answer: whether an error came up while
 * a connection was being made, and whether the head of a request was written at all. By its words alone a reset in the
 * handshake can't be told from one in the answer, and a time-out says nothing. Elsewhere, as in browsers, nothing is known.
 */
export const whileConnecting = (error: object): boolean => met.has(error)

/** One request on its way. */
export interface Departure {
  /** Looks on until it has an answer, or none. */
  readonly follow: <A>(answer: Promise<A>) => Promise<A>
  /** Whether it is certain that nothing of it was or will be written: it was given up while it waited for a connection. */
  readonly neverLeft: () => Promise<boolean>
}

/**
 * Begins to watch for one; called before it is handed to `fetch`. Two requests with the same method and URL can't be told
 * apart: where one of them left, either may have.
 */
export const departing = (method: string, url: string): Departure => {
  listenToConnections()
  if (!isHeard) return unheard
  const at = url.indexOf('/', url.indexOf('//') + 2)
  const origin = originOf(at < 0 ? url : url.slice(0, at))
  const line = lineOf(`${method} ${origin}${at < 0 ? '/' : url.slice(at)}`)
  const host = hosts.get(origin) ?? { begun: 0, ended: 0 }
  hosts.set(origin, host)
  line.watched++
  const { made, written } = line
  const { begun } = host
  const isConnecting = () => host.begun > begun || host.begun > host.ended
  let isOver = false
  const end = (): void => {
    isOver = true
    line.watched--
    if (line.watched === 0) lines.delete(line.name)
  }
  return {
    follow: (answer) => answer.finally(end),
    neverLeft: async () => {
      // A fetch that does not heed its signal goes on, and may write it yet.
      for (let turns = 0; turns < mostTurns && !isOver; turns++) await undefined
      // Of a request that was sent by other means, nobody has heard at all.
      const isUnwritten = line.made > made && line.written === written
      return isOver && isUnwritten && isConnecting() && http2 !== 'silent'
    },
  }
}

const unheard: Departure = { follow: (answer) => answer, neverLeft: async () => false }

/** How many turns it takes at most until the end of an aborted request is told. */
const mostTurns = 100

/** Requests of one method and URL. */
interface Line {
  readonly name: string
  watched: number
  made: number
  written: number
}

const lineOf = (name: string): Line => {
  const line = lines.get(name) ?? { name, watched: 0, made: 0, written: 0 }
  lines.set(name, line)
  return line
}

/** As undici writes it; worked out once for each way to write one. */
const originOf = (written: string): string => {
  const origin = origins.get(written) ?? new URL(written).origin
  origins.set(written, origin)
  return origin
}

const origins = new Map<string, string>()
const met = new WeakSet<object>()
const lines = new Map<string, Line>()
/** Attempts to connect, by origin. */
const hosts = new Map<string, { begun: number; ended: number }>()
/** Some versions of undici write over HTTP/2 and tell nobody. */
let http2: 'unused' | 'silent' | 'told' = 'unused'
let listens = false
let isHeard = false

/** From now on; called before the first request is sent. */
export const listenToConnections = (): void => {
  if (listens) return
  listens = true
  const { process } = globalThis as { readonly process?: Platform }
  const subscribe = process?.getBuiltinModule?.('node:diagnostics_channel')?.subscribe
  if (subscribe === undefined) return
  isHeard = true
  subscribe('undici:client:beforeConnect', (told) => noteConnect(told, 'begun'))
  subscribe('undici:client:connectError', (told) => {
    noteConnect(told, 'ended')
    noteConnectError(told.error)
  })
  subscribe('undici:client:connected', (told) => {
    noteConnect(told, 'ended')
    if (http2 === 'unused' && told.socket?.alpnProtocol === 'h2') http2 = 'silent'
  })
  subscribe('undici:request:create', (told) => noteRequest(told, 'made'))
  subscribe('undici:client:sendHeaders', (told) => {
    if (told.socket?.alpnProtocol === 'h2') http2 = 'told'
    noteRequest(told, 'written')
  })
}

const noteConnect = ({ connectParams }: Told, what: 'begun' | 'ended'): void => {
  const host = connectParams && hosts.get(`${connectParams.protocol}//${connectParams.host}`)
  if (host !== undefined) host[what]++
}

/**
 * undici takes this code for the sign of a connection that had been made, and connects again, without an end and without a
 * pause: with a proxy that closes instead of answering to CONNECT, hundreds of times a second.
 */
const noteConnectError = (error: unknown): void => {
  if (typeof error !== 'object' || error === null) return
  met.add(error)
  if ('code' in error && error.code === 'UND_ERR_SOCKET') error.code = 'UND_ERR_CONNECT'
}

const noteRequest = ({ request }: Told, what: 'made' | 'written'): void => {
  const line = request && lines.get(`${request.method} ${request.origin}${request.path}`)
  if (line !== undefined) line[what]++
}

/** What the channels tell, as far as it is read here. */
interface Told {
  readonly error?: unknown
  readonly connectParams?: { readonly protocol: string; readonly host: string }
  readonly socket?: { readonly alpnProtocol?: unknown } | null
  readonly request?: { readonly method: string; readonly origin: unknown; readonly path: string }
}

/** What there is of Node, where there is any. */
interface Platform {
  readonly getBuiltinModule?: (
    name: string,
  ) => { readonly subscribe?: (channel: string, listener: (message: Told) => void) => void } | undefined
}
