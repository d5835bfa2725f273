import * as t from 'io-ts'
import {
  type AskOptions,
  type BulkRecordProvider,
  checkOptions,
  commaList,
  defineHttpProvider,
  type HttpOptions,
  type IdSource,
  on,
  UsageError,
  urlComponent,
} from '../../http-provider.ts'
import {
  bulkEnded,
  contentsOf,
  explain,
  Items,
  Job,
  JobResult,
  listed,
  pending,
  resultOf,
  singleEnded,
  started,
  WholeItems,
} from './answers.ts'
import { identify } from './place.ts'
import { type DatoCmsSelection, recordCount, recordList } from './selection.ts'
import { type DatoCmsSideEffects, sideEffectsOf } from './side-effects.ts'

export interface DatoCmsConfig {
  /**
   * A token of the project, whose role may delete records. It alone decides which project is meant. Or a function that
   * returns it: asked for the first call and again after a 401.
   */
  readonly apiToken: string | (() => Promise<string>)
  /** The id of an environment. Left out, or `'primary'`: the primary one, which is production. */
  readonly environment?: string
  /** Default `https://site-api.datocms.com`. */
  readonly baseUrl?: string
  /** Plain http to a host other than loopback. Default false. */
  readonly allowInsecure?: boolean
  readonly http?: HttpOptions
}

/** What else can be asked of DatoCMS. Each rejects with `AskingFailedError` where it can't be, and throws `UsageError` for misuse. */
export interface DatoCms extends BulkRecordProvider {
  /** The records of a type, or that a filter finds, drafts included: `deleteRecords(dato, dato.listRecords({ type }))`. */
  readonly listRecords: (selection: DatoCmsSelection, options?: AskOptions) => IdSource
  /** How many there are. */
  readonly countRecords: (selection: DatoCmsSelection, options?: AskOptions) => Promise<number>
  /** What deleting records of a type (or of several, separated by commas) does besides. */
  readonly sideEffects: (selection: { readonly type: string }, options?: AskOptions) => Promise<DatoCmsSideEffects>
}

/**
 * Records of DatoCMS: up to 200 a job, whose result is two counts. An id is 22 characters of base64url, or a decimal
 * number for older records.
 *
 * What a job did to which record is read back, drafts included. A record that it refused is deleted singly to learn the
 * reason. The environment is pinned as soon as it is known, and an answer from another one halts the run. The effect is
 * `unknown`: sandbox environments are full copies that keep the record, and any of them can be made the primary one.
 * Deleting also edits, silently, the records that link to it. UNKNOWN: whether a missing id counts as failed, is
 * ignored or fails the job. Source: datocms.com/docs/content-management-api.
 */
export const datoCms = (config: DatoCmsConfig): DatoCms => {
  checkOptions(name, config, 'apiToken environment baseUrl allowInsecure http')
  const { apiToken, environment = 'primary', baseUrl = 'https://site-api.datocms.com', allowInsecure, http } = config
  if (typeof environment !== 'string' || !/^[\w-]+$/.test(environment)) {
    throw new UsageError(`${name}: environment must be the id of one, or 'primary', or left out for the primary one`)
  }
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 200,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'unknown',
      rate: { requests: 60, perMs: 3_000 },
      curableByOrder,
    },
    baseUrl,
    authorization: apiToken,
    allowInsecure,
    http,
    headers: { 'x-api-version': '3' },
    pin: { header: 'x-environment', value: environment === 'primary' ? undefined : environment },
    explain,
    isValidId: (id) => /^(?:[\w-]{22}|\d{1,20})$/.test(id),
    identify: (call, context) => identify(call, context, environment, baseUrl),
    deleteBatch: {
      request: (ids) => ({
        method: 'POST',
        path: 'items/bulk/destroy',
        headers: { 'content-type': 'application/vnd.api+json' },
        json: {
          data: {
            type: 'item_bulk_destroy_operation',
            relationships: { items: { data: ids.map((id) => ({ type: 'item', id })) } },
          },
        },
      }),
      replies: [on(202, Job, started)],
    },
    followJob: (jobId) => ({
      request: resultOf(jobId),
      replies: [on(200, JobResult, (body, _, reply) => bulkEnded(jobId, body, reply)), on(404, t.unknown, pending)],
    }),
    findExisting: [
      {
        form: 'filter',
        // Without `version=current` some projects list published records only, and drafts would look gone.
        request: (ids) => ({
          method: 'GET',
          path: `items?version=current&filter[ids]=${commaList(ids)}&page[limit]=${ids.length}`,
        }),
        replies: [on(200, Items, listed)],
      },
    ],
    readContent: {
      // With blocks in full, pages are shorter.
      maxIds: 30,
      request: (ids) => ({
        method: 'GET',
        path: `items?version=current&nested=true&filter[ids]=${commaList(ids)}&page[limit]=${ids.length}`,
      }),
      replies: [on(200, WholeItems, contentsOf)],
    },
    diagnose: {
      request: (id) => ({ method: 'DELETE', path: `items/${urlComponent(id)}` }),
      replies: [on(202, Job, started)],
      follow: (jobId) => ({
        request: resultOf(jobId),
        replies: [on(200, JobResult, (body, _, reply) => singleEnded(body, reply)), on(404, t.unknown, pending)],
      }),
    },
    more: ({ list, ask }) => ({
      listRecords: (selection: DatoCmsSelection, options?: AskOptions) => list(recordList(selection), options),
      countRecords: async (selection: DatoCmsSelection, options?: AskOptions) => {
        const count = recordCount(selection)
        return ask((call) => call(count), options)
      },
      sideEffects: async ({ type }: { readonly type: string }, options?: AskOptions) =>
        ask(sideEffectsOf(type), options),
    }),
  })
}

const name = 'datocms'

/** Another record of the list may be the one that refers to it. Most records are only counted as failed, with no reason. */
const curableByOrder = [
  'vendor:DELETE_RESTRICTION',
  'vendor:REQUIRED_BY_ASSOCIATION',
  'vendor:PUBLISHED_REFERENCES',
  'vendor:PUBLISHED_CHILDREN',
  'counted-failed',
]
