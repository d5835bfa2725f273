import * as t from 'io-ts'
import { type Exchange, type HttpReply, type ListSpec, on, UsageError, urlComponent } from '../../http-provider.ts'

/** Which records are asked for. */
export interface UuidListSelection {
  /** In SMQL, as the system takes it: `io_modified < '2024-01-01'`. It can't be told here whether it means what it should. */
  readonly filter: string
  /** The field that a person recognises a record by; `''` for none. Default `io_name`. */
  readonly titleField?: string
  /** Records a page, at least 1. Default 200. */
  readonly pageSize?: number
}

/** The list of records that a filter finds. */
export const recordList = (path: string, selection: UuidListSelection): ListSpec => {
  const { filter, titleField = 'io_name', pageSize = 200 } = selection
  if (typeof filter !== 'string' || filter.trim() === '')
    throw wrong('give a filter: without it, every record of the object would be meant')
  if (typeof titleField !== 'string' || !/^[\w.]*$/.test(titleField))
    throw wrong('titleField must be the name of a field')
  if (!(Number.isInteger(pageSize) && pageSize >= 1)) throw wrong('pageSize must be a whole number over 0')
  const fields = titleField === '' ? 'io_uuid' : `io_uuid,${titleField}`
  const list = `${path}?filter=${urlComponent(filter)}&fields=${fields}`
  return {
    pageSize,
    request: ({ offset, limit }) => ({ method: 'GET', path: `${list}&limit=${limit}&offset=${offset}` }),
    replies: [
      on(200, t.array(Listed), (records, _, reply) => {
        const total = totalOf(reply)
        return {
          records: records.map((record) => {
            const title = (record as Readonly<Record<string, unknown>>)[titleField]
            return { id: record.io_uuid, ...(typeof title === 'string' && title !== '' && { title }) }
          }),
          ...(total !== undefined && { total }),
        }
      }),
    ],
  }
}

/** How many records the object has; `undefined` where the answer does not say. */
export const recordCount = (path: string): Exchange<number | undefined> => ({
  purpose: 'read',
  request: { method: 'GET', path: `${path}?fields=io_uuid&limit=1` },
  replies: [on(200, t.array(Listed), (_, __, reply) => totalOf(reply))],
})

const wrong = (what: string) => new UsageError(`uuid-list: ${what}`)

const Listed = t.type({ io_uuid: t.string })

const totalOf = ({ headers }: HttpReply): number | undefined => {
  const count = headers.get('x-total-count') ?? ''
  return /^\d+$/.test(count) ? Number(count) : undefined
}
