import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type BulkRecordProvider,
  type ConnectionOptions,
  type ContentForm,
  type Contents,
  checkOptions,
  defineHttpProvider,
  type Explanation,
  type Listing,
  on,
  type RequestSpec,
  UsageError,
} from '../http-provider.ts'

export interface HubSpotConfig extends ConnectionOptions {
  /** An access token of a private app, or a function that returns one: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /** `contacts`, `companies`, `deals`, or the id of any other type, such as `2-3453932`. */
  readonly objectType: string
  /** Default `https://api.hubapi.com`. */
  readonly baseUrl?: string
}

/**
 * Records of HubSpot's CRM, 100 a request, archived: they can be restored for 90 days. An id is a number.
 *
 * The answer says nothing about any record, so every batch is read back. A record that was merged into another one is
 * read under the other one's id, and counts as there. UNKNOWN: whether a batch that is refused has been archived in part.
 * The rate declared is the lowest of all plans. Source: developers.hubspot.com, CRM API, objects.
 */
export const hubSpot = (config: HubSpotConfig): BulkRecordProvider => {
  checkOptions(name, config, 'token objectType baseUrl allowInsecure http')
  const { token, objectType, baseUrl = 'https://api.hubapi.com', ...connection } = config
  if (typeof objectType !== 'string' || !/^[\w-]+$/.test(objectType))
    throw new UsageError(`${name}: objectType must be the name or the id of one, such as contacts`)
  const ask = (what: string, ids: ReadonlyArray<string>, more = {}): RequestSpec => ({
    method: 'POST',
    path: `crm/v3/objects/${objectType}/batch/${what}`,
    json: { ...more, inputs: ids.map((id) => ({ id })) },
  })
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 100,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'recoverable',
      rate: { requests: 100, perMs: 10_000 },
    },
    baseUrl,
    authorization: token,
    ...connection,
    explain,
    isValidId: (id) => /^[1-9]\d{0,18}$/.test(id),
    identify: async (call) => {
      const account = await call({
        purpose: 'read',
        request: { method: 'GET', path: 'account-info/v3/details' },
        replies: [on(200, Account, (told) => told), on(403, t.unknown, () => undefined)],
      })
      if (E.isLeft(account)) return account
      const { portalId = 'an account', accountType } = account.right ?? {}
      return E.right({
        key: `${baseUrl} ${portalId} ${objectType}`,
        ...(account.right && { account: `${baseUrl} ${portalId}` }),
        label: `HubSpot ${portalId} · ${objectType}`,
        production: accountType === undefined ? 'unknown' : accountType === 'STANDARD' ? 'yes' : 'no',
      })
    },
    deleteBatch: {
      request: (ids) => ask('archive', ids),
      replies: [on(204, t.unknown, () => ({ kind: 'Accepted' }))],
    },
    findExisting: [
      {
        form: 'batch-read',
        maxIds: 100,
        request: (ids) => ask('read', ids, { properties: ['hs_object_id'], propertiesWithHistory: [] }),
        replies: [on([200, 207], Read, listed)],
      },
    ],
    // A record is shown with the properties that are asked for by name, and else with a few.
    readContent: async (call) => {
      const names = await call({
        purpose: 'read',
        request: { method: 'GET', path: `crm/v3/properties/${objectType}` },
        replies: [on(200, Properties, ({ results }) => results.map((property) => property.name))],
      })
      if (E.isLeft(names)) return names
      const properties = [...new Set(['hs_object_id', ...names.right])]
      const form: ContentForm = {
        maxIds: 100,
        request: (ids) => ask('read', ids, { properties, propertiesWithHistory: [] }),
        replies: [on([200, 207], Read, contentsOf)],
      }
      return E.right(form)
    },
  })
}

const name = 'hubspot'

const Account = t.type({ portalId: t.number, accountType: t.string })

const Read = t.intersection([
  t.type({ results: t.array(t.intersection([t.type({ id: t.string }), t.partial({ archived: t.unknown })])) }),
  t.partial({
    status: t.unknown,
    errors: t.array(t.partial({ category: t.string, context: t.partial({ ids: t.array(t.string) }) })),
  }),
])

/**
 * Complete as far as each id is in the results, or is named as not found; any other error says nothing of the ids that it
 * names, and neither does an answer that is not `COMPLETE`. An id that was not asked for is what another record was
 * merged into: then as many that are not spoken of are there.
 */
const listed = ({ status, results, errors = [] }: t.TypeOf<typeof Read>, { ids }: Batch): Listing => {
  const shown = results.filter(({ archived }) => archived !== true).map(({ id }) => id)
  const found = new Set(shown.filter((id) => ids.includes(id)))
  if (status !== undefined && status !== 'COMPLETE') return { ids: found, complete: false }
  const named = (isWanted: (category: string | undefined) => boolean): ReadonlySet<string> =>
    new Set(errors.flatMap(({ category, context }) => (isWanted(category) ? (context?.ids ?? []) : [])))
  const archived = new Set(results.flatMap(({ id, archived }) => (archived === true ? [id] : [])))
  const missing = named((category) => category === 'OBJECT_NOT_FOUND')
  const failed = named((category) => category !== 'OBJECT_NOT_FOUND')
  const isGone = (id: string) => missing.has(id) || archived.has(id)
  const unread = ids.filter((id) => !found.has(id) && (failed.has(id) || !isGone(id)))
  const unspoken = unread.filter((id) => !failed.has(id))
  const others = new Set(shown.filter((id) => !ids.includes(id)))
  if (others.size === 0 || others.size !== unspoken.length) return { ids: found, complete: true, unread }
  return { ids: [...found, ...unspoken], complete: true, unread: unread.filter((id) => failed.has(id)) }
}

const Properties = t.type({ results: t.array(t.type({ name: t.string })) })
const Whole = t.type({ id: t.string, properties: t.type({ hs_object_id: t.unknown }) })

/** Whole is a result of a record that was asked for, with the property that says that the names were heeded. */
const contentsOf = (body: t.TypeOf<typeof Read>, batch: Batch): Contents => {
  const { ids } = batch
  const { complete, unread = [] } = listed(body, batch)
  const whole = body.results.filter((result) => result.archived !== true && ids.includes(result.id) && Whole.is(result))
  if (!complete) return { records: [] }
  const left = new Set([...whole.map(({ id }) => id), ...unread, ...body.results.map(({ id }) => id)])
  const archived = body.results.flatMap(({ id, archived }) => (archived === true ? [id] : []))
  return {
    records: whole.map((result) => ({ id: result.id, content: result })),
    absent: [...ids.filter((id) => !left.has(id)), ...archived.filter((id) => ids.includes(id))],
  }
}

const Told = t.intersection([t.type({ message: t.string }), t.partial({ category: t.string, correlationId: t.string })])

/** 477: the account is moving to another data centre, for up to a day. */
const explain = (body: unknown, status: number): Explanation => {
  const passes = status === 477
  if (!Told.is(body)) return { passes }
  const { message, category, correlationId } = body
  return { message, passes, ...(category && { code: category }), ...(correlationId && { requestId: correlationId }) }
}
