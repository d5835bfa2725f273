import type { Reason } from '../core/error.ts'
import type { Row, Store } from './store.ts'
import { read, write } from './text.ts'

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
  let next = 0
  return {
    numberOf: (reason: Reason | undefined, id: string): number | null => {
      if (reason === undefined) return null
      const { code, message, status = null, requestId = null } = reason
      const quotes = id !== '' && message.includes(id)
      const placeholder = quotes ? (placeholders.find((text) => !message.includes(text)) ?? null) : null
      const kept = placeholder === null ? message : message.replaceAll(id, () => placeholder)
      // The text must come back as it was, whatever the id looks like.
      const exact = placeholder === null || kept.replaceAll(placeholder, () => id) === message
      const text = exact ? kept : message
      const mark = exact ? placeholder : null
      const key = JSON.stringify([code, text, status, requestId, mark])
      const found = known.get(key)
      if (found !== undefined) return found
      if (next === 0) next = Number(store.get('SELECT coalesce(max(number), 0) + 1 AS next FROM reasons')?.['next'])
      store.run('INSERT INTO reasons VALUES (?, ?, ?, ?, ?, ?)', next, code, write(text), status, requestId, mark)
      if (known.size >= most) known.clear()
      known.set(key, next)
      return next++
    },
  }
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
