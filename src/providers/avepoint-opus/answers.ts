import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type HttpReply,
  on,
  type Replies,
  reasonOf,
  type Said,
} from '../../http-provider.ts'

const Told = t.type({ statusCode: t.number })

/** The status to judge an answer by: some tenants may tell it in the body of a success. */
export const statusOf = (body: unknown, status: number): number =>
  (status === 200 || status === 201) && Told.is(body) ? body.statusCode : status

/**
 * What an answer to a batch means, be it a destroy or a submit. A 418 says that some records failed and the others were
 * changed; one that does not list the failed readably says nothing about any record.
 */
export const repliesOf = (
  done: ReadonlyArray<200 | 201>,
  noContent: 'AllDeleted' | 'Accepted',
): Replies<BatchReply> => [
  on(done, Told, (body, batch, reply) => verdictsOf(body, 'AllDeleted', batch, reply)),
  on(418, t.unknown, (body, batch, reply) => verdictsOf(body, 'Accepted', batch, reply)),
  on(204, t.unknown, () => ({ kind: noContent })),
]

/** `whenNoneFailed`: what it means that no record is listed as failed. */
const verdictsOf = (
  body: unknown,
  whenNoneFailed: 'AllDeleted' | 'Accepted',
  batch: Batch,
  reply: HttpReply,
): BatchReply => {
  const { failedItems, ...rest } = fieldsOf(body)
  const listed = failedItems ?? []
  if (!Array.isArray(listed)) return { kind: 'Accepted' }
  if (listed.length === 0) return { kind: whenNoneFailed }
  const verdicts = listed.map((item) => {
    const said = { message: 'it is listed as failed, without a reason', ...saidOf(rest), ...saidOf(item) }
    return {
      id: keyOf(item, batch),
      is: 'rejected',
      reason: { ...reasonOf(said, reply), code: 'failed-item' },
    } as const
  })
  // An entry without a key may stand for any record.
  return verdicts.every(hasKey) ? { kind: 'ById', verdicts, silence: 'deleted' } : { kind: 'Accepted' }
}

const hasKey = <Named>(named: Named & { readonly id: string | undefined }): named is Named & { readonly id: string } =>
  named.id !== undefined

/** The key that an entry names: one that was sent, before any other that it carries. */
const keyOf = (item: unknown, { ids }: Batch): string | undefined => {
  const { rowKey, disposalId, recordId, id } = fieldsOf(item)
  const keys = [item, rowKey, disposalId, recordId, id].filter(
    (key) => typeof key === 'string' || typeof key === 'number',
  )
  const named = keys.map(String)
  return named.find((key) => ids.includes(key)) ?? named[0]
}

/** `message` is null, a text or a list of texts; entries and sibling services have other names for it. */
export const saidOf = (body: unknown): Said => {
  const { message, reason, error, requestId, traceId } = fieldsOf(body)
  const text = [message, reason, error].flat().filter((said) => typeof said === 'string' && said !== '')
  const [trace] = [requestId, traceId].filter((id) => typeof id === 'string')
  return { ...(text.length > 0 && { message: text.join('; ') }), ...(trace !== undefined && { requestId: trace }) }
}

export const fieldsOf = (body: unknown): Readonly<Record<string, unknown>> => (t.UnknownRecord.is(body) ? body : {})
