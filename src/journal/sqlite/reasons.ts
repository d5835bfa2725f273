import type { Reason } from '../../core/contract/error.ts'
import type { RecordOutcome } from '../../core/contract/outcome.ts'
import { read, write } from '../words/text.ts'
import type { Row, Store } from './store.ts'

/** Reasons that are remembered, so that a batch of a thousand alike writes one. */
const most = 1_000

/** Placeholders for an id in a message, tried in turn. */
const placeholders = ['{id}', '{the id}', '{id of the record}']

/**
 * Reasons are kept apart from outcomes, one for many. The record's own id is taken out of the message, because ids stand in
 * `identities` alone; it is put back when the message is read.
 */
export const openReasons = (store: Store) => {
  const known = new Map<string, number>()
  return {
    numberOf: (reason: Reason | undefined, id: string): number | null => {
      if (reason === undefined) return null
      const { code, message, status = null, requestId = null } = reason
      const { text, placeholder } = templateOf(message, id)
      const key = JSON.stringify([code, text, status, requestId, placeholder])
      const found = known.get(key)
      if (found !== undefined) return found
      const sql = 'INSERT INTO reasons (code, message, status, request_id, placeholder) VALUES (?, ?, ?, ?, ?)'
      store.run(sql, code, write(text), status, requestId, placeholder)
      const number = Number(store.get('SELECT last_insert_rowid() AS number')?.['number'])
      if (known.size >= most) known.clear()
      known.set(key, number)
      return number
    },
  }
}

/** What is on record with an outcome: its reason, or by whose word the record is held. */
export const reasonIn = (outcome: RecordOutcome): Reason | undefined => {
  if (outcome.status === 'untouched' && outcome.reference !== undefined) return heldBy(outcome.reference)
  return 'reason' in outcome ? outcome.reason : undefined
}

/** A reference is kept as a reason is: one for many records. */
export const heldBy = (reference: string): Reason => ({ code: 'held', message: reference })

interface Template {
  readonly text: string
  /** What stands in the text for the id; null where it does not speak of it. */
  readonly placeholder: string | null
}

/** A message without the record's own id; as it is where it would not come back exactly. */
export const templateOf = (message: string, id: string): Template => {
  const placeholder =
    id !== '' && message.includes(id) ? placeholders.find((text) => !message.includes(text)) : undefined
  if (placeholder === undefined) return { text: message, placeholder: null }
  const text = message.replaceAll(id, () => placeholder)
  return text.replaceAll(placeholder, () => id) === message
    ? { text, placeholder }
    : { text: message, placeholder: null }
}

/** The reason in a row that was joined with `reasonColumns`. */
export const reasonOf = (row: Row, id: string): Reason | undefined => {
  if (row['code'] === null) return undefined
  const { code, message, http, request, placeholder } = row
  return {
    code: String(code),
    message: placeholder === null ? read(message) : read(message).replaceAll(String(placeholder), () => id),
    ...(http === null ? {} : { status: Number(http) }),
    ...(request === null ? {} : { requestId: String(request) }),
  }
}

/** Of `reasons`, named `r`. */
export const reasonColumns = 'r.code, r.message, r.status AS http, r.request_id AS request, r.placeholder'
