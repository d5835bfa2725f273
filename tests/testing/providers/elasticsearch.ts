import { elasticsearch } from '../../../src/providers/elasticsearch.ts'
import { type ContractSubject, type RoutedRequest, scriptedBackend } from '../../../src/testing.ts'

const failure = (type: string, reason: string) => ({ type, reason, index: 'records' })

export const elasticsearchSubject: ContractSubject = {
  provider: (baseUrl) => elasticsearch({ baseUrl, index: 'records', apiKey: 'elastic-secret-key' }),
  invalidIds: ['x'.repeat(513)],
  secrets: ['elastic-secret-key'],
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const entryOf = (_id: string) => {
      const told = { _index: 'records', _id }
      if (busy.delete(_id)) {
        const error = failure('version_conflict_engine_exception', `[${_id}]: version conflict, current version [2]`)
        return { delete: { ...told, status: 409, error } }
      }
      if (locked.has(_id)) {
        const error = failure('routing_missing_exception', `routing is required for [records]/[${_id}]`)
        return { delete: { ...told, status: 400, error } }
      }
      const there = records.delete(_id)
      return { delete: { ...told, result: there ? 'deleted' : 'not_found', status: there ? 200 : 404 } }
    }
    const linesOf = ({ body }: RoutedRequest): ReadonlyArray<string> =>
      body
        .split('\n')
        .filter((line) => line !== '')
        .map((line) => (JSON.parse(line) as { readonly delete: { readonly _id: string } }).delete._id)
    const backend = await scriptedBackend({
      clock,
      routes: {
        'POST /records/_bulk': (request) => {
          if (!request.body.endsWith('\n')) {
            const error = failure(
              'illegal_argument_exception',
              'The bulk request must be terminated by a newline [\\n]',
            )
            return { status: 400, json: { error, status: 400 } }
          }
          const items = linesOf(request).map(entryOf)
          return { json: { took: 3, errors: items.some((item) => 'error' in item.delete), items } }
        },
        'POST /records/_mget': ({ json }) => {
          const { ids } = json() as { readonly ids: ReadonlyArray<string> }
          return { json: { docs: ids.map((_id) => ({ _index: 'records', _id, found: records.has(_id) })) } }
        },
        'GET /': () => ({ json: { name: 'node-1', cluster_name: 'acme', cluster_uuid: 'dq3FkB5xQvG9mH2Pp0aJ5A' } }),
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
