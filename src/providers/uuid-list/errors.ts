import * as t from 'io-ts'
import type { Batch, Explanation } from '../../http-provider.ts'

/**
 * Where an error stands in the body, and what its parts are called, is documented nowhere. Its text names the record
 * that rolled the batch back. A text that names records, but none of the batch, blames nobody; one that refuses a record
 * because of another names both, and which is which can't be told.
 */
export const explain = (body: unknown, status: number, { ids }: Batch, object: string): Explanation => {
  const error = errorIn(body)
  if (error === undefined) return {}
  const said = { ...(error.type && { code: error.type }), ...(error.text && { message: error.text }) }
  const kind = kindOf(status, error, object)
  if (kind === undefined) return said
  const named = new Set(error.text.toLowerCase().match(uuids))
  const culprits = ids.filter((id) => named.has(id.toLowerCase())).map((id) => ({ id, is: kind }))
  const believed = kind === 'absent' || culprits.length === 1 ? culprits : []
  return { ...said, culprits: believed, blames: named.size > 0 && culprits.length === 0 ? 'unknown' : kind }
}

interface Told {
  readonly type: string
  readonly text: string
}

/**
 * What is wrong with a record, where the error is about a record: "Entity not found" may also mean the object, whose own
 * name may hold any of these words. That something is gone is believed where a UUID is spoken of, and nowhere else.
 */
const kindOf = (status: number, { type, text }: Told, object: string): 'absent' | 'rejected' | undefined => {
  const told = text.replaceAll(object, '')
  const ofUuid = /\buuid\b/i.test(told) || told.search(uuids) >= 0
  if (status === 404) return ofUuid && /^entity_not_found|^$/i.test(type) ? 'absent' : undefined
  if (status !== 400 || /^missing_parameter/i.test(type)) return undefined
  return ofUuid || /record/i.test(told) || /^operation_error/i.test(type) ? 'rejected' : undefined
}

const uuids = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi

export const errorIn = (body: unknown): Told | undefined => {
  for (const root of [body, first(body)]) {
    for (const place of [root, fieldOf(root, 'error'), first(fieldOf(root, 'errors'))]) {
      const type = textOf(place, ['error_type', 'type', 'errorType', 'code'])
      const text = textOf(place, ['error_message', 'message', 'errorMessage', 'detail'])
      if (type !== undefined || text !== undefined) return { type: type ?? '', text: text ?? '' }
    }
  }
  return undefined
}

const first = (list: unknown): unknown => (Array.isArray(list) ? list[0] : undefined)

const fieldOf = (place: unknown, field: string): unknown => (t.UnknownRecord.is(place) ? place[field] : undefined)

const textOf = (place: unknown, fields: ReadonlyArray<string>): string | undefined =>
  fields.map((field) => fieldOf(place, field)).find((value) => typeof value === 'string')

/** A 404 means that the record is gone, unless it says otherwise or comes from somewhere else. */
export const saysGone = (body: unknown, object: string): boolean => {
  const error = errorIn(body)
  return error === undefined ? typeof body !== 'string' : kindOf(404, error, object) === 'absent'
}

/** Whether the body of a 200 lets its status stand: there is none, or it is JSON in which nothing speaks of a failure. */
export const readsAsSuccess = (body: unknown): boolean => {
  if (body === undefined || body === null) return true
  if (typeof body !== 'object') return false
  const places = [body, first(body), fieldOf(body, 'error'), first(fieldOf(body, 'errors')), fieldOf(body, 'errors')]
  return !places.some(readsAsError)
}

const readsAsError = (place: unknown): boolean => {
  if (!t.UnknownRecord.is(place)) return false
  if (textOf(place, ['error_type', 'errorType', 'error_message', 'errorMessage', 'exception']) !== undefined)
    return true
  if (isSet(place['error']) || isSet(place['errors']) || isSet(place['failed'])) return true
  if (['success', 'ok', 'succeeded', 'isSuccess'].some((name) => place[name] === false)) return true
  if (['status', 'statusCode', 'status_code', 'code'].some((name) => Number(place[name]) >= 400)) return true
  const told = ['status', 'type', 'code', 'message', 'detail', 'result'].map((name) => place[name])
  return told.some((text) => typeof text === 'string' && failing.test(text))
}

const isSet = (value: unknown): boolean => {
  if (typeof value === 'object' && value !== null) return Object.keys(value).length > 0
  return Boolean(value)
}

const failing =
  /error|exception|fail|not[_ ]?found|invalid|denied|forbidden|unauthori[sz]ed|unable|can ?not|could not|roll(?:ed)?[_ ]?back|time[d_ -]*out/i
