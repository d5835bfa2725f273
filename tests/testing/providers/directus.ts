import { directus } from '../../../src/providers/directus.ts'
import { type Answer, type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

const error = (status: number, code: string, message: string): Answer => ({
  status,
  json: { errors: [{ message, extensions: { code } }] },
})

const forbidden = (): Answer => error(403, 'FORBIDDEN', "You don't have permission to access this.")

/** What the server makes of a word in a filter: a value, the time, or who asks. */
const inFilter = (word: string): unknown => {
  if (/^(?:true|false|null|NULL)$/.test(word)) return JSON.parse(word.toLowerCase())
  return /^\$(?:NOW|CURRENT_)/.test(word) ? undefined : word
}

/** To an administrator, what is not there is no error; to any other, the whole batch is forbidden. */
const subjectFor = (who: 'admin' | 'editor'): ContractSubject => ({
  provider: (baseUrl) => directus({ baseUrl, collection: 'articles', token: 'directus-secret-token' }),
  missing: who === 'admin' ? 'silent' : 'told',
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const backend = await scriptedBackend({
      clock,
      routes: {
        'DELETE /items/articles': ({ json }) => {
          const ids = json() as ReadonlyArray<string>
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
          const wanted = id._in.map(inFilter)
          const found = [...records].filter((each) => wanted.includes(each))
          const data = found.slice(0, Number(query.get('limit'))).map((each) => ({ id: each }))
          return { json: { meta: { filter_count: found.length }, data } }
        },
        'GET /items/articles/{id}': ({ params: { id = '' } }) =>
          records.has(id) ? { json: { data: { id } } } : forbidden(),
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(id)),
      existing: () => records,
      refuse: (id) => locked.add(id),
      close: backend.close,
    }
  },
})

export const directusSubject: ContractSubject = subjectFor('editor')
export const directusForAdminSubject: ContractSubject = subjectFor('admin')
