import { deleteRecords } from '../../../src/index.ts'
import { directus } from '../../../src/providers/directus.ts'
import { type RoutedRequest, scriptedBackend, virtualClock } from '../../../src/testing.ts'
import { assert } from '../../support/suite.ts'
import { directusForAdminSubject } from '../../testing/providers/directus.ts'
import type { Answered, Told } from './front.ts'
import {
  cappedList,
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
  shortList,
} from './generic.ts'
import { noCheck, noJobs, noSignature, onePlace } from './said.ts'
import { each, type Row, type Traffic, type Trial } from './table.ts'

const traffic: Traffic = {
  subject: directusForAdminSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target === '/items/articles',
  reads: ({ method, target }) => method === 'GET' && target.startsWith('/items/articles'),
}

interface Page {
  readonly data: ReadonlyArray<unknown>
  readonly meta: unknown
}
const half = ({ json }: Answered): Told => {
  const { data, meta } = json as Page
  return { status: 200, json: { data: data.slice(0, data.length >> 1), meta } }
}
const capped = ({ json }: Answered): Told => ({
  status: 200,
  json: { ...(json as Page), data: (json as Page).data.slice(0, 2) },
})
const none = ({ json }: Answered): Told => ({ status: 200, json: { data: [], meta: (json as Page).meta } })

/** A server that has these keys, compares as SQLite does, and parses filters as the vendor's does. */
const server = async (keys: Set<string>, clock: ReturnType<typeof virtualClock>) => {
  const parsed = (value: string) => {
    if (value.startsWith('$NOW')) return clock.now()
    if (value.startsWith('$CURRENT_')) return 'd0b1c2e4-0000-4000-8000-00000000beef'
    return ['true', 'false', 'null', 'NULL'].includes(value) ? JSON.parse(value.toLowerCase()) : value
  }
  return scriptedBackend({
    clock,
    routes: {
      'DELETE /items/words': ({ json }: RoutedRequest) => {
        for (const key of json() as ReadonlyArray<string>) keys.delete(key)
        return { status: 204 }
      },
      'GET /items/words': ({ query }: RoutedRequest) => {
        const { id } = JSON.parse(query.get('filter') ?? '{}') as { id: { _in: ReadonlyArray<string> } }
        const wanted = id._in.map(parsed)
        const found = [...keys].filter((key) => wanted.includes(key))
        return { json: { data: found.map((key) => ({ id: key })), meta: { filter_count: found.length } } }
      },
      'GET /items/words/{id}': ({ params: { id = '' } }: RoutedRequest) =>
        keys.has(id)
          ? { json: { data: { id } } }
          : { status: 403, json: { errors: [{ message: 'no', extensions: { code: 'FORBIDDEN' } }] } },
    },
  })
}

const words = [
  'true',
  'NULL',
  'null',
  'false',
  '$NOW',
  '$NOW(-1 year)',
  '$CURRENT_USER',
  '$CURRENT_ROLE.name',
  '$CURRENT_POLICIES',
]

const rewrittenWord: Trial = async ({ after }) => {
  for (const isDone of [true, false]) {
    const clock = virtualClock()
    const keys = new Set([...words, 'plain'])
    const backend = await server(keys, clock)
    after(backend.close)
    if (!isDone) backend.fault({ answer: { status: 204 } }, { route: 'DELETE /items/words', times: 99 })
    const provider = clock.watch(directus({ baseUrl: backend.url, collection: 'words', token: 'directus-token' }))
    const given = [...words, 'plain', '$NOWHERE', 'nil']
    const { outcomes } = await clock.until(deleteRecords(provider, given, { clock, attempts: 2 }))
    const gone = outcomes.filter(({ status }) => status === 'deleted' || status === 'absent').map(({ id }) => id)
    assert.equal(gone.sort(), (isDone ? [...given] : ['$NOWHERE', 'nil']).sort())
  }
}

/** UUIDs that are stored in small letters, and asked for in capitals: the server compares letter by letter. */
const capitals: Trial = async ({ after }) => {
  const clock = virtualClock()
  const ids = Array.from({ length: 30 }, (_, n) => `6f9619ff-8b86-d011-b42d-${n.toString(16).padStart(12, 'c')}`)
  const keys = new Set(ids)
  const backend = await server(keys, clock)
  after(backend.close)
  const provider = clock.watch(directus({ baseUrl: backend.url, collection: 'words', token: 'directus-token' }))
  const report = await clock.until(
    deleteRecords(
      provider,
      ids.map((id) => id.toUpperCase()),
      { clock },
    ),
  )
  assert.is(report.totals.deleted, keys.size === 0 ? 30 : 0)
  assert.is(keys.size, 0)
}

export const directusRow: Row = {
  name: 'directus',
  cells: {
    'short-list': each(shortList(traffic, half, none), cappedList(traffic, capped)),
    'hollow-success': each(
      hollowSuccess(traffic, () => ({ status: 204 })),
      capitals,
    ),
    'passing-refusal': passingRefusal(traffic, () => ({
      status: 429,
      json: { errors: [{ message: 'Too many requests', extensions: { code: 'REQUESTS_EXCEEDED' } }] },
    })),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': rewrittenWord,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({ data: [{ id: deep }], meta: { filter_count: 1 } })),
  },
}
