import { pageOf, parseJson, propertyOf, wholeNumber } from '../server/requests.ts'
import type { OpenCall, Reply, Route } from '../server/system.ts'
import type { AvePointOpusEmulatorSettings } from './options.ts'
import type { Failure, Replies } from './replies.ts'

type Item = Readonly<Record<string, unknown>>

/** What one emulated tenant knows: keys by status, and why some can't be destroyed. */
export interface OpusState {
  readonly existing: Set<string>
  readonly destroyed: Set<string>
  readonly submitted: Map<string, Item>
  readonly refusals: Map<string, string>
}

const mostRecords = 15
const largestPage = 100
const required = ['rowKey', 'leafName', 'timeCreated', 'timeModified', 'createdBy', 'modifiedBy'] as const

/** Destroy, submit and the due list: one path, three methods. */
export const recordRoutes = (state: OpusState, replies: Replies, settings: AvePointOpusEmulatorSettings) => {
  const { success = 200, destroyedAgain = 'ok', missing = 'failed' } = settings
  const { refuseSubmit = () => undefined, dueAt, conflictField = 'either' } = settings
  const fields = conflictField === 'either' ? ['conflictOption', 'confilictOption'] : [conflictField]
  const { connection = 'd9da492f-cc67-4920-99f9-6fbaae1f1410' } = settings

  const destroy: Route = {
    words: ['delete'],
    open: ({ body, call }) => {
      const ids = stringsOf(propertyOf(parseJson(body), 'disposalIds'))
      const wrong = wrongIn(ids, 'disposalIds')
      return {
        ids: ids ?? [],
        run: () => (wrong === undefined ? destroyAll(ids ?? [], call) : replies.malformed(wrong)),
      }
    },
  }

  const submit: Route = {
    words: ['submit'],
    open: ({ body, call }) => {
      const request = parseJson(body)
      const data = propertyOf(request, 'data')
      const items: ReadonlyArray<unknown> = Array.isArray(data) ? data : []
      const ids = stringsOf(items.map((item) => propertyOf(item, 'rowKey')))
      // Older servers expected the misspelt name.
      const conflict = fields.map((field) => propertyOf(request, field)).find((value) => value !== undefined)
      const incomplete = items.some((item) => required.some((name) => typeof propertyOf(item, name) !== 'string'))
      const wrong =
        wrongIn(ids, 'data') ??
        (isGuid(propertyOf(request, 'id')) ? undefined : 'id is not the GUID of a connection.') ??
        (conflict === 'Overwrite' || conflict === 'Skip' ? undefined : 'conflictOption is Overwrite or Skip.') ??
        (incomplete ? `Every record needs ${required.join(', ')}.` : undefined)
      const run = () =>
        wrong === undefined ? store(items as ReadonlyArray<Item>, conflict === 'Skip', call) : replies.malformed(wrong)
      return { ids: ids ?? [], run }
    },
  }

  const due: Route = {
    words: ['read', 'list'],
    open: ({ query }) => ({ ids: [], run: () => listDue(query) }),
  }

  const destroyAll = (ids: ReadonlyArray<string>, call: OpenCall): Reply => {
    const applied: Array<string> = []
    const failures: Array<Failure> = []
    for (const key of ids) {
      const reason = whyNot(key)
      if (reason !== undefined) failures.push({ key, reason })
      else if (state.existing.delete(key)) {
        state.destroyed.add(key)
        applied.push(key)
      }
    }
    call.applied = applied.length === ids.length ? ids : applied
    return failures.length === 0 ? replies.done(success) : replies.partly(failures)
  }

  const whyNot = (key: string): string | undefined => {
    if (state.existing.has(key)) return state.refusals.get(key)
    if (state.destroyed.has(key)) return destroyedAgain === 'ok' ? undefined : 'The record is already destroyed.'
    return missing === 'ok' ? undefined : 'The record does not exist.'
  }

  const store = (items: ReadonlyArray<Item>, skip: boolean, call: OpenCall): Reply => {
    const applied: Array<string> = []
    const failures: Array<Failure> = []
    for (const item of items) {
      const key = item['rowKey'] as string
      const reason = refuseSubmit(key)
      if (reason !== undefined) failures.push({ key, reason })
      else if (!skip || (!state.existing.has(key) && !state.destroyed.has(key))) {
        state.existing.add(key)
        state.destroyed.delete(key)
        state.submitted.set(key, item)
        applied.push(key)
      }
    }
    call.applied = applied
    return failures.length === 0 ? replies.done(201) : replies.partly(failures)
  }

  const listDue = (query: URLSearchParams): Reply => {
    const startIndex = wholeNumber(query, 'startIndex', 0)
    const perPage = wholeNumber(query, 'itemsPerPage', largestPage)
    const dueDate = query.get('disposalDueDate')
    if (!isGuid(query.get('id'))) return replies.malformed('id is not the GUID of a connection.')
    if (dueDate !== null && Number.isNaN(Date.parse(dueDate))) return replies.malformed('disposalDueDate is no date.')
    if (Number.isNaN(startIndex)) return replies.malformed('startIndex is a whole number.')
    if (!(perPage <= largestPage)) return replies.malformed(`itemsPerPage is 0 to ${largestPage}.`)
    const isHere = query.get('id')?.toLowerCase() === connection.toLowerCase()
    const keys = isHere ? dueOf(dueDate === null ? Number.POSITIVE_INFINITY : Date.parse(dueDate)) : []
    const firsts = { records: startIndex, 'records-from-1': Math.max(0, startIndex - 1), pages: startIndex * perPage }
    const first = firsts[settings.startIndex ?? 'records']
    const queriedItems = pageOf(keys, first, perPage).map((rowKey) => ({ rowKey, ...nameOf(rowKey) }))
    return { status: 200, json: { startIndex, statusCode: 200, queriedItems } }
  }

  const dueOf = (before: number): Iterable<string> =>
    dueAt === undefined ? state.existing : [...state.existing].filter((key) => Date.parse(dueAt(key)) <= before)

  /** What is only seeded may have no name. */
  const nameOf = (key: string): object => {
    const leafName = state.submitted.get(key)?.['leafName'] ?? settings.leafName?.(key)
    return leafName === undefined ? {} : { leafName }
  }

  return { destroy, submit, due }
}

const stringsOf = (values: unknown): ReadonlyArray<string> | undefined =>
  Array.isArray(values) && values.every((value) => typeof value === 'string') ? values : undefined

const wrongIn = (ids: ReadonlyArray<string> | undefined, name: string): string | undefined => {
  if (ids === undefined || ids.length === 0) return `${name} is missing or no list of keys.`
  if (ids.includes('')) return `${name} holds an empty key.`
  return ids.length > mostRecords ? `${name} holds more than ${mostRecords} records.` : undefined
}

const isGuid = (value: unknown): boolean =>
  typeof value === 'string' && /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(value)
