import { realClock } from '../../core/settings/clock.ts'
import { type EmulatorRate, openLimiter } from '../../emulators/server/limiter.ts'
import type { Clock } from '../../http-provider.ts'
import { type Answer, type Fault, type Loopback, type SeenRequest, serve } from './loopback.ts'
import type { VirtualClock } from './virtual-clock.ts'

/** A request, and what the route's words in braces stand for, decoded. */
export interface RoutedRequest extends SeenRequest {
  readonly params: Readonly<Record<string, string>>
  /** The body as JSON; throws where it is none, which the caller sees as a 500. */
  readonly json: () => unknown
}

/** One request that reached the backend, in the order of arrival. */
export interface LedgerEntry extends SeenRequest {
  /** The route that took it; undefined for none (404), and for what `admit` turned away. */
  readonly route: string | undefined
  /** The status that was sent; 0 as long as there is none, and for good where the connection ended without one. */
  readonly status: number
  /** The fault that met it. */
  readonly fault: Fault | undefined
}

/** How a backend is told what to do. */
export interface Script {
  /**
   * What answers which request: `'DELETE /records/{id}'`, `'POST /bulk-delete'`. A word in braces stands for one part of
   * the path. A handler is called once for each request, keeps its state where it likes, and may be asynchronous.
   */
  readonly routes: Readonly<Record<string, (request: RoutedRequest) => Answer | Promise<Answer>>>
  /** Asked before the routes: an answer turns the request away (no token, say). */
  readonly admit?: (request: SeenRequest) => Answer | undefined
  /**
   * A limit on the requests that are let in, of any kind: `{ kind: 'log', requests: 60, perMs: 3_000 }`. What is over it is
   * answered with 429, `{ "error": "too many requests" }` and a `Retry-After` in whole seconds. Default: none.
   */
  readonly rate?: EmulatorRate
  /** By which delays pass; give the test's own where it has a virtual one. Default: the machine's. */
  readonly clock?: Clock & Partial<Pick<VirtualClock, 'stalled'>>
}

/** Which requests a fault meets: those of this route (`'POST /bulk-delete'`, default any), from the `nth` (default 1) on, `times` (default 1) of them. */
export interface FaultWhen {
  readonly route?: string
  readonly nth?: number
  readonly times?: number
}

/** A backend on loopback that does as it is told. */
export interface ScriptedBackend extends Loopback {
  /** Every request so far: a live view. */
  readonly requests: ReadonlyArray<LedgerEntry>
  /** Makes requests go wrong; where two faults meet at one request, the older has it. */
  readonly fault: (fault: Fault, when?: FaultWhen) => void
}

/**
 * Starts an HTTP server on loopback whose routes are plain functions, for the tests of an adapter: it keeps a ledger of
 * what came, and makes things go wrong on demand. A request that no route takes is answered with 404 and
 * `{ "error": "no route" }`.
 *
 *     const records = new Set(['a', 'b'])
 *     const backend = await scriptedBackend({
 *       routes: {
 *         'DELETE /records/{id}': ({ params: { id = '' } }) => ({ status: records.delete(id) ? 204 : 404 }),
 *       },
 *     })
 *     backend.fault('lost-after', { nth: 2 })
 */
export const scriptedBackend = async ({ routes, admit, rate, clock = realClock }: Script): Promise<ScriptedBackend> => {
  const entries: Array<LedgerEntry> = []
  const matchers = Object.keys(routes).map((route) => ({ route, match: matcherOf(route) }))
  let faults: ReadonlyArray<Pending> = []
  const startedAt = clock.now()
  const limiter = rate === undefined ? undefined : openLimiter(rate, 0)

  const limited = (): Answer | undefined => {
    const now = clock.now() - startedAt
    if (limiter === undefined || limiter.take(now)) return undefined
    const waitMs = Math.min(limiter.waitMs(now), longestWaitMs)
    const headers = { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1_000))) }
    return { status: 429, json: { error: 'too many requests' }, headers }
  }

  const take = (route: string | undefined): Fault | undefined => {
    const matching = faults.filter((pending) => pending.route === undefined || pending.route === route)
    for (const pending of matching) pending.seen++
    const due = matching.find(({ seen, nth }) => seen >= nth)
    if (due === undefined) return undefined
    due.left--
    if (due.left < 1) faults = faults.filter((pending) => pending !== due)
    return due.fault
  }

  const { url, close } = await serve((request) => {
    const overLimit = limited()
    const turnedAway = overLimit ?? admit?.(request)
    const found = turnedAway === undefined ? firstOf(matchers, request) : undefined
    const fault = turnedAway === undefined ? take(found?.route) : undefined
    const entry = { ...request, route: found?.route, status: 0, fault }
    entries.push(entry)
    const handler = found === undefined ? undefined : routes[found.route]
    const work = () => {
      if (turnedAway !== undefined) return turnedAway
      if (found === undefined || handler === undefined) return { status: 404, json: { error: 'no route' } }
      return handler({ ...request, params: found.params, json: () => JSON.parse(request.body) })
    }
    const onAnswered = (status: number) => {
      entry.status = status
      if (overLimit === undefined) limiter?.done()
    }
    return { fault, work, onAnswered }
  }, clock)

  return {
    url,
    close,
    requests: entries,
    fault: (fault, { route, nth = 1, times = 1 } = {}) => {
      if (route !== undefined && !Object.hasOwn(routes, route)) {
        throw new TypeError(`there is no route '${route}': there are ${Object.keys(routes).join(', ')}`)
      }
      faults = [...faults, { fault, route, nth, left: times, seen: 0 }]
    },
  }
}

/** Where only an answer makes room, nobody knows how long that takes. */
const longestWaitMs = 3_600_000

interface Pending {
  readonly fault: Fault
  readonly route: string | undefined
  readonly nth: number
  left: number
  seen: number
}

type Match = (request: SeenRequest) => Readonly<Record<string, string>> | undefined

const firstOf = (matchers: ReadonlyArray<{ readonly route: string; readonly match: Match }>, request: SeenRequest) => {
  for (const { route, match } of matchers) {
    const params = match(request)
    if (params !== undefined) return { route, params }
  }
  return undefined
}

const matcherOf = (route: string): Match => {
  const [method, path = '', ...rest] = route.split(' ')
  if (rest.length > 0 || !path.startsWith('/')) {
    throw new TypeError(`a route is a method and a path, 'DELETE /records/{id}', not '${route}'`)
  }
  const parts = path.split('/')
  return (request) => {
    const given = request.path.split('/')
    if (request.method !== method || given.length !== parts.length) return undefined
    const params: Record<string, string> = {}
    for (const [at, part] of parts.entries()) {
      const value = given[at] ?? ''
      const name = /^\{(\w+)\}$/.exec(part)?.[1]
      if (name !== undefined) params[name] = decodeURIComponent(value)
      else if (part !== value) return undefined
    }
    return params
  }
}
