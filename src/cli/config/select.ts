import { dateForms, instantOf } from '../../http-provider.ts'
import type {
  AskOptions,
  AvePointOpus,
  BulkRecordProvider,
  DatoCms,
  DatoCmsSideEffects,
  IdSource,
  UuidList,
} from '../../index.ts'
import { membersOf, present, type Spot, textAt } from './checks.ts'
import type { JsonObject } from './text.ts'

/** What an id file is written in. */
export const idFormats = ['txt', 'csv', 'ndjson', 'json'] as const
export type IdFormat = (typeof idFormats)[number]

/** How records of a built-in provider can be selected, in place of a file with their ids. */
export interface Selecting {
  /** What `select` holds, checked. */
  readonly at: (spot: Spot) => JsonObject
  readonly list: (provider: BulkRecordProvider, select: JsonObject, options: AskOptions) => IdSource
  /** How many records of the kind there are in all. Missing where the system can't count. */
  readonly countAll?: (provider: BulkRecordProvider, select: JsonObject, options: AskOptions) => Promise<number>
  /** What deleting such records does besides. */
  readonly sideEffects?: (
    provider: BulkRecordProvider,
    select: JsonObject,
    options: AskOptions,
  ) => Promise<DatoCmsSideEffects>
}

/** By the name of the provider; `undefined` for one that can only be given ids. */
export const selectingOf = (provider: string): Selecting | undefined =>
  Object.hasOwn(selecting, provider) ? selecting[provider] : undefined

/** Whoever can select, for a message. */
export const selectingNames = (): string => Object.keys(selecting).join(', ')

const selecting: Readonly<Record<string, Selecting>> = {
  datocms: {
    at: (spot) => {
      const { type, updatedBefore } = membersOf(spot, ['type', 'updatedBefore'])
      if (type === undefined)
        spot.inner('type', undefined).fail('is missing: without the model, every record of the project would be meant')
      return present({ type: textAt(type) ?? '', updatedBefore: dateAt(updatedBefore) })
    },
    list: (provider, select, options) => (provider as DatoCms).listRecords(select, options),
    countAll: (provider, { type }, options) => (provider as DatoCms).countRecords({ type: String(type) }, options),
    sideEffects: (provider, { type }, options) => (provider as DatoCms).sideEffects({ type: String(type) }, options),
  },
  'avepoint-opus': {
    at: (spot) => {
      const { connection, dueBefore } = membersOf(spot, ['connection', 'dueBefore'])
      if (connection === undefined) spot.inner('connection', undefined).fail('is missing: the id of the connection')
      if (dueBefore === undefined) spot.inner('dueBefore', undefined).fail('is missing: a date')
      return present({ connection: textAt(connection) ?? '', dueBefore: dateAt(dueBefore) ?? '' })
    },
    list: (provider, { connection, dueBefore }, options) =>
      (provider as AvePointOpus).listDue({ connectionId: String(connection), before: String(dueBefore) }, options),
  },
  'uuid-list': {
    at: (spot) => {
      const { filter, titleField } = membersOf(spot, ['filter', 'titleField'])
      if (filter === undefined)
        spot.inner('filter', undefined).fail('is missing: without it, every record of the object would be meant')
      // None may be wanted.
      const title = titleField?.value === '' ? '' : textAt(titleField)
      return present({ filter: textAt(filter) ?? '', titleField: title })
    },
    list: (provider, { filter, titleField }, options) => {
      const title = typeof titleField === 'string' ? { titleField } : {}
      return (provider as UuidList).listRecords({ filter: String(filter), ...title }, options)
    },
    countAll: (provider, _, options) => (provider as UuidList).countRecords(options),
  },
}

const dateAt = (spot: Spot | undefined): string | undefined => {
  const text = textAt(spot)
  if (text === undefined || instantOf(text) !== undefined) return text
  return spot?.fail(`must be ${dateForms}`)
}

/** The instants that the dates of a selection mean, in ISO 8601, UTC: what the system is sent. */
export const instantsIn = (select: JsonObject): Readonly<Record<string, string>> =>
  Object.fromEntries(
    ['updatedBefore', 'dueBefore'].flatMap((name) => {
      const instant = instantOf(select[name])
      return instant === undefined ? [] : [[name, new Date(instant).toISOString()]]
    }),
  )

/** What a target has to come to: so many records, or at most such a part of all there are. */
export type Expectation = { readonly records: number } | { readonly atMostShare: number }
