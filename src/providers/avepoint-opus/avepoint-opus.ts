import { type AskOptions, type BulkRecordProvider, defineHttpProvider, type IdSource } from '../../http-provider.ts'
import { repliesOf, saidOf, statusOf } from './answers.ts'
import { name, type OpusConfig, regions, tokenUrls, whereAndWho } from './config.ts'
import { type DueQuery, dueList } from './due.ts'

/** Data centres, as they stand in the host name of the API. Source: learn.avepoint.com, "Use AvePoint Graph API". */
export const avePointOpusRegions = regions

/** Token URLs by cloud. Source: learn.avepoint.com, "Authentication and Authorization". */
export const avePointOpusTokenUrls = tokenUrls

/** Where, who, and what differs from tenant to tenant. */
export type AvePointOpusConfig = OpusConfig

/** What else can be asked of Opus. */
export interface AvePointOpus extends BulkRecordProvider {
  /**
   * The records of a connection that are due: `deleteRecords(opus, opus.listDue({ connectionId, before }))`. A record that is
   * destroyed leaves the list, so it is read to its end before the first key is yielded. It tells no count of all: that it
   * was read to its end is seen by a page with nothing new on it. Throws `UsageError` for misuse.
   */
  readonly listDue: (query: DueQuery, options?: AskOptions) => IdSource
}

/**
 * Connector records of AvePoint Opus: sets the status of up to 15 records a request to Destroyed, for good; the content
 * itself is destroyed elsewhere. An id is the unique key that a record was submitted with: any text.
 *
 * A 418 says that some records failed and the others were changed; it counts whether it is the HTTP status or only
 * `statusCode` in the body. Where it does not list the failed readably, it says nothing about any record, and nothing
 * can be read back. UNKNOWN: rate limits; the shape of `failedItems` (keys are read, and objects with one); whether a
 * record that was Destroyed before is listed there. Source: learn.avepoint.com, "Destroy Records".
 */
export const avePointOpus = (config: AvePointOpusConfig): AvePointOpus => {
  const { baseUrl, authorization, path, noContent, connection } = whereAndWho(config)
  return defineHttpProvider({
    name,
    verified: 'documentation',
    capabilities: { maxBatchSize: 15, atomicity: 'per-record', replay: 'safe', effect: 'marked' },
    baseUrl,
    authorization,
    ...connection,
    statusOf,
    explain: saidOf,
    identify: { key: `${baseUrl} ${path}`, label: `AvePoint Opus, ${baseUrl}`, production: 'unknown' },
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path, json: { disposalIds: ids } }),
      replies: repliesOf([200], noContent),
    },
    more: ({ list }) => ({
      listDue: (query: DueQuery, options?: AskOptions) => list(dueList(path, query), options),
    }),
  })
}
