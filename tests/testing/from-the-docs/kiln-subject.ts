import { type ContractSubject, scriptedBackend } from 'expunge/testing'
import { kiln } from './kiln.ts'

const faulty = (status: number, type: string, text: string) => ({ status, json: { fault: { type, text } } })

/**
 * The fake system: a job that takes two seconds, whose items come in the backend's own spelling and in no order that a
 * caller could rely on.
 */
export const kilnSubject: ContractSubject = {
  provider: (baseUrl) => kiln(baseUrl, 'kiln-client', 'kiln-secret-of-the-client'),
  id: (n) => `F-${n.toString(16).padStart(6, '0')}`,
  invalidIds: ['F-', 'G-0001', 'F-00zz'],
  secrets: ['kiln-secret-of-the-client'],
  start: async ({ clock }) => {
    const firings = new Set<string>()
    const locked = new Set<string>()
    const cooling = new Set<string>()
    const tokens = new Set<string>()
    const tasks = new Map<string, { readonly doneAt: number; readonly fails: boolean; readonly items: object[] }>()
    let takesMs = 2_000
    let fails = false
    const purge = (ref: string) => {
      const key = ref.toUpperCase()
      if (cooling.delete(key)) return { ref: key, outcome: 'cooling' }
      if (locked.has(key)) return { ref: key, outcome: 'locked', note: 'the kiln is still hot' }
      return { ref: key, outcome: firings.delete(key) ? 'purged' : 'missing' }
    }
    const backend = await scriptedBackend({
      clock,
      admit: ({ path, headers }) => {
        if (path === '/oauth/token' || tokens.has(headers['authorization'] ?? '')) return undefined
        return faulty(401, 'unauthorized', 'no such token')
      },
      routes: {
        'POST /oauth/token': ({ body }) => {
          if (new URLSearchParams(body).get('client_secret') !== 'kiln-secret-of-the-client')
            return { status: 401, json: { error: 'invalid_client' } }
          const token = `kiln-token-number-${tokens.size}`
          tokens.add(`Bearer ${token}`)
          return { json: { access_token: token, token_type: 'Bearer', expires_in: 3_600 } }
        },
        'POST /v3/purges': ({ json }) => {
          const { refs } = json() as { readonly refs: ReadonlyArray<string> }
          if (refs.length === 0 || refs.length > 80) return faulty(422, 'size', 'from 1 to 80 refs')
          const task = `task-${tasks.size + 1}`
          tasks.set(task, { doneAt: clock.now() + takesMs, fails, items: fails ? [] : refs.map(purge).reverse() })
          return { status: 202, json: { task } }
        },
        'GET /v3/tasks/{id}': ({ params: { id = '' } }) => {
          const task = tasks.get(id)
          if (task === undefined) return faulty(404, 'task', 'no such task')
          if (clock.now() < task.doneAt) return { json: { status: 'running' } }
          if (task.fails) return { json: { status: 'failed', fault: 'the power went out' } }
          return { json: { status: 'succeeded', items: task.items } }
        },
        'POST /v3/firings/query': ({ json }) => {
          const { refs } = json() as { readonly refs: ReadonlyArray<string> }
          const found = refs.map((ref) => ref.toUpperCase()).filter((ref) => firings.has(ref))
          return { json: { refs: found, count: found.length } }
        },
      },
    })
    return {
      url: backend.url,
      seed: (ids) => {
        for (const id of ids) firings.add(id.toUpperCase())
      },
      existing: () => firings,
      refuse: (id) => locked.add(id.toUpperCase()),
      busy: (id) => cooling.add(id.toUpperCase()),
      jobs: {
        hold: () => {
          takesMs = Number.POSITIVE_INFINITY
        },
        fail: () => {
          fails = true
        },
      },
      close: backend.close,
    }
  },
}
