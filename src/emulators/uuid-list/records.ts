import { decodeSegment, pageOf, wholeNumber } from '../server/requests.ts'
import type { Arrival, OpenCall, Reply, Route, Task } from '../server/system.ts'
import type { UuidListErrors } from './errors.ts'
import type { UuidListEmulatorSettings } from './options.ts'
import { idsOfFilter, testOfFilter } from './smql.ts'

/** What one emulated object knows, all in lower case. */
export interface UuidListState {
  readonly existing: Set<string>
  readonly recoverable: Set<string>
  readonly refusals: Map<string, string>
}

const defaultPage = 100

/** Delete many (one transaction), delete one, list, and read one. */
export const recordRoutes = (state: UuidListState, errors: UuidListErrors, settings: UuidListEmulatorSettings) => {
  const { object = 'io_showcase', filter = 'works', successBody = 'json', physicalDelete = false } = settings
  const { record = (key: string) => ({ io_name: `Record ${key}` }), counts = true } = settings

  const deleteMany: Route = {
    words: ['delete', 'bulk'],
    open: (arrival) => {
      const ids = (arrival.query.get('uuids') ?? '').split(',').filter((id) => id !== '')
      return onObject(arrival, ids, () => deleteAll(ids, arrival))
    },
  }
  const deleteOne: Route = {
    words: ['delete', 'single'],
    open: (arrival) => onObject(arrival, [idOf(arrival)], () => deleteAll([idOf(arrival)], arrival)),
  }
  const readOne: Route = {
    words: ['read', 'one'],
    open: (arrival) => onObject(arrival, [idOf(arrival)], () => read(idOf(arrival))),
  }
  const list: Route = {
    words: ['read', 'list'],
    open: (arrival) => {
      const asked = arrival.query.get('filter')
      const ids = asked === null ? undefined : idsOfFilter(asked)
      return onObject(arrival, ids ?? [], () => {
        const test = asked === null || ids !== undefined ? undefined : testOfFilter(asked)
        const isBad = asked !== null && ids === undefined && test === undefined
        if (isBad || (asked !== null && filter === 'refused')) return errors.invalidParameter('Bad filter')
        return listRecords(test === undefined ? ids : matching(test), arrival.query)
      })
    },
  }

  const onObject = (arrival: Arrival, ids: ReadonlyArray<string>, run: () => Reply): Task => {
    const asked = decodeSegment(arrival.path.split('/')[2] ?? '')
    return { ids, run: asked === object ? run : () => errors.noSuchObject(asked) }
  }

  const deleteAll = (ids: ReadonlyArray<string>, { query, call }: Arrival): Reply => {
    if (ids.length === 0) return errors.missingParameter()
    const taken = new Set<string>()
    for (const id of ids) {
      if (!isUuid(id)) return errors.invalidId(id)
      const key = id.toLowerCase()
      const reason = state.refusals.get(key)
      // A repeat is gone by the time that its turn comes, within the transaction.
      if (!state.existing.has(key) || taken.has(key)) return errors.notFound(id)
      if (reason !== undefined) return errors.notDeletable(id, reason)
      taken.add(key)
    }
    commit(taken, physicalDelete || query.get('permanent_delete')?.toLowerCase() === 'true', call)
    return successBody === 'json' ? { status: 200, json: {} } : { status: 200 }
  }

  const commit = (keys: ReadonlySet<string>, permanent: boolean, call: OpenCall): void => {
    for (const key of keys) {
      state.existing.delete(key)
      if (!permanent) state.recoverable.add(key)
    }
    call.applied = call.ids
  }

  const read = (id: string): Reply => {
    if (!isUuid(id)) return errors.invalidId(id)
    return state.existing.has(id.toLowerCase())
      ? { status: 200, json: recordOf(id.toLowerCase()) }
      : errors.notFound(id)
  }

  const listRecords = (ids: ReadonlyArray<string> | undefined, query: URLSearchParams): Reply => {
    const limit = wholeNumber(query, 'limit', defaultPage)
    const offset = wholeNumber(query, 'offset', 0)
    if (Number.isNaN(limit) || Number.isNaN(offset))
      return errors.invalidParameter('limit and offset are whole numbers')
    const found: ReadonlySet<string> = ids === undefined || filter === 'ignored' ? state.existing : existingOf(ids)
    const fields = query.get('fields')?.split(',') ?? ['io_uuid', 'io_name']
    const records = pageOf(found, offset, limit).map((key) => pick(recordOf(key), fields))
    return { status: 200, json: records, headers: counts ? { 'x-total-count': String(found.size) } : {} }
  }

  const recordOf = (key: string): Readonly<Record<string, unknown>> => ({ io_uuid: key, ...record(key) })

  const matching = (test: (record: Readonly<Record<string, unknown>>) => boolean): ReadonlyArray<string> =>
    [...state.existing].filter((key) => test(recordOf(key)))

  const existingOf = (ids: ReadonlyArray<string>): ReadonlySet<string> => {
    if (filter === 'empty') return new Set()
    const keys = new Set(ids.map((id) => id.toLowerCase()))
    return new Set([...keys].filter((key) => state.existing.has(key)).sort())
  }

  return { deleteMany, deleteOne, readOne, list }
}

export const isUuid = (text: string): boolean => /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(text)

const idOf = ({ path }: Arrival): string => decodeSegment(path.split('/')[3] ?? '')

const pick = (record: Readonly<Record<string, unknown>>, fields: ReadonlyArray<string>) =>
  Object.fromEntries(fields.map((name) => name.trim()).map((name) => [name, record[name] ?? null]))
