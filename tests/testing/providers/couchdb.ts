import { couchDb } from '../../../src/providers/couchdb/couchdb.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { startCouchDb } from '../../support/couchdb-server.ts'

/** A database of PouchDB Server; its name is that of the first folder of the URL. */
export const couchDbSubject: ContractSubject = {
  provider: (baseUrl) => {
    const url = new URL(baseUrl)
    const database = url.pathname.slice(1)
    return couchDb({ baseUrl: url.origin, database, username: 'admin', password: 'couch-secret-password' })
  },
  invalidIds: ['_design/views', '_local/checkpoint'],
  secrets: ['couch-secret-password'],
  start: async () => {
    const server = await startCouchDb()
    const { name, seed, existing, lock, editBefore } = await server.create()
    const locked = new Set<string>()
    return {
      url: `${server.url}/${name}`,
      seed,
      existing,
      refuse: (id) => lock([...locked.add(id)]),
      busy: editBefore,
      close: server.close,
    }
  },
}
