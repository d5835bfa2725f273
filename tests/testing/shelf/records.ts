/** What the fakes of the shelf have in common: records, and how they are spoken of. */
import type { Answer, SeenRequest } from '../../../src/testing.ts'

export interface ShelfSettings {
  /** Letters are no matter: `A` is `a`. */
  readonly anyCase?: boolean
  /** Most ids in one request. */
  readonly most?: number
  /** Most bytes of a request target. */
  readonly mostUrlBytes?: number
  /** Most bytes of a body. */
  readonly mostBodyBytes?: number
  /** Tokens have to be asked for, and each is another one. */
  readonly issues?: boolean
  /** A deletion that is sent again brings the record back, as a switch does. */
  readonly toggles?: boolean
  /** A refused batch has deleted what came before the bad record. */
  readonly halfway?: boolean
  /** Results come in the order of the request, not in one of its own. */
  readonly inOrder?: boolean
  /** Most records of one listing. */
  readonly pageSize?: number
}

export const shelfToken = 'shelf-token-a81f33'

/** Records, and what may not be deleted. */
export const openRecords = ({ anyCase = false, toggles = false }: ShelfSettings) => {
  const keyOf = (id: string) => (anyCase ? id.toLowerCase() : id)
  const records = new Set<string>()
  const locked = new Set<string>()
  const binned = new Set<string>()
  const busy = new Set<string>()
  return {
    has: (id: string) => records.has(keyOf(id)),
    /** Once for each time it was said to be. */
    isBusy: (id: string) => busy.delete(keyOf(id)),
    isLocked: (id: string) => locked.has(keyOf(id)),
    remove: (id: string): boolean => {
      const key = keyOf(id)
      if (toggles && binned.delete(key)) return records.add(key).size > 0
      if (!records.delete(key)) return false
      binned.add(key)
      return true
    },
    seed: (ids: ReadonlyArray<string>) => {
      for (const id of ids) records.add(keyOf(id))
    },
    refuse: (id: string) => void locked.add(keyOf(id)),
    busy: (id: string) => void busy.add(keyOf(id)),
    existing: () => records,
  }
}

export type Records = ReturnType<typeof openRecords>

export interface Entry {
  readonly id: string
  readonly ok: boolean
  readonly error?: 'busy' | 'locked' | 'not-found'
}

export const entryOf = (records: Records, id: string): Entry => {
  if (records.isBusy(id)) return { id, ok: false, error: 'busy' }
  if (records.isLocked(id)) return { id, ok: false, error: 'locked' }
  return records.remove(id) ? { id, ok: true } : { id, ok: false, error: 'not-found' }
}

export const admit = ({ headers }: SeenRequest): Answer | undefined =>
  headers['authorization'] === `Bearer ${shelfToken}` ? undefined : { status: 401, json: { error: 'who is it?' } }

export const refusal = (code: string, id?: string): Answer => ({
  status: 400,
  json: { error: { code, ...(id !== undefined && { id }) } },
})

/** Which of some exist, and all of them, a page at a time. */
export const listRoute = (records: Records, pageSize = Number.POSITIVE_INFINITY) => ({
  'POST /list': ({ json }: { json: () => unknown }): Answer => {
    const { ids, after = 0 } = json() as { ids: ReadonlyArray<string>; after?: number }
    const found = ids.filter(records.has)
    const page = found.slice(after, after + pageSize)
    const next = after + pageSize < found.length ? after + pageSize : null
    return { json: { records: page.map((id) => ({ id })), total: found.length, next } }
  },
  'GET /all': ({ query }: { query: URLSearchParams }): Answer => {
    const all = [...records.existing()].sort()
    const from = Number(query.get('offset'))
    const page = all.slice(from, from + Number(query.get('limit')))
    return { json: { records: page.map((id) => ({ id })), total: all.length } }
  },
})

export const idsOf = ({ json }: { json: () => unknown }): ReadonlyArray<string> =>
  (json() as { ids: ReadonlyArray<string> }).ids
