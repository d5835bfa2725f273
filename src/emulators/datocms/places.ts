import { decodeSegment } from '../server/requests.ts'
import type { Reply, Route } from '../server/system.ts'
import { epoch } from './entities.ts'
import { refusal } from './errors.ts'
import type { DatoCmsMode } from './options.ts'
import type { DatoCmsState } from './state.ts'

/** `GET /site`, `GET /environments` and `GET /environments/:id`: where a token leads to. */
export const placeRoutes = (state: DatoCmsState) => {
  const reading = (words: ReadonlyArray<string>, run: (path: string) => Reply): Route => ({
    words: ['identify', ...words],
    open: ({ path }) => ({ ids: [], run: () => run(path) }),
  })
  const environmentOf = (id: string) => ({
    type: 'environment',
    id,
    meta: {
      status: state.mode === 'environment-not-ready' ? 'creating' : 'ready',
      created_at: epoch,
      read_only_mode: state.mode === 'read-only',
      last_data_change_at: epoch,
      primary: id === state.primary,
      forked_from: null,
    },
  })
  return {
    site: reading(['site'], () => ({ status: 200, json: { data: site } })),
    environments: reading(['environments'], () => ({
      status: 200,
      json: { data: [...state.stores.keys()].map(environmentOf) },
    })),
    environment: reading(['environments'], (path) => {
      const id = decodeSegment(path.slice('/environments/'.length))
      return state.stores.has(id) ? { status: 200, json: { data: environmentOf(id) } } : refusal(404, 'NOT_FOUND')
    }),
  }
}

/** The error of a system that is closed for this request; `undefined` when it is open. */
export const closedFor = (state: DatoCmsState, environment: string, writes: boolean, status: number) => {
  const closed = closures[state.mode]
  if (closed === undefined || (closed.writesOnly && !writes)) return undefined
  if (state.mode === 'maintenance' && environment !== state.primary) return undefined
  return refusal(closed.status ?? status, closed.code)
}

const site = {
  type: 'site',
  id: '155',
  attributes: { name: 'Emulated project', internal_domain: 'emulated.admin.datocms.com', locales: ['en'] },
}

interface Closure {
  readonly code: string
  readonly writesOnly: boolean
  readonly status?: number
}

const closures: Readonly<Record<DatoCmsMode, Closure | undefined>> = {
  open: undefined,
  maintenance: { code: 'MAINTENANCE_MODE', writesOnly: true },
  'read-only': { code: 'ENVIRONMENT_IN_READ_ONLY_MODE', writesOnly: true },
  'environment-not-ready': { code: 'ENVIRONMENT_NOT_READY', writesOnly: false },
  'site-not-ready': { code: 'SITE_NOT_READY', writesOnly: false },
  'platform-maintenance': { code: 'PLATFORM_SCHEDULED_MAINTENANCE', writesOnly: true, status: 503 },
}
