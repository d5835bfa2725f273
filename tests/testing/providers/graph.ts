import { graph } from '../../../src/providers/graph.ts'
import { type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

interface Asked {
  readonly requests: ReadonlyArray<{ readonly id: string; readonly method: string; readonly url: string }>
}

const failed = (id: string, status: number, code: string, message: string, headers = {}) => ({
  id,
  status,
  headers: { 'Content-Type': 'application/json', ...headers },
  body: { error: { code, message } },
})

const folder = '/users/ann@example.com/messages/'

export const graphSubject: ContractSubject = {
  provider: (baseUrl) => graph({ baseUrl, token: 'graph-secret-token', collection: 'users/ann@example.com/messages' }),
  id: (n) => `AAMkAGI2${String(n).padStart(8, '0')}=`,
  invalidIds: ['a/b', 'a?b', 'a#b'],
  secrets: ['graph-secret-token'],
  idsIn: ({ body }) =>
    (JSON.parse(body) as Asked).requests.map(({ url }) =>
      decodeURIComponent(url.replace(/\?.*$/, '').slice(url.lastIndexOf('/') + 1)),
    ),
  // Answers name their record by the number of its request.
  spoil: ({ status, text, headers }, how, { entry, ids }) => {
    const { responses } = JSON.parse(text) as { readonly responses?: ReadonlyArray<{ readonly id: string }> }
    const number = String(ids.indexOf(entry) + 1)
    const at = responses?.findIndex(({ id }) => id === number) ?? -1
    const own = responses?.[at]
    if (responses === undefined || own === undefined) return undefined
    const others = responses.filter((one) => one !== own)
    const made = { missing: others, twice: [own, ...responses], stranger: [...others, { ...own, id: '99' }] }[how]
    return { status, headers, text: JSON.stringify({ responses: made }) }
  },
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const answerTo = ({ id, method, url }: Asked['requests'][number]) => {
      const [path = ''] = url.split('?')
      if (!path.startsWith(folder)) return failed(id, 404, 'ErrorInvalidUser', 'The requested user is invalid.')
      const record = decodeURIComponent(path.slice(folder.length))
      if (method === 'DELETE' && busy.delete(record))
        return failed(id, 429, 'ApplicationThrottled', 'Application is over its MailboxConcurrency limit.', {
          'Retry-After': '2',
        })
      if (!records.has(record))
        return failed(id, 404, 'ErrorItemNotFound', 'The specified object was not found in the store.')
      if (method === 'GET') return { id, status: 200, headers: {}, body: { id: record } }
      if (locked.has(record)) return failed(id, 403, 'ErrorAccessDenied', 'Access is denied. The item is on hold.')
      records.delete(record)
      return { id, status: 204, headers: {} }
    }
    const backend = await scriptedBackend({
      clock,
      routes: {
        'POST /$batch': ({ json }) => {
          const { requests } = json() as Asked
          if (requests.length > 20)
            return {
              status: 400,
              json: { error: { code: 'BadRequest', message: 'Number of batch requests exceeds 20' } },
            }
          return { json: { responses: requests.map(answerTo).reverse() } }
        },
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(id)),
      existing: () => records,
      refuse: (id) => locked.add(id),
      busy: (id) => busy.add(id),
      close: backend.close,
    }
  },
}
