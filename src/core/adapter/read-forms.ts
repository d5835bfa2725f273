import type { Batch, Listing, Weight } from '../contract/provider.ts'
import type { Replies } from '../http/rows.ts'
import { scaleOf } from '../intake/weight.ts'
import type { Call } from './calls.ts'
import { type Means, type ReadBatch, readInWays } from './reading.ts'
import type { RequestSpec } from './requests.ts'

/**
 * One way to ask which records exist. Its rows answer with the ids that the backend lists, in any spelling, and say by what
 * the answer shows that nothing is missing: a row for each key, a count, no next page. What an answer leaves out is asked
 * for again in smaller requests, down to single ids; what stays out is unread, never gone.
 */
export interface ReadForm {
  /** Names what this form has proven, where it is not the first one. */
  readonly form: string
  readonly request: (ids: ReadonlyArray<string>) => RequestSpec
  /** A bare array is complete. */
  readonly replies: Replies<ReadonlyArray<string> | Listing>
  /** Most ids in one request. Default: as many as the batch has, and the URL limit allows. */
  readonly maxIds?: number
  /** Ids that such a request would not mean as they are: each is asked for by itself, in this way. What the form has proven, this has. */
  readonly apart?: {
    readonly ids: (id: string) => boolean
    readonly request: (id: string) => RequestSpec
    readonly replies: Replies<ReadonlyArray<string> | Listing>
  }
}

/** What reading needs besides the forms. */
export interface ReadingMeans extends Means {
  readonly measure: (request: RequestSpec) => Weight
}

/** The ways of an adapter over HTTP. */
export const readInForms = (forms: ReadonlyArray<ReadForm>, means: ReadingMeans): ReadBatch =>
  readInWays(
    forms.map(({ form, request, replies, maxIds, apart }) => ({
      form,
      maxIds,
      scale: maxIds === 1 ? undefined : scaleOf((ids) => means.measure(request(ids))),
      isApart: (id: string) => apart?.ids(id) === true,
      ask: (batch: Batch, call: Call) => {
        const [first] = batch.ids as readonly [string]
        const asked =
          apart?.ids(first) === true
            ? { request: apart.request(first), replies: apart.replies }
            : { request: request(batch.ids), replies }
        return call({ purpose: 'read', ...asked, batch })
      },
    })),
    means,
  )
