import { directus } from '../../../src/providers/directus.ts'
import { type Answer, type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

const error = (status: number, code: string, message: string): Answer => ({
  status,
  json: { errors: [{ message, extensions: { code } }] },
})

const forbidden = (): Answer => error(403, 'FORBIDDEN', "You don't have permission to access this.")

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
          const found = id._in.filter((each) => records.has(each))
          const data = found.slice(0, Number(query.get('limit'))).map((each) => ({ id: each }))
          return { json: { meta: { filter_count: found.length }, data } }
        },
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
