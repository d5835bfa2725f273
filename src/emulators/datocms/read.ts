import { decodeSegment, headerOf, pageOf, wholeNumber } from '../server/requests.ts'
import type { Arrival, Reply, Route } from '../server/system.ts'
import { entitiesOf } from './entities.ts'
import { refusal } from './errors.ts'
import type { DatoCmsEmulatorSettings } from './options.ts'
import type { DatoCmsState, Store } from './state.ts'

const defaultPage = 30
const largestPage = 500
const largestNested = 30

/** `GET /items`, `GET /items/:id` and `GET /items/:id/references`. Drafts show with `version=current` only. */
export const readRoutes = (state: DatoCmsState, settings: DatoCmsEmulatorSettings) => {
  const { filter = 'works' } = settings
  const { models, modelOf, updatedAt, attributesOf, item, refersTo } = entitiesOf(settings)

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
      const run = (): Reply => {
        const store = storeOf(arrival)
        if (!visible(store, arrival.query)(id)) return refusal(404, 'NOT_FOUND')
        return { status: 200, json: { data: shown(store, arrival.query)(id) } }
      }
      return { ids: [id], run }
    },
  }

  /** The records that link to one. */
  const references: Route = {
    words: ['read', 'references'],
    open: (arrival) => {
      const id = decodeSegment(arrival.path.split('/')[2] ?? '')
      const run = (): Reply => {
        const store = storeOf(arrival)
        if (!store.records.has(id)) return refusal(404, 'NOT_FOUND')
        const linking = [...visibleOf(store, visible(store, arrival.query))].filter((other) => refersTo(other, id))
        return { status: 200, json: { data: linking.map(shown(store, arrival.query)) } }
      }
      return { ids: [id], run }
    },
  }

  const storeOf = (arrival: Arrival): Store => state.store(state.resolve(headerOf(arrival, 'x-environment')))

  const listItems = (store: Store, asked: ReadonlyArray<string> | undefined, query: URLSearchParams): Reply => {
    const limit = wholeNumber(query, 'page[limit]', defaultPage)
    const offset = wholeNumber(query, 'page[offset]', 0)
    if (!(limit <= (isNested(query) ? largestNested : largestPage)) || Number.isNaN(offset))
      return refusal(422, 'INVALID_PARAMS', { page: 'out of range' })
    if (asked !== undefined && filter === 'refused') return refusal(422, 'INVALID_PARAMS', { filter: 'ids' })
    if (asked !== undefined && filter === 'empty') return page(store, query, [], 0)
    const narrowing = [...query.keys()].some((name) => /^filter\[(?:type|fields)\]/.test(name))
    if (asked !== undefined && query.has('filter[type]')) return refusal(422, 'INVALID_PARAMS', { filter: 'ids, type' })
    if (query.has('order_by') && !isOneType(query))
      return refusal(422, 'INVALID_PARAMS', { order_by: 'needs one type' })
    const isVisible = visible(store, query)
    if (asked === undefined && (narrowing || query.has('order_by'))) {
      const holds = settings.fieldFilter === 'ignored' ? () => true : matcher(query)
      if (holds === undefined) return refusal(422, 'INVALID_PARAMS', { filter: 'unknown' })
      const found = [...visibleOf(store, isVisible)].filter(holds)
      if (query.get('order_by') === 'id_ASC') found.sort()
      return page(store, query, found.slice(offset, offset + limit), found.length)
    }
    if (asked === undefined || filter === 'ignored') {
      const hidden = showsDrafts(query) ? 0 : store.drafts.size
      return page(store, query, pageOf(visibleOf(store, isVisible), offset, limit), store.records.size - hidden)
    }
    // Sorted: the order of the answer has nothing to do with the order of the question.
    const found = [...new Set(asked)].filter(isVisible).sort()
    return page(store, query, found.slice(offset, offset + limit), found.length)
  }

  const page = (store: Store, query: URLSearchParams, ids: ReadonlyArray<string>, total: number): Reply => ({
    status: 200,
    json: { data: ids.map(shown(store, query)), meta: { total_count: total } },
  })

  const shown = (store: Store, query: URLSearchParams) => (id: string) => {
    const whole = item(id, store.drafts.has(id))
    return isNested(query) ? whole : { ...whole, attributes: withoutBlocks(whole.attributes) }
  }

  /** What the query demands of a record; `undefined` where it is not understood. */
  const matcher = (query: URLSearchParams): ((id: string) => boolean) | undefined => {
    const tests: Array<(id: string) => boolean> = []
    for (const [name, value] of query) {
      if (!name.startsWith('filter[')) continue
      const test = name === 'filter[type]' ? typeTest(value) : fieldTest(name, value)
      if (test === undefined) return undefined
      tests.push(test)
    }
    return (id) => tests.every((test) => test(id))
  }

  const typeTest = (value: string) => {
    const asked = value.split(',')
    const known = asked.every((word) => models.some(({ id, apiKey }) => id === word || apiKey === word))
    if (!known) return undefined
    return (id: string): boolean => asked.includes(modelOf(id).id) || asked.includes(modelOf(id).apiKey)
  }

  /** `filter[fields][_updated_at][lt]`, `filter[fields][title][eq]`; of the other operators none. */
  const fieldTest = (name: string, value: string) => {
    const [, field = '', operator = ''] = /^filter\[fields\]\[(\w+)\]\[(\w+)\]$/.exec(name) ?? []
    if (operator === 'eq') return (id: string) => attributesOf(id)[field] === value
    const compare = comparisons[operator]
    if (field !== '_updated_at' || compare === undefined || Number.isNaN(Date.parse(value))) return undefined
    return (id: string) => compare(Date.parse(updatedAt(id)), Date.parse(value))
  }

  return { list, one, references }
}

const comparisons: Readonly<Record<string, (one: number, other: number) => boolean>> = {
  lt: (one, other) => one < other,
  lte: (one, other) => one <= other,
  gt: (one, other) => one > other,
  gte: (one, other) => one >= other,
}

const isOneType = (query: URLSearchParams): boolean => /^[^,]+$/.test(query.get('filter[type]') ?? '')

const showsDrafts = (query: URLSearchParams): boolean => query.get('version') === 'current'

const visible = (store: Store, query: URLSearchParams) => {
  const drafts = showsDrafts(query)
  return (id: string): boolean => store.records.has(id) && (drafts || !store.drafts.has(id))
}

function* visibleOf(store: Store, isVisible: (id: string) => boolean): Iterable<string> {
  for (const id of store.records) if (isVisible(id)) yield id
}

const isNested = (query: URLSearchParams): boolean => query.get('nested') === 'true'

/** Blocks are shown whole where `nested=true` is asked for, else by their ids. */
const withoutBlocks = (attributes: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, value]) => [
      name,
      Array.isArray(value) ? value.map(idOfBlock) : idOfBlock(value),
    ]),
  )

const idOfBlock = (value: unknown): unknown => {
  const { type, id, attributes } = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>
  return type === 'item' && typeof id === 'string' && attributes !== undefined ? id : value
}
