import { once } from 'node:events'
import { createServer, type RequestListener } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'

/** PouchDB Server, which speaks CouchDB's HTTP API, in this process and in memory. */
export interface CouchDbServer {
  readonly url: string
  /** Makes an empty database. */
  readonly create: (name?: string) => Promise<Database>
  readonly close: () => Promise<void>
}

export interface Database {
  readonly name: string
  readonly seed: (ids: ReadonlyArray<string>) => Promise<void>
  readonly existing: () => Promise<ReadonlyArray<string>>
  /** From now on the database refuses to delete these, and no others. */
  readonly lock: (ids: ReadonlyArray<string>) => Promise<void>
  /** The next write of many finds this one with a new revision: somebody has edited it in between. */
  readonly editBefore: (id: string) => void
  /** Any request below the database. */
  readonly ask: (method: string, path: string, json?: unknown) => Promise<unknown>
}

interface Pouch {
  readonly plugin: (plugin: unknown) => void
  readonly defaults: (options: { readonly adapter: 'memory' }) => unknown
}

interface Found {
  readonly rows: ReadonlyArray<{ readonly value?: { readonly rev: string } }>
}

const locks = '_design/locks'

/** Databases live in the process, too: each server has names of its own. */
let servers = 0

/** One for the process: a second one would not find what the first one made. */
let app: RequestListener | undefined

const load = (): RequestListener => {
  // Neither package has types, nor anything for ES modules.
  const require = createRequire(import.meta.url)
  const pouch = require('pouchdb-core') as Pouch
  pouch.plugin(require('pouchdb-adapter-memory'))
  const serve = require('express-pouchdb') as (pouch: unknown, options: object) => RequestListener
  const routes = ['root', 'db', 'bulk-docs', 'all-docs', 'documents'].map((route) => `routes/${route}`)
  return serve(pouch.defaults({ adapter: 'memory' }), {
    mode: 'custom',
    overrideMode: { include: [...routes, 'validation'] },
    inMemoryConfig: true,
    logPath: '/dev/null',
  })
}

export const startCouchDb = async (): Promise<CouchDbServer> => {
  app ??= load()
  const handle = app
  const prefix = `/server-${++servers}-`
  const edits = new Map<string, Set<string>>()
  const editFirst = async (target: string): Promise<void> => {
    const [, database = ''] = /^\/([^/]+)\/_bulk_docs$/.exec(target) ?? []
    const ids = [...(edits.get(database) ?? [])]
    edits.delete(database)
    for (const id of ids) {
      const { rows } = (await ask('POST', `${database}/_all_docs`, { keys: [id] })) as Found
      await ask('PUT', `${database}/${encodeURIComponent(id)}`, { _rev: rows[0]?.value?.rev, edited: true })
    }
  }
  const server = createServer(async (request, response) => {
    await editFirst(request.url ?? '')
    request.url = prefix + (request.url ?? '').slice(1)
    handle(request, response)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`

  const ask = async (method: string, path: string, json?: unknown): Promise<unknown> => {
    const body = json === undefined ? {} : { body: JSON.stringify(json) }
    const reply = await fetch(`${url}/${path}`, { method, headers: { 'content-type': 'application/json' }, ...body })
    const told = await reply.text()
    if (!reply.ok) throw new Error(`${method} ${path}: ${reply.status} ${told}`)
    return JSON.parse(told)
  }
  let databases = 0
  const create = async (name = `records-${++databases}`): Promise<Database> => {
    await ask('PUT', name)
    return {
      name,
      ask: (method, path, json) => ask(method, `${name}/${path}`, json),
      seed: async (ids) => {
        await ask('POST', `${name}/_bulk_docs`, { docs: ids.map((_id) => ({ _id })) })
      },
      existing: async () => {
        const { rows } = (await ask('GET', `${name}/_all_docs`)) as { rows: ReadonlyArray<{ id: string }> }
        return rows.map(({ id }) => id).filter((id) => !id.startsWith('_design/'))
      },
      editBefore: (id) => void edits.set(name, (edits.get(name) ?? new Set()).add(id)),
      lock: async (ids) => {
        const rule = `function (doc) { if (doc._deleted && ${JSON.stringify(ids)}.indexOf(doc._id) >= 0) throw { forbidden: 'it is locked' } }`
        const { rows } = (await ask('POST', `${name}/_all_docs`, { keys: [locks] })) as Found
        const revision = rows[0]?.value === undefined ? {} : { _rev: rows[0].value.rev }
        await ask('PUT', `${name}/${locks}`, { ...revision, validate_doc_update: rule })
      },
    }
  }
  const close = async (): Promise<void> => {
    const closed = once(server, 'close')
    server.close()
    server.closeAllConnections()
    await closed
  }
  return { url, create, close }
}
