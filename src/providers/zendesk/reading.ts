import * as t from 'io-ts'
import { commaList, type Listing, on, type ReadForm } from '../../http-provider.ts'

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
