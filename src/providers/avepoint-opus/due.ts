import * as t from 'io-ts'
import { dateForms, instantOf, type ListPage, type ListSpec, on, urlComponent } from '../../http-provider.ts'
import { isGuid, wrong } from './config.ts'

/** Which records are asked for. */
export interface DueQuery {
  /** The id of the connection: a GUID. */
  readonly connectionId: string
  /** Records that are due by then: a `Date`, or a text: `2024-01-31`, midnight UTC, or a date and time with its zone. */
  readonly before: string | Date
  /** Records a page, 1 to 100. Default 100. */
  readonly pageSize?: number
}

/** The list of what is due, in pages. Records that are destroyed leave it. */
export const dueList = (path: string, { connectionId, before, pageSize = mostRecords }: DueQuery): ListSpec => {
  if (!isGuid(connectionId)) throw wrong('connectionId must be the GUID of a connection')
  const time = instantOf(before)
  if (time === undefined) throw wrong(`before must be ${dateForms}`)
  if (!(Number.isInteger(pageSize) && pageSize >= 1 && pageSize <= mostRecords))
    throw wrong(`pageSize must be a whole number from 1 to ${mostRecords}`)
  const due = `${path}?id=${connectionId}&disposalDueDate=${urlComponent(new Date(time).toISOString())}`
  return {
    pageSize,
    request: ({ offset, limit }) => ({ method: 'GET', path: `${due}&startIndex=${offset}&itemsPerPage=${limit}` }),
    replies: [on(200, Page, ({ queriedItems }) => pageOf(queriedItems)), on(204, t.unknown, () => ({ records: [] }))],
  }
}

const mostRecords = 100

const Item = t.intersection([t.type({ rowKey: t.string }), t.partial({ leafName: t.unknown })])
const Page = t.type({ queriedItems: t.array(Item) })

const pageOf = (items: ReadonlyArray<t.TypeOf<typeof Item>>): ListPage => ({
  records: items.map(({ rowKey, leafName }) => ({
    id: rowKey,
    ...(typeof leafName === 'string' && leafName !== '' && { title: leafName }),
  })),
})
