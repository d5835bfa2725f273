import { rateLimit, retryAfterHeader } from '../server/rate.ts'
import { decodeSegment, headerOf } from '../server/requests.ts'
import { serve } from '../server/server.ts'
import type { Arrival, Reply, Route, System } from '../server/system.ts'
import { createTimers } from '../server/timers.ts'
import { tokenBook } from '../server/tokens.ts'
import { destroyRoutes } from './destroy.ts'
import { failDatoCms, refusal } from './errors.ts'
import { createJobs } from './jobs.ts'
import type { DatoCmsEmulator, DatoCmsEmulatorSettings } from './options.ts'
import { closedFor, placeRoutes } from './places.ts'
import { readRoutes } from './read.ts'
import { schemaRoutes } from './schema.ts'
import { createState, type DatoCmsState } from './state.ts'

/**
 * Starts a stand-in for the Content Management API of DatoCMS, on loopback.
 *
 * Emulated: `POST /items/bulk/destroy`, `DELETE /items/:id`, `GET /job-results/:id`, `GET /items`, `GET /items/:id`,
 * `GET /items/:id/references`, `GET /site`, `GET /environments`, `GET /item-types`, `GET /item-types/:id`, its `/fields`
 * and `/fields/referencing`, `GET /fields/:id`, `GET /webhooks`; bearer token; required headers; 200 records a request;
 * 60 requests per 3 s with `X-RateLimit-*`; sandbox environments; maintenance. Its answers have the members that the
 * vendor's own client reads.
 * Purpose words for faults: `delete` (`bulk`, `single`), `poll`, `read` (`list`, `one`, `references`, `schema`,
 * `webhooks`), `identify` (`site`, `environments`). Facts: datocms.com/docs/content-management-api.
 */
export const startDatoCms = async (settings: DatoCmsEmulatorSettings = {}): Promise<DatoCmsEmulator> => {
  const { apiToken = 'datocms-token', rate = { requests: 60, perMs: 3000 } } = settings
  const timers = createTimers()
  const state = createState(settings)
  const limit = rateLimit(rate, settings.ratePhaseMs)
  const tokens = tokenBook(settings.tokenLifetimeMs ?? Number.POSITIVE_INFINITY)
  tokens.admit(apiToken)
  const home = settings.environment ?? state.primary
  const homeStore = home === 'primary' ? state.primary : home
  state.store(homeStore)

  const fail: System['fail'] = (status) => failDatoCms(status, settings, limit.resetMs())
  const throttle = (): Reply => {
    const { headers, ...refused } = fail(429)
    return { ...refused, headers: { ...headers, ...retryAfterHeader(settings.retryAfter ?? 'none', limit.waitMs()) } }
  }
  const system: System = {
    words: new Set(
      'delete bulk single poll read list one references identify site environments schema webhooks'.split(' '),
    ),
    hasJobs: true,
    find: router(state, settings, timers),
    admit: (arrival, route) => {
      if (!tokens.accepts(arrival.headers.authorization)) return fail(401)
      return limit.take(arrival.call)
        ? (checkHeaders(arrival) ?? checkPlace(state, arrival, route, settings))
        : throttle()
    },
    fail,
    left: limit.left,
    headers: (arrival) => {
      const environment = state.resolve(headerOf(arrival, 'x-environment'))
      return {
        ...(Number.isFinite(limit.limit) && {
          'x-ratelimit-limit': String(limit.limit),
          'x-ratelimit-remaining': String(limit.remaining()),
        }),
        ...(state.stores.has(environment) ? { 'x-environment': environment } : {}),
      }
    },
  }
  const running = await serve(system, settings, timers)
  return {
    ...running,
    options: { apiToken, environment: home, baseUrl: running.url },
    seed: (ids, environment = homeStore) => state.seed(ids, environment),
    refuse: (ids, reason = 'DELETE_RESTRICTION') => {
      for (const id of ids) state.refusals.set(id, reason)
    },
    existing: (environment = homeStore) => state.store(environment).records,
    mode: (mode) => {
      state.mode = mode
    },
    promote: (environment) => {
      state.store(environment)
      state.primary = environment
    },
  }
}

const router = (state: DatoCmsState, settings: DatoCmsEmulatorSettings, timers: ReturnType<typeof createTimers>) => {
  const { jobMs = 50, jobResultMs = Number.POSITIVE_INFINITY, places = true } = settings
  const jobs = createJobs(timers, jobMs, jobResultMs)
  const { bulk, single } = destroyRoutes(state, jobs, settings)
  const { list, one, references } = readRoutes(state, settings)
  const { site, environments, environment } = placeRoutes(state)
  const { itemTypes, itemType, fields, referencing, field, webhooks } = schemaRoutes(settings)
  const poll: Route = {
    words: ['poll'],
    open: ({ path }) => ({ ids: [], run: () => jobs.result(decodeSegment(path.slice('/job-results/'.length))) }),
  }
  const table: ReadonlyArray<readonly [method: string, path: RegExp, route: Route]> = [
    ['POST', /^\/items\/bulk\/destroy$/, bulk],
    ['GET', /^\/job-results\/[^/]+$/, poll],
    ['GET', /^\/items$/, list],
    ['GET', /^\/items\/[^/]+$/, one],
    ['GET', /^\/items\/[^/]+\/references$/, references],
    ['DELETE', /^\/items\/[^/]+$/, single],
    ['GET', /^\/item-types$/, itemTypes],
    ['GET', /^\/item-types\/[^/]+$/, itemType],
    ['GET', /^\/item-types\/[^/]+\/fields$/, fields],
    ['GET', /^\/item-types\/[^/]+\/fields\/referencing$/, referencing],
    ['GET', /^\/fields\/[^/]+$/, field],
    ['GET', /^\/webhooks$/, webhooks],
    ...(places ? ([['GET', /^\/site$/, site]] as const) : []),
    ...(places ? ([['GET', /^\/environments$/, environments]] as const) : []),
    ...(places ? ([['GET', /^\/environments\/[^/]+$/, environment]] as const) : []),
  ]
  return (method: string, path: string): Route | undefined =>
    table.find(([onMethod, onPath]) => onMethod === method && onPath.test(path))?.[2]
}

const checkHeaders = (arrival: Arrival): Reply | undefined => {
  const accepted = headerOf(arrival, 'accept') ?? ''
  const type = headerOf(arrival, 'content-type') ?? ''
  if (!accepted.includes('application/json')) return refusal(422, 'INVALID_ACCEPT_HEADER')
  if (headerOf(arrival, 'x-api-version') !== '3') return refusal(422, 'INVALID_API_VERSION')
  if (arrival.body !== '' && !/^application\/(vnd\.api\+)?json\b/.test(type)) {
    return refusal(422, 'INVALID_CONTENT_TYPE_HEADER')
  }
  return undefined
}

const checkPlace = (state: DatoCmsState, arrival: Arrival, route: Route, settings: DatoCmsEmulatorSettings) => {
  const environment = state.resolve(headerOf(arrival, 'x-environment'))
  if (!state.stores.has(environment)) return refusal(422, 'INVALID_ENVIRONMENT')
  if (route.words.includes('identify')) return undefined
  return closedFor(state, environment, route.words.includes('delete'), settings.closedStatus ?? 422)
}
