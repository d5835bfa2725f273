import * as t from 'io-ts'
import {
  dateForms,
  type Exchange,
  instantOf,
  type ListedRecord,
  type ListSpec,
  on,
  type ProviderError,
  UsageError,
  urlComponent,
} from '../../http-provider.ts'

/** What DatoCMS takes as `filter`: `{ fields: { _status: { eq: 'draft' } } }`, `{ query: 'foo' }`. Fields in snake case. */
export interface DatoCmsFilter {
  readonly [name: string]: string | number | boolean | DatoCmsFilter
}

/** Which records are asked for: by type, by filter, or both. */
export interface DatoCmsSelection {
  /** The id or API key of a model; several, separated by commas. */
  readonly type?: string
  /** Only records that were last changed before: a `Date`, or a text: `2024-01-31`, midnight UTC, or a date and time with its zone. */
  readonly updatedBefore?: string | Date
  readonly filter?: DatoCmsFilter
  /** Records a page, 1 to 500. Default 200; answers hold all fields of a record, and may become too long for `maxResponseBytes`. */
  readonly pageSize?: number
}

/** The list of records that a selection means, drafts included. */
export const recordList = (selection: DatoCmsSelection): ListSpec => {
  const { type, pageSize = 200 } = selection
  const before = timeOf(selection.updatedBefore)
  if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= 500))
    throw wrong('pageSize must be a whole number from 1 to 500')
  const isOneType = type !== undefined && !type.includes(',')
  const parameters = [
    ...parametersOf(selection, before),
    // An order that lasts; it may be asked for where there is one type.
    ...(isOneType ? ['order_by=id_ASC'] : []),
  ]
  const check = openCheck(isOneType, before)
  return {
    pageSize,
    request: ({ offset, limit }) => ({
      method: 'GET',
      path: `items?${[...parameters, `page[limit]=${limit}`, `page[offset]=${offset}`].join('&')}`,
    }),
    replies: [on(200, Page, ({ data, meta }) => check(data) ?? { records: data.map(listed), total: meta.total_count })],
  }
}

/** How many records a selection means. */
export const recordCount = (selection: DatoCmsSelection): Exchange<number> => {
  const parameters = parametersOf(selection, timeOf(selection.updatedBefore))
  return {
    purpose: 'read',
    request: { method: 'GET', path: `items?${[...parameters, 'page[limit]=1'].join('&')}` },
    replies: [on(200, Page, ({ meta }) => meta.total_count)],
  }
}

const wrong = (what: string) => new UsageError(`datocms: ${what}`)

const timeOf = (updatedBefore: string | Date | undefined): number | undefined => {
  if (updatedBefore === undefined) return undefined
  const time = instantOf(updatedBefore)
  if (time === undefined) throw wrong(`updatedBefore must be ${dateForms}`)
  return time
}

/** Without `version=current` some projects list published records only. */
const parametersOf = ({ type, filter }: DatoCmsSelection, before: number | undefined): ReadonlyArray<string> => {
  if (type === undefined && filter === undefined)
    throw wrong('give a type or a filter: without either, every record of the project would be meant')
  if (type !== undefined && !/^[\w-]+(?:,[\w-]+)*$/.test(type))
    throw wrong('type must be the id or the API key of a model')
  const filters = {
    ...filter,
    ...(type !== undefined && { type }),
    ...(before !== undefined && { fields: withBefore(filter?.['fields'], before) }),
  }
  return ['version=current', ...flattened('filter', filters)]
}

const withBefore = (fields: DatoCmsFilter[string] | undefined, before: number): DatoCmsFilter => {
  const others = typeof fields === 'object' ? fields : {}
  const { _updated_at: updated = {} } = others
  return {
    ...others,
    _updated_at: { ...(typeof updated === 'object' ? updated : {}), lt: new Date(before).toISOString() },
  }
}

/** `filter[fields][_status][eq]=draft` */
const flattened = (name: string, value: DatoCmsFilter[string]): ReadonlyArray<string> => {
  if (typeof value !== 'object' || value === null) return [`${name}=${urlComponent(String(value))}`]
  return Object.entries(value).flatMap(([inner, member]) => {
    if (!/^\w+$/.test(inner)) throw wrong(`filter has a name that can't be one: "${inner}"`)
    return flattened(`${name}[${inner}]`, member)
  })
}

const Item = t.intersection([
  t.type({ id: t.string }),
  t.partial({ attributes: t.unknown, meta: t.unknown, relationships: t.unknown }),
])
type Item = t.TypeOf<typeof Item>
const Page = t.type({ data: t.array(Item), meta: t.type({ total_count: t.number }) })

const Typed = t.type({ item_type: t.type({ data: t.type({ id: t.string }) }) })
const Dated = t.type({ updated_at: t.string })

/** What is listed has to be what was asked for: a filter that is not heeded lists everything. */
const openCheck = (isOneType: boolean, before: number | undefined) => {
  let first: string | undefined
  return (items: ReadonlyArray<Item>): ProviderError | undefined => {
    for (const { id, relationships, meta } of items) {
      if (isOneType && Typed.is(relationships)) {
        first ??= relationships.item_type.data.id
        if (first !== relationships.item_type.data.id)
          return unheeded(`record ${id} is of another type than the others`)
      }
      if (before !== undefined && Dated.is(meta) && Date.parse(meta.updated_at) >= before)
        return unheeded(`record ${id} was changed at ${meta.updated_at}`)
    }
    return undefined
  }
}

const unheeded = (what: string): ProviderError => ({
  tag: 'Garbled',
  detail: `the filter was not heeded: ${what}`,
  paths: [],
})

const listed = ({ id, attributes }: Item): ListedRecord => {
  const title = t.UnknownRecord.is(attributes) ? titleIn(attributes) : undefined
  return { id, ...(title !== undefined && { title }) }
}

/** Which field is the title is told by the model alone: by its usual names, else the first short text. */
const titleIn = (attributes: Readonly<Record<string, unknown>>): string | undefined => {
  const usual = usualTitles.map((name) => textIn(attributes[name]))
  return [...usual, ...Object.values(attributes).map(textIn)].find((text) => text !== undefined)
}

const usualTitles = ['title', 'name', 'headline', 'label', 'subject', 'slug']

/** A text of one line, in the first language that has one. */
const textIn = (value: unknown): string | undefined => {
  const texts = t.UnknownRecord.is(value) ? Object.values(value) : [value]
  const text = texts.find((each) => typeof each === 'string' && each.trim() !== '' && !each.includes('\n'))
  return typeof text === 'string' && text.length <= longestTitle ? text : undefined
}

const longestTitle = 200
