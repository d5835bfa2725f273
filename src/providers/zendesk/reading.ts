import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Call,
  type ContentForm,
  type Contents,
  commaList,
  type Listing,
  on,
  type ProviderError,
  type ReadForm,
  type RecordContent,
} from '../../http-provider.ts'

const Shown = t.intersection([
  t.type({ id: t.number }),
  t.partial({ status: t.unknown, active: t.unknown, deleted_at: t.unknown }),
])

const idIfThere = ({ id, status, active, deleted_at }: t.TypeOf<typeof Shown>): ReadonlyArray<string> =>
  status === 'deleted' || active === false || (deleted_at ?? null) !== null ? [] : [String(id)]

const Paged = t.partial({
  count: t.unknown,
  next_page: t.unknown,
  meta: t.partial({ has_more: t.unknown }),
  links: t.partial({ next: t.unknown }),
})

/** Complete with as many records as are counted, and without a next page, in either of the vendor's ways to say so. */
export const showMany = (type: string): ReadForm => ({
  form: 'show-many',
  maxIds: 100,
  request: (ids) => ({ method: 'GET', path: `api/v2/${type}/show_many?ids=${commaList(ids)}` }),
  replies: [
    on(200, t.intersection([t.type({ [type]: t.array(Shown) }), Paged]), (body): Listing => {
      const shown = (body as { readonly [name: string]: unknown })[type] as ReadonlyArray<t.TypeOf<typeof Shown>>
      return { ids: shown.flatMap(idIfThere), complete: isWhole(body, shown.length) }
    }),
  ],
})

const isWhole = ({ count, next_page, meta, links }: t.TypeOf<typeof Paged>, shown: number): boolean =>
  (count === undefined || count === null || count === shown) &&
  (next_page ?? null) === null &&
  meta?.has_more !== true &&
  (links?.next ?? null) === null

/** Old tickets are archived, and no list is documented to show them. */
export const ticketByTicket: ReadForm = {
  form: 'one-by-one',
  maxIds: 1,
  request: ([id]) => ({ method: 'GET', path: `api/v2/tickets/${id}` }),
  replies: [
    on(200, t.type({ ticket: Shown }), ({ ticket }) => idIfThere(ticket)),
    on(404, t.type({ error: t.literal('RecordNotFound') }), () => []),
  ],
}

/** Whole are all of them where none is on a next page: those that are not listed are not there, or marked as deleted. */
export const manyContents = (type: string): ContentForm => ({
  maxIds: 100,
  request: (ids) => ({ method: 'GET', path: `api/v2/${type}/show_many?ids=${commaList(ids)}` }),
  replies: [
    on(200, t.intersection([t.type({ [type]: t.array(Shown) }), Paged]), (body, { ids }): Contents => {
      const shown = (body as { readonly [name: string]: unknown })[type] as ReadonlyArray<t.TypeOf<typeof Shown>>
      const there = shown.filter((record) => idIfThere(record).length > 0)
      const found = new Set(there.map(({ id }) => String(id)))
      return {
        records: there.map((record) => ({ id: String(record.id), content: record })),
        absent: isWhole(body, shown.length) ? ids.filter((id) => !found.has(id)) : [],
      }
    }),
  ],
})

/** A ticket is its fields and its conversation, which is on pages of its own. */
export const ticketWithComments: ContentForm = {
  maxIds: 1,
  request: ([id]) => ({ method: 'GET', path: `api/v2/tickets/${id}` }),
  replies: [
    on(200, t.type({ ticket: Shown }), ({ ticket }, { ids: [id = ''] }): Contents => {
      if (idIfThere(ticket).length === 0) return { records: [], absent: [id] }
      return { records: String(ticket.id) === id ? [{ id, content: ticket }] : [] }
    }),
    on(404, t.type({ error: t.literal('RecordNotFound') }), (_, { ids }): Contents => ({ records: [], absent: ids })),
  ],
  whole: (record, call) => withComments(record, call),
}

const Comments = t.intersection([
  t.type({ comments: t.array(t.UnknownRecord) }),
  t.partial({
    meta: t.partial({ has_more: t.unknown, after_cursor: t.unknown }),
    next_page: t.unknown,
    links: t.partial({ next: t.unknown }),
  }),
])
type Comments = t.TypeOf<typeof Comments>

/** More pages than a ticket can have: it takes 5,000 comments. */
const mostPages = 100

const withComments = async ({ id, content }: RecordContent, call: Call): Promise<E.Either<ProviderError, unknown>> => {
  const comments: unknown[] = []
  const path = `api/v2/tickets/${id}/comments?page%5Bsize%5D=100`
  let after = ''
  for (let page = 0; page < mostPages; page++) {
    const asked = await call<Comments>({
      purpose: 'read',
      request: { method: 'GET', path: path + after },
      replies: [on(200, Comments, (body) => body)],
      exact: true,
    })
    if (E.isLeft(asked)) return asked
    const { meta, next_page, links } = asked.right
    comments.push(...asked.right.comments)
    const cursor = meta?.after_cursor
    const hasMore = meta?.has_more === true || (meta === undefined && (next_page ?? links?.next ?? null) !== null)
    if (!hasMore) return E.right({ ...(content as object), comments })
    if (typeof cursor !== 'string' || cursor === '') break
    after = `&page%5Bafter%5D=${encodeURIComponent(cursor)}`
  }
  return E.left({ tag: 'Garbled', detail: 'its comments do not come to an end', paths: ['meta.has_more'] })
}
