/** A path goes out as it was written, or not at all. */

import fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { build } from '../../../src/core/adapter/requests.ts'
import { UnsafePath, urlComponent } from '../../../src/core/http/path.ts'
import { defineHttpProvider, type HttpProviderSpec, on } from '../../../src/http-provider.ts'
import { deleteRecords } from '../../../src/index.ts'
import { callContext } from '../../support/context.ts'
import { listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('paths')

const connection = { base: 'https://api.example.com/base', headers: {} }
const built = (path: string): string => build(connection, { method: 'DELETE', path }).url

const rewritten = [
  'items/.',
  'items/..',
  './items',
  '../items',
  'items/../users',
  'items/./5',
  'items/..?x=1',
  'items/%2e',
  'items/%2E%2e',
  'items/.%2e/5',
  'items/%2E.',
  'items\\..\\users',
  'items/a\\b',
  'items/.\t.',
  'items/5\n',
  'items/5\r',
  'items/5#',
  'items/#5',
  'items?ids=1#2',
  'items/5 ',
]

test('what a URL would rewrite is not sent', () => {
  for (const path of rewritten) {
    assert.throws(
      () => built(path),
      (error: unknown) => error instanceof UnsafePath,
      path,
    )
  }
})

test('what a URL leaves as it is goes out as it was written', () => {
  for (const path of [
    'items/...',
    'items/.a',
    'items/a.',
    'items/%2e%2e%2e',
    'items/a%2F..%2Fb',
    'items?id=..',
    'items?a=/../',
    '',
    '/items/5',
  ])
    assert.is(new URL(built(path)).href, built(path), path)
})

test('whatever the id, one that is built names the path that was meant', () => {
  const parts = fc.array(
    fc.constantFrom('.', '..', '%2e', '%2E', '/', '\\', 'a', ' ', '#', '?', '\t', '\n', 'é', '%'),
    { maxLength: 6 },
  )
  fc.assert(
    fc.property(parts, (some) => {
      const id = some.join('')
      let url: string
      try {
        url = built(`items/${urlComponent(id)}`)
      } catch (cause) {
        return cause instanceof UnsafePath && /^(?:\.|%2e){1,2}$/i.test(id)
      }
      const { pathname, search, hash } = new URL(url)
      const last = pathname.slice('/base/items/'.length)
      return search === '' && hash === '' && !last.includes('/') && decodeURIComponent(last) === id
    }),
  )
})

/** Three adapters: by the book, as a beginner writes it, and one that puts ids into paths only where it reads. */
const adapters = (baseUrl: string): Readonly<Record<string, Partial<HttpProviderSpec<undefined>>>> => ({
  'by the book': {
    baseUrl,
    deleteBatch: { request: ([id = '']) => ({ method: 'DELETE', path: `api/v1/${urlComponent(id)}` }), replies },
  },
  'without any encoding': {
    baseUrl,
    deleteBatch: { request: ([id = '']) => ({ method: 'DELETE', path: `api/v1/${id}` }), replies },
  },
  'in reads': {
    baseUrl,
    deleteBatch: { request: (ids) => ({ method: 'POST', path: 'api/v1', json: ids }), replies },
    findExisting: [
      {
        form: 'one',
        maxIds: 1,
        request: ([id = '']) => ({ method: 'GET', path: `api/v1/${urlComponent(id)}` }),
        replies: [on(404, t.unknown, () => [])],
      },
    ],
  },
})

const replies = [on(204, t.unknown, () => ({ kind: 'AllDeleted' as const }))]

const base = {
  name: 'paths',
  verified: 'documentation',
  capabilities: { maxBatchSize: 1, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
} as const

test('a record whose id is such a path is untouched, whoever wrote the adapter', async ({ after }) => {
  const server = await listen(({ method }) => ({ status: method === 'GET' ? 404 : 204 }))
  after(server.close)
  for (const [name, spec] of Object.entries(adapters(server.url))) {
    const provider = defineHttpProvider({ ...base, ...spec } as HttpProviderSpec<undefined>)
    const strange = [
      '.',
      '..',
      ...(name === 'without any encoding' ? ['a/../b', '%2e', '%2E%2e', '.%2E', '../..', '\\..', 'x#y', 'a\\b'] : []),
    ]
    const before = server.requests.length
    const report = await deleteRecords(provider, [...strange, 'good', 'a.b', '...'], { verify: 'never' })
    for (const { id, ...outcome } of report.outcomes) {
      const isStrange = strange.includes(id)
      assert.is(outcome.status, isStrange ? 'untouched' : 'deleted', `${name} ${id}`)
      if (isStrange) assert.is(outcome.status === 'untouched' && outcome.why, 'invalid-id', `${name} ${id}`)
    }
    const targets = server.requests.slice(before).map(({ target }) => target)
    for (const target of targets) assert.match(target, /^\/api\/v1(?:\/(?:good|a\.b|\.\.\.))?$/)
  }
})

test('what could not be tried before it was prepared is no valid id, and nothing is sent', async ({ after }) => {
  const server = await listen(() => ({ status: 204 }))
  after(server.close)
  const provider = defineHttpProvider<{ readonly prefix: string }>({
    ...base,
    baseUrl: server.url,
    prepare: async () => E.right({ prefix: 'v1' }),
    weigh: () => ({ urlBytes: 1, bodyBytes: 0 }),
    overhead: { urlBytes: 0, bodyBytes: 0 },
    deleteBatch: {
      request: ([id = ''], { prefix }) => ({ method: 'DELETE', path: `${prefix.trim()}/${urlComponent(id)}` }),
      replies,
    },
  })
  const report = await deleteRecords(provider, ['good', '..'])
  assert.equal(
    report.outcomes.map((outcome) => ('why' in outcome ? `${outcome.status}: ${outcome.why}` : outcome.status)),
    ['deleted', 'untouched: invalid-id'],
  )
  assert.is(report.halted, undefined)
  assert.is(server.requests.length, 1)
})

test('the id of a job that can be no part of a path is garbled, and nothing is asked', async ({ after }) => {
  for (const path of [urlComponent, (id: string) => id]) {
    for (const job of ['.', '..', '', ...(path === urlComponent ? [] : ['%2e%2E', '../../users', 'a/../..', 'a#b'])]) {
      const server = await listen(() => ({ status: 202, json: { job } }))
      after(server.close)
      const provider = defineHttpProvider({
        ...base,
        baseUrl: server.url,
        deleteBatch: {
          request: (ids) => ({ method: 'POST', path: 'gone', json: ids }),
          replies: [on(202, t.type({ job: t.string }), ({ job: jobId }) => ({ kind: 'JobStarted', jobId }))],
        },
        followJob: (jobId) => ({ request: { method: 'GET', path: `jobs/${path(jobId)}` }, replies: [] }),
      })
      const batch = { number: 1, ids: ['a'] }
      const result = await provider.deleteBatch(batch, callContext())()
      assert.is(E.isLeft(result) && result.left.tag, 'Garbled', job)
      if (job !== '') {
        const polled = await provider.followJob?.(job, batch, callContext())()
        assert.is(polled && E.isLeft(polled) && polled.left.tag, 'Garbled', job)
      }
      assert.is(server.requests.length, 1, job)
    }
  }
})
