import { directus } from '../../../src/providers/directus.ts'
import { type Answer, type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

const error = (status: number, code: string, message: string): Answer => ({
  status,
  json: { errors: [{ message, extensions: { code } }] },
})

const forbidden = (): Answer => error(403, 'FORBIDDEN', "You don't have permission to access this.")

const tooMany: Answer = {
  ...error(429, 'REQUESTS_EXCEEDED', 'Too many requests, retry after 1s.'),
  headers: { 'retry-after': '1' },
}

const isUuid = (id: string): boolean => /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i.test(id)

/** As PostgreSQL stores it in a column of UUIDs: capitals are no matter. */
const keyOf = (id: string): string => (isUuid(id) ? id.toLowerCase() : id)

/** In a filter these stand for something else, so no item is found by them. */
const isRewritten = (id: string): boolean => /^(?:true|false|null)$/i.test(id) || id.startsWith('$')

const contentOf = (id: string) => ({ id, title: `Article ${id}`, tags: ['a', 'b'], author: null })

const shown = (id: string, query: URLSearchParams) => (query.get('fields') === '*' ? contentOf(id) : { id })

/** To an administrator, what is not there is no error; to any other, the whole batch is forbidden. */
const subjectFor = (who: 'admin' | 'editor'): ContractSubject => ({
  provider: (baseUrl) => directus({ baseUrl, collection: 'articles', token: 'directus-secret-token', keyType: 'uuid' }),
  id: (n) => `84a33b7e-833a-47da-95ed-${n.toString(16).padStart(12, '0')}`,
  missing: who === 'admin' ? 'silent' : 'told',
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const backend = await scriptedBackend({
      clock,
      routes: {
        'DELETE /items/articles': ({ json }) => {
          const ids = (json() as ReadonlyArray<string>).map(keyOf)
          if (ids.filter((id) => busy.delete(id)).length > 0) return tooMany
          if (who === 'editor' && ids.some((id) => !records.has(id) || locked.has(id))) return forbidden()
          if (ids.some((id) => locked.has(id))) {
            return error(
              400,
              'INVALID_FOREIGN_KEY',
              'Invalid foreign key for field "article" in collection "comments".',
            )
          }
          for (const id of ids) records.delete(id)
          return { status: 204 }
        },
        'GET /items/articles': ({ query }) => {
          const { id } = JSON.parse(query.get('filter') ?? '{}') as { id: { _in: ReadonlyArray<string> } }
          const wanted = new Set(id._in.filter((each) => !isRewritten(each)).map(keyOf))
          const found = [...wanted].filter((each) => records.has(each))
          const data = found.slice(0, Number(query.get('limit'))).map((each) => shown(each, query))
          return { json: { meta: { filter_count: found.length }, data } }
        },
        'GET /items/articles/{id}': ({ params: { id = '' }, query }) =>
          records.has(keyOf(id)) ? { json: { data: shown(keyOf(id), query) } } : forbidden(),
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(keyOf(id))),
      existing: () => records,
      content: (id) => contentOf(keyOf(id)),
      refuse: (id) => locked.add(keyOf(id)),
      busy: (id) => busy.add(keyOf(id)),
      close: backend.close,
    }
  },
})

export const directusSubject: ContractSubject = subjectFor('editor')
export const directusForAdminSubject: ContractSubject = subjectFor('admin')
