import type { ErrorTag } from '../../../src/core/contract/error.ts'
import type { HttpReply } from '../../../src/core/contract/provider.ts'
import { type Explanation, triage } from '../../../src/core/http/triage.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('triage')

const reply = (status: number, headers: Record<string, string> = {}, text = 'no'): HttpReply => ({
  status,
  headers: new Headers(headers),
  text,
})
const judge = (status: number, headers: Record<string, string> = {}, told: Explanation = {}, text = 'no') =>
  triage(status, reply(status, headers, text), told, 0)

test('every status has its error', () => {
  const table: ReadonlyArray<[ErrorTag, ReadonlyArray<number>]> = [
    ['Garbled', [200, 201, 202, 204, 206, 299, 303]],
    ['Denied', [300, 301, 302, 304, 307, 308, 401, 403, 407]],
    ['Interrupted', [408, 500, 501, 502, 503, 504, 507, 520, 599]],
    ['TooLarge', [413, 414, 431]],
    ['Throttled', [420, 423, 425, 429]],
    ['Refused', [400, 402, 404, 405, 406, 409, 410, 411, 412, 415, 416, 417, 418, 421, 422, 424, 426, 428, 451, 499]],
  ]
  for (const [tag, statuses] of table) for (const status of statuses) assert.is(judge(status).tag, tag, `${status}`)
})

test('a refusal carries what was said, and nothing that was not', () => {
  const plain = judge(422, { 'x-request-id': 'r7' })
  assert.equal(plain, {
    tag: 'Refused',
    status: 422,
    detail: 'no',
    culprits: [],
    blames: 'unknown',
    reason: { code: 'http-422', message: 'no', status: 422, requestId: 'r7' },
  })
  const told = judge(
    400,
    { 'request-id': 'r8' },
    {
      code: 'operation_error',
      message: 'locked',
      culprits: [
        { id: 'a', is: 'rejected' },
        { id: 'b', is: 'absent' },
      ],
      blames: 'rejected',
    },
  )
  const reason = { code: 'vendor:operation_error', message: 'locked', status: 400, requestId: 'r8' }
  assert.equal(told, {
    tag: 'Refused',
    status: 400,
    detail: 'locked',
    culprits: [
      { id: 'a', is: 'rejected', reason },
      { id: 'b', is: 'absent' },
    ],
    blames: 'rejected',
    reason,
  })
})

test('a throttle says how long by Retry-After; the end of a rate window is learnt elsewhere, from every answer', () => {
  assert.equal(judge(429), { tag: 'Throttled', detail: 'HTTP 429: no' })
  assert.equal(judge(429, { 'x-ratelimit-reset': '3' }), { tag: 'Throttled', detail: 'HTTP 429: no' })
  const throttled = { tag: 'Throttled', detail: 'HTTP 429: no', retryAfterMs: 500 } as const
  assert.equal(judge(429, { 'retry-after': '0.5', 'x-ratelimit-reset': '9' }), throttled)
})

test('an interruption takes Retry-After, but no rate window', () => {
  assert.equal(judge(503, { 'retry-after': '2' }), {
    tag: 'Interrupted',
    status: 503,
    detail: 'HTTP 503: no',
    retryAfterMs: 2_000,
  })
  assert.equal(judge(500, { 'x-ratelimit-reset': '3' }), { tag: 'Interrupted', status: 500, detail: 'HTTP 500: no' })
})

test('closed for now outweighs a status, unless the status is about something else', () => {
  for (const status of [400, 403, 404, 409, 422, 423, 500, 503]) {
    assert.is(judge(status, {}, { closed: true }).tag, 'Unavailable', `${status}`)
  }
  assert.equal(judge(503, { 'retry-after': '60' }, { closed: true, message: 'maintenance' }), {
    tag: 'Unavailable',
    detail: 'HTTP 503: maintenance',
    retryAfterMs: 60_000,
  })
  for (const status of [401, 408, 413, 429]) {
    assert.is.not(judge(status, {}, { closed: true }).tag, 'Unavailable', `${status}`)
  }
})

test('what passes is no refusal, whatever the status, unless the status is about something else', () => {
  for (const status of [400, 403, 404, 409, 422, 477, 500, 503]) {
    const told = judge(status, { 'retry-after': '3' }, { passes: true, message: 'moving house' })
    assert.equal(told, { tag: 'Throttled', detail: `HTTP ${status}: moving house`, retryAfterMs: 3_000 })
  }
  for (const status of [401, 408, 413, 414, 431])
    assert.is.not(judge(status, {}, { passes: true }).tag, 'Throttled', `${status}`)
})

test('a wait that is none is ours to choose', () => {
  for (const value of ['0', '-1', '0, 0', 'Thu, 01 Jan 1970 00:00:00 GMT']) {
    assert.equal(judge(429, { 'retry-after': value }), { tag: 'Throttled', detail: 'HTTP 429: no' }, value)
    const told = judge(429, { 'retry-after': value }, { retryAfterMs: 30_000 })
    assert.is('retryAfterMs' in told && told.retryAfterMs, 30_000, value)
  }
})

test('a page is told as a page', () => {
  const page = judge(404, {}, {}, '<!doctype html><title>Not here</title><p>…')
  assert.is(page.detail, 'a web page, "Not here"')
  assert.is(judge(404, {}, {}, '').detail, 'no reason given')
})
