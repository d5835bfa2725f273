/** CouchDB at `https://couch.example.com:6984`, `COUCHDB_PASSWORD` in `process.env`, and a database `customers` with three documents. */
import { startCouchDb } from '../couchdb-server.ts'
import { redirect } from '../redirect.ts'

export const ids: ReadonlyArray<string> = ['customer:1', 'customer:2', 'customer:3']
process.env['COUCHDB_PASSWORD'] = 'couch-secret-password'

const server = await startCouchDb()
const database = await server.create('customers')
await database.seed(ids)
redirect('https://couch.example.com:6984', server.url)

export const close = () => server.close()
