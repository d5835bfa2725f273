import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type Contents,
  type Explanation,
  type HttpReply,
  type Listing,
  type ProviderError,
  reasonOf,
  type Verdict,
} from '../../http-provider.ts'
import { identityOf } from './ids.ts'

const Failure = t.type({ statusCode: t.string, message: t.string })
export const Result = t.intersection([
  t.type({ success: t.boolean, errors: t.array(Failure) }),
  t.partial({ id: t.union([t.string, t.null]) }),
])

/** Where nothing was done for the size of the request alone, the whole of it was too large. */
export const replyOf = (
  results: ReadonlyArray<t.TypeOf<typeof Result>>,
  { ids }: Batch,
  reply: HttpReply,
): BatchReply | ProviderError => {
  const inOrder = results.every(
    ({ id }, at) => typeof id !== 'string' || identityOf(id) === identityOf(ids[at] as string),
  )
  if (!inOrder) return { kind: 'Accepted' }
  const verdicts = results.map((result) => verdictOf(result, reply))
  const [first] = results
  const tooLarge =
    results.length === ids.length && verdicts.every((verdict) => verdict.is === 'again' && verdict.smaller)
  if (tooLarge && first !== undefined) return { tag: 'TooLarge', detail: first.errors[0]?.message ?? 'too large' }
  return { kind: 'ByPosition', verdicts }
}

const verdictOf = ({ success, errors }: t.TypeOf<typeof Result>, reply: HttpReply): Verdict => {
  if (success && errors.length === 0) return { is: 'deleted' }
  const { statusCode, message } = errors[0] ?? { statusCode: 'UNKNOWN', message: 'no reason given' }
  const reason = reasonOf({ code: statusCode, message }, reply)
  if (success) return { is: 'unclear', reason }
  if (errors.some((error) => isTooLarge(error.statusCode, error.message))) return { is: 'again', smaller: true }
  if (errors.some((error) => isPassing(error.statusCode, error.message))) return { is: 'again' }
  if (goneCodes.has(statusCode)) return { is: 'absent' }
  return refusing.has(statusCode) ? { is: 'rejected', reason } : { is: 'unclear', reason }
}

const goneCodes: ReadonlySet<string> = new Set(['ENTITY_IS_DELETED', 'INVALID_CROSS_REFERENCE_KEY'])

/** Codes that pass, of a record or of a request. A trigger tells the code that stopped it within its own message. */
const passing: ReadonlyArray<string> = [
  'UNABLE_TO_LOCK_ROW',
  'TXN_SECURITY_METERING_ERROR',
  'QUERY_TIMEOUT',
  'REQUEST_LIMIT_EXCEEDED',
  'REQUEST_RUNNING_TOO_LONG',
  'SERVER_UNAVAILABLE',
  'UNKNOWN_EXCEPTION',
]

const isPassing = (code: string, message: string): boolean => passing.includes(code) || passingWithin.test(message)

const passingWithin = new RegExp(`\\b(?:${passing.join('|')})\\b`)

/** Limits of one transaction: the governor's, which end triggers, and those of one operation. Fewer records may pass. */
const isTooLarge = (code: string, message: string): boolean =>
  code === 'DELETE_OPERATION_TOO_LARGE' || code === 'EXCEEDED_ID_LIMIT' || limits.test(message)

const limits =
  /System\.LimitException|Apex CPU time limit|Apex heap size too large|Cannot have more than \d+ chunks|Maximum (?:trigger|stack) depth|Too many [\w ]{1,80}: \d+/i

/** Codes by which a record is refused, until somebody changes something. */
const refusing: ReadonlySet<string> = new Set([
  'APEX_DATA_ACCESS_RESTRICTION',
  'CANNOT_CASCADE_PRODUCT_ACTIVE',
  'CANNOT_DELETE_LAST_DATED_CONVERSION_RATE',
  'CANNOT_DELETE_MANAGED_OBJECT',
  'CANNOT_EXECUTE_FLOW_TRIGGER',
  'CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY',
  'CANNOT_MODIFY_MANAGED_OBJECT',
  'DELETE_FAILED',
  'DELETE_REQUIRED_ON_CASCADE',
  'DEPENDENCY_EXISTS',
  'ENTITY_IS_LOCKED',
  'FIELD_CUSTOM_VALIDATION_EXCEPTION',
  'FIELD_INTEGRITY_EXCEPTION',
  'INSUFFICIENT_ACCESS',
  'INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY',
  'INSUFFICIENT_ACCESS_OR_READONLY',
  'INVALID_ACCESS_LEVEL',
  'INVALID_ID_FIELD',
  'INVALID_OPERATION',
  'INVALID_TYPE',
  'MALFORMED_ID',
])

/** A request that fails as a whole. */
const Errors = t.array(t.type({ errorCode: t.string, message: t.string }))

const errorIn = (body: unknown): t.TypeOf<typeof Errors>[number] | undefined => (Errors.is(body) ? body[0] : undefined)

/** A request that was too large is told by its words, under several statuses. */
export const statusOf = (body: unknown, status: number): number => {
  const error = status >= 400 && status < 500 ? errorIn(body) : undefined
  return error !== undefined && isTooLarge(error.errorCode, error.message) ? 413 : status
}

export const explain = (body: unknown, status: number): Explanation => {
  const error = errorIn(body)
  if (error === undefined) return {}
  const { errorCode, message } = error
  return {
    code: errorCode,
    message: `${errorCode}: ${message}`,
    // The limit of requests a day: a 403, though nothing is wrong with who asks.
    closed: errorCode === 'REQUEST_LIMIT_EXCEEDED',
    passes: status < 500 && isPassing(errorCode, message),
  }
}

const Found = t.type({ Id: t.string })
const Paged = t.intersection([
  t.type({ records: t.array(t.unknown) }),
  t.partial({ done: t.unknown, nextRecordsUrl: t.unknown }),
])

/** The bare list, or what a page of one looks like. */
export const Entries = t.union([t.array(t.unknown), Paged])

/**
 * Complete with an entry for each id: as many as were asked for, each another record or `null`; and not where it is a page
 * that says that it is not done, or where the next one is.
 */
export const listingOf = (told: ReadonlyArray<unknown> | t.TypeOf<typeof Paged>, { ids }: Batch): Listing => {
  const {
    records,
    done = true,
    nextRecordsUrl = null,
  } = Array.isArray(told) ? { records: told } : (told as t.TypeOf<typeof Paged>)
  const found = new Set(records.filter(Found.is).map(({ Id }) => identityOf(Id)))
  const missing = records.filter((entry) => entry === null).length
  const isLast = done === true && nextRecordsUrl === null
  return { ids: found, complete: isLast && found.size + missing === ids.length && records.length === ids.length }
}

export const Described = t.type({ fields: t.array(t.type({ name: t.string })) })

/** Whole is an entry that has every field that was asked for; `null` stands for a record that is not there. */
export const contentsOf = (entries: ReadonlyArray<unknown>, batch: Batch, fields: ReadonlyArray<string>): Contents => {
  const { complete } = listingOf(entries, batch)
  const shown = entries.filter(Found.is)
  const records = shown.flatMap((entry) =>
    fields.every((field) => Object.hasOwn(entry, field)) ? [{ id: entry.Id, content: entry }] : [],
  )
  const there = new Set(shown.map(({ Id }) => identityOf(Id)))
  return { records, absent: complete ? batch.ids.filter((id) => !there.has(identityOf(id))) : [] }
}
