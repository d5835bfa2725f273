import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type BulkRecordProvider,
  type ConnectionOptions,
  type ContentForm,
  checkOptions,
  commaList,
  defineHttpProvider,
  on,
  type ProviderError,
  UsageError,
} from '../../http-provider.ts'
import { contentsOf, Described, Entries, explain, listingOf, Result, replyOf, statusOf } from './answers.ts'
import { identityOf, isValidId } from './ids.ts'

export interface SalesforceConfig extends ConnectionOptions {
  /** The organization's own domain: `https://acme.my.salesforce.com`. */
  readonly baseUrl: string
  /** An access token, or a function that returns one: asked for the first call and again after a 401. */
  readonly token: string | (() => Promise<string>)
  /** The object that all records are of, such as `Account`. Left out, nothing can be read back. */
  readonly object?: string
  /** Default `65.0`. */
  readonly apiVersion?: string
}

/**
 * Records of Salesforce by sObject Collections, 200 a request, each deleted or refused by itself. An id has 15
 * characters, or 18: the last three repeat what the case of the first 15 says, and one in which they do not is no id.
 *
 * Results are joined by position; an entry that carries another record's id voids the whole answer. Deleted records go
 * to the recycle bin for 15 days, and what depends on them goes along. UNKNOWN: whether
 * `INVALID_CROSS_REFERENCE_KEY` can also stand for a record that the account may not see; it counts as absent. Source:
 * developer.salesforce.com, REST API, "Delete Records Using sObject Collections".
 */
export const salesforce = (config: SalesforceConfig): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl token object apiVersion allowInsecure http')
  const { baseUrl, token, object, apiVersion = '65.0', ...connection } = config
  if (object !== undefined && !/^\w+$/.test(object)) throw wrong('object must be the API name of one, such as Account')
  if (!/^\d+\.\d$/.test(apiVersion)) throw wrong('apiVersion must be a text such as 65.0')
  const path = `services/data/v${apiVersion}`
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 200,
      maxUrlBytes: 16_000,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'recoverable',
      curableByOrder: ['vendor:DELETE_FAILED'],
    },
    baseUrl,
    authorization: token,
    ...connection,
    statusOf,
    explain,
    isValidId,
    identityOf,
    identify: async (call) => {
      const organization = await call({
        purpose: 'read',
        request: { method: 'GET', path: `${path}/query?q=SELECT+Id,Name,IsSandbox+FROM+Organization` },
        replies: [on(200, Organizations, organizationOf), on([400, 403], t.unknown, () => undefined)],
      })
      if (E.isLeft(organization)) return organization
      const { Id = baseUrl, Name = baseUrl, IsSandbox } = organization.right ?? {}
      const production = IsSandbox === undefined ? 'unknown' : IsSandbox ? 'no' : 'yes'
      return E.right({ key: Id, account: Id, label: `${Name}, ${baseUrl}`, production })
    },
    deleteBatch: {
      request: (ids) => ({
        method: 'DELETE',
        path: `${path}/composite/sobjects?ids=${commaList(ids)}&allOrNone=false`,
      }),
      replies: [on(200, t.array(Result), replyOf)],
    },
    ...(object !== undefined && {
      findExisting: [
        {
          form: 'collections',
          request: (ids: ReadonlyArray<string>) => ({
            method: 'POST' as const,
            path: `${path}/composite/sobjects/${object}`,
            json: { ids, fields: ['Id'] },
          }),
          // One entry for each id, `null` for one that is not there.
          replies: [on(200, Entries, listingOf)],
        },
      ] as const,
      // A record is shown with the fields that are asked for by name.
      readContent: async (call) => {
        const fields = await call({
          purpose: 'read',
          request: { method: 'GET', path: `${path}/sobjects/${object}/describe` },
          replies: [on(200, Described, (told) => [...new Set(['Id', ...told.fields.map((field) => field.name)])])],
        })
        if (E.isLeft(fields)) return fields
        const form: ContentForm = {
          maxIds: 200,
          request: (ids) => ({
            method: 'POST',
            path: `${path}/composite/sobjects/${object}`,
            json: { ids, fields: fields.right },
          }),
          replies: [on(200, t.array(t.unknown), (entries, batch) => contentsOf(entries, batch, fields.right))],
        }
        return E.right(form)
      },
    }),
  })
}

const name = 'salesforce'

const wrong = (what: string) => new UsageError(`${name}: ${what}`)

const Organization = t.type({ Id: t.string, Name: t.string, IsSandbox: t.boolean })
const Organizations = t.intersection([
  t.type({ records: t.array(Organization) }),
  t.partial({ done: t.unknown, nextRecordsUrl: t.unknown, totalSize: t.unknown }),
])

/** There is one of them. A page that says that more are to come, or counts others, does not say which place this is. */
const organizationOf = ({
  records,
  done = true,
  nextRecordsUrl,
  totalSize = records.length,
}: t.TypeOf<typeof Organizations>): t.TypeOf<typeof Organization> | undefined | ProviderError => {
  const isWhole = done === true && (nextRecordsUrl ?? null) === null && totalSize === records.length
  if (isWhole && records.length < 2) return records[0]
  return { tag: 'Garbled', detail: 'the list of organizations is not complete, or has several', paths: ['records'] }
}
