/** What a backend says is shown without secrets, and without what would turn or move what is around it. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { clientCredentials, defineHttpProvider, defineProvider, on } from '../../../src/http-provider.ts'
import { type BulkRecordProvider, deleteRecords, type RunEvent } from '../../../src/index.ts'
import { callContext } from '../../support/context.ts'
import { type Answer, listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('shown')

const secret = 'p4ss/word+long'
const clientId = 'client-7'
const basic = Buffer.from(`${clientId}:${secret}`).toString('base64')
const leaks = [
  secret,
  encodeURIComponent(secret),
  basic,
  basic.replaceAll('+', '-').replaceAll('/', '_'),
  'issued-token',
]
const turning = '\u202e\u0007\u2067'

const start = async (after: (closer: () => unknown) => unknown, answer: () => Answer) => {
  const server = await listen(({ target }) =>
    target === '/token' ? { json: { access_token: 'issued-token', expires_in: 3_600 } } : answer(),
  )
  after(server.close)
  const provider = defineHttpProvider<undefined, { readonly titles: () => AsyncIterable<{ readonly title?: string }> }>(
    {
      name: 'shown',
      verified: 'documentation',
      capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      baseUrl: server.url,
      authorization: clientCredentials({ tokenUrl: `${server.url}/token`, clientId, clientSecret: secret }),
      deleteBatch: {
        request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
        replies: [
          on(202, t.type({ job: t.string }), ({ job }) => ({ kind: 'JobStarted', jobId: job })),
          on(200, t.type({ text: t.string }), ({ text }, { ids }) => ({
            kind: 'ById',
            silence: 'unconfirmed',
            verdicts: ids.map((id) => ({ id, is: 'rejected', reason: { code: text, message: text, requestId: text } })),
          })),
        ],
      },
      followJob: (jobId) => ({
        request: { method: 'GET', path: `jobs/${encodeURIComponent(jobId)}` },
        replies: [on(200, t.type({ text: t.string }), () => ({ kind: 'Ended', reply: { kind: 'AllDeleted' } }))],
      }),
      identify: async (call) =>
        call({
          purpose: 'read',
          request: { method: 'GET', path: 'place' },
          replies: [
            on(200, t.type({ text: t.string }), ({ text }) => ({
              key: 'here',
              label: text,
              production: 'no' as const,
            })),
          ],
        }),
      more: ({ list }) => ({
        titles: () =>
          list({
            pageSize: 10,
            request: () => ({ method: 'GET', path: 'list' }),
            replies: [
              on(200, t.type({ text: t.string }), ({ text }) => ({ total: 1, records: [{ id: 'a', title: text }] })),
            ],
          }).records(),
      }),
    },
  )
  return { server, provider }
}

const assertClean = (told: unknown, name: string): void => {
  if (typeof told === 'string') {
    for (const leak of leaks) assert.not.match(told, leak, name)
    assert.not.match(told, /[\p{Cc}\p{Bidi_Control}]/u, name)
  } else if (typeof told === 'object' && told !== null) for (const part of Object.values(told)) assertClean(part, name)
}

const run = async (provider: BulkRecordProvider) => {
  const events: RunEvent[] = []
  const onEvent = (event: RunEvent) => void events.push(event)
  const report = await deleteRecords(provider, ['a', 'b'], { onEvent, attempts: 1 })
  return { report, events }
}

test('in reasons, details, events, labels and titles', async ({ after }) => {
  for (const leak of leaks) {
    const text = `before ${turning}${leak}${turning} behind`
    for (const status of [200, 400, 403, 422, 500]) {
      const { provider } = await start(after, () => ({ status, json: { text } }))
      const told = await run(provider)
      assertClean(told, `${status} ${leak}`)
      assert.match(JSON.stringify(told), '[redacted]')
    }
    const { provider } = await start(after, () => ({ json: { text } }))
    const place = await provider.identify?.(callContext())()
    assert.is(place && E.isRight(place) && place.right.label, 'before [redacted] behind')
    // A secret that is known is one that has been asked with.
    for await (const { title } of provider.titles()) assert.is(title, 'before [redacted] behind')
  }
})

test('the id of a job is asked as it is, and told without what turns', async ({ after }) => {
  const jobId = `job${turning} 7`
  const { server, provider } = await start(after, () => ({
    status: server?.requests.length === 2 ? 202 : 200,
    json: { job: jobId, text: '' },
  }))
  const { report, events } = await run(provider)
  assert.is(report.totals.deleted, 2)
  assert.is(server.requests.at(-1)?.target, `/jobs/${encodeURIComponent(jobId)}`)
  assertClean(events, 'events')
  assert.ok(events.some((event) => event.kind === 'job-started' && event.jobId === 'job 7'))
})

test('the id of a job that holds a secret is garbled', async ({ after }) => {
  for (const leak of leaks) {
    const { provider } = await start(after, () => ({ status: 202, json: { job: `job-${leak}` } }))
    // Twice: before the first, nobody has a token.
    for (const _ of [1, 2]) {
      const result = await provider.deleteBatch({ number: 1, ids: ['a'] }, callContext())()
      assert.is(E.isLeft(result) && result.left.tag, 'Garbled', leak)
      assertClean(result, leak)
    }
    const sdk = defineProvider({
      name: 'sdk',
      capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      secrets: () => [leak],
      deleteBatch: async () => ({ kind: 'JobStarted', jobId: `job-${leak}` }),
      followJob: async () => ({ kind: 'Pending' }),
    })
    const told = await sdk.deleteBatch({ number: 1, ids: ['a'] }, callContext())()
    assert.is(E.isLeft(told) && told.left.tag, 'Garbled', leak)
  }
})
