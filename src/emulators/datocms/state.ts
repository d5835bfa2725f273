import type { DatoCmsEmulatorSettings, DatoCmsMode } from './options.ts'

/** The records of one environment. `drafts` are those of them without a published version. */
export interface Store {
  readonly records: Set<string>
  readonly drafts: Set<string>
}

/** What one emulated project knows. */
export interface DatoCmsState {
  readonly stores: ReadonlyMap<string, Store>
  readonly refusals: Map<string, string>
  /** The id that a request with this `X-Environment` goes to: none means the primary one. */
  readonly resolve: (environment: string | undefined) => string
  /** Throws for an environment that there isn't. */
  readonly store: (environment: string) => Store
  readonly seed: (ids: Iterable<string>, environment: string) => void
  primary: string
  mode: DatoCmsMode
}

export const createState = (settings: DatoCmsEmulatorSettings): DatoCmsState => {
  const { environments = ['main'], drafts } = settings
  const [primary] = environments
  if (primary === undefined) throw new RangeError('A project has at least one environment')
  const stores = new Map(environments.map((id): [string, Store] => [id, { records: new Set(), drafts: new Set() }]))
  const state: DatoCmsState = {
    stores,
    refusals: new Map(),
    resolve: (environment) => (environment === undefined ? state.primary : environment),
    store: (environment) => {
      const store = stores.get(environment)
      if (store === undefined) throw new RangeError(`There is no environment '${environment}'`)
      return store
    },
    seed: (ids, environment) => {
      const store = state.store(environment)
      for (const id of ids) {
        store.records.add(id)
        if (drafts?.(id) === true) store.drafts.add(id)
      }
    },
    primary,
    mode: 'open',
  }
  return state
}

export const erase = (store: Store, id: string): void => {
  store.records.delete(id)
  store.drafts.delete(id)
}
