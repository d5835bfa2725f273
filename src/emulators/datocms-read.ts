import { refusal } from './datocms-errors.ts'
import type { DatoCmsEmulatorSettings } from './datocms-options.ts'
import type { DatoCmsState, Store } from './datocms-state.ts'
import { decodeSegment, headerOf, pageOf, wholeNumber } from './requests.ts'
import type { Arrival, Reply, Route } from './system.ts'

const defaultPage = 30
const largestPage = 500

/** `GET /items` and `GET /items/:id`. Drafts show with `version=current` only. */
export const readRoutes = (state: DatoCmsState, settings: DatoCmsEmulatorSettings) => {
  const { filter = 'works' } = settings

  const list: Route = {
    words: ['read', 'list'],
    open: (arrival) => {
      const asked = arrival.query.get('filter[ids]')
      const ids = asked === null ? [] : asked.split(',').filter((id) => id !== '')
      return { ids, run: () => listItems(storeOf(arrival), asked === null ? undefined : ids, arrival.query) }
    },
  }

  const one: Route = {
    words: ['read', 'one'],
    open: (arrival) => {
      const id = decodeSegment(arrival.path.slice('/items/'.length))
      const run = (): Reply =>
        visible(storeOf(arrival), arrival.query)(id)
          ? { status: 200, json: { data: itemOf(id) } }
          : refusal(404, 'NOT_FOUND')
      return { ids: [id], run }
    },
  }

  const storeOf = (arrival: Arrival): Store => state.store(state.resolve(headerOf(arrival, 'x-environment')))

  const listItems = (store: Store, asked: ReadonlyArray<string> | undefined, query: URLSearchParams): Reply => {
    const limit = wholeNumber(query, 'page[limit]', defaultPage)
    const offset = wholeNumber(query, 'page[offset]', 0)
    if (!(limit <= largestPage) || Number.isNaN(offset)) return refusal(422, 'INVALID_PARAMS', { page: 'out of range' })
    if (asked !== undefined && filter === 'refused') return refusal(422, 'INVALID_PARAMS', { filter: 'ids' })
    if (asked !== undefined && filter === 'empty') return page([], 0)
    const isVisible = visible(store, query)
    if (asked === undefined || filter === 'ignored') {
      const hidden = showsDrafts(query) ? 0 : store.drafts.size
      return page(pageOf(visibleOf(store, isVisible), offset, limit), store.records.size - hidden)
    }
    // Sorted: the order of the answer has nothing to do with the order of the question.
    const found = [...new Set(asked)].filter(isVisible).sort()
    return page(found.slice(offset, offset + limit), found.length)
  }

  return { list, one }
}

const itemOf = (id: string) => ({ type: 'item', id })

const page = (ids: ReadonlyArray<string>, total: number): Reply => ({
  status: 200,
  json: { data: ids.map(itemOf), meta: { total_count: total } },
})

const showsDrafts = (query: URLSearchParams): boolean => query.get('version') === 'current'

const visible = (store: Store, query: URLSearchParams) => {
  const drafts = showsDrafts(query)
  return (id: string): boolean => store.records.has(id) && (drafts || !store.drafts.has(id))
}

function* visibleOf(store: Store, isVisible: (id: string) => boolean): Iterable<string> {
  for (const id of store.records) if (isVisible(id)) yield id
}
