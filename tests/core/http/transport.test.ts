import { ExchangeClosed, ExchangeTimeout } from '../../../src/core/contract/provider.ts'
import { NotSent, OversizedBody, transportError, UnsendableRequest } from '../../../src/core/http/transport.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('transport')

const coded = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code })
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause })
const byKy = (cause: unknown) =>
  Object.assign(new Error('GET https://x/v2?uuids=secret', { cause }), { name: 'NetworkError' })

test('only what provably never left is unreachable', () => {
  for (const code of ['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'UND_ERR_CONNECT_TIMEOUT']) {
    for (const wrap of [coded, (c: string) => fetchFailed(coded(c)), (c: string) => byKy(fetchFailed(coded(c)))]) {
      assert.is(transportError(wrap(code), true, false).tag, 'Unreachable', code)
    }
  }
  for (const code of [
    'ECONNRESET',
    'EPIPE',
    'ETIMEDOUT',
    'UND_ERR_SOCKET',
    'UND_ERR_HEADERS_TIMEOUT',
    'EHOSTUNREACH',
  ]) {
    assert.is(transportError(byKy(fetchFailed(coded(code))), true, false).tag, 'Interrupted', code)
  }
})

test('of several addresses all have to have refused', () => {
  const all = new AggregateError([coded('ECONNREFUSED'), coded('ECONNREFUSED')])
  const some = new AggregateError([coded('ECONNREFUSED'), coded('ECONNRESET')])
  assert.is(transportError(fetchFailed(all), true, false).tag, 'Unreachable')
  assert.is(transportError(fetchFailed(some), true, false).tag, 'Interrupted')
})

test('what was not handed to fetch was never sent, whatever went wrong', () => {
  assert.is(transportError(new ExchangeTimeout('30 s'), false, false).tag, 'Unreachable')
  assert.is(transportError(new ExchangeTimeout('30 s'), true, false).tag, 'Interrupted')
  assert.is(transportError('odd', false, false).tag, 'Unreachable')
  assert.is(transportError('odd', true, false).tag, 'Interrupted')
})

test('who ended it is told apart', () => {
  assert.equal(transportError(new ExchangeClosed(), true, false), {
    tag: 'Aborted',
    sent: false,
    detail: 'the run is ending',
  })
  assert.equal(transportError(new Error('abort'), true, true).tag, 'Aborted')
  assert.is((transportError(new Error('abort'), true, true) as { sent: boolean }).sent, true)
  assert.is((transportError(new Error('abort'), false, true) as { sent: boolean }).sent, false)
  const denied = { tag: 'Denied', status: 401, detail: 'no' } as const
  assert.is(transportError(new NotSent(denied), false, true), denied)
  assert.is(transportError(new OversizedBody(10), true, false).tag, 'Garbled')
  assert.is(transportError(new UnsendableRequest('x'), true, false).tag, 'Defect')
})

test('the detail goes down to the root, and holds no URL', () => {
  const { detail } = transportError(byKy(fetchFailed(coded('ECONNRESET'))), true, false)
  assert.is(detail, 'fetch failed: connect ECONNRESET 10.0.0.1:443')
  const ring = new Error('a')
  ring.cause = ring
  assert.is(transportError(ring, true, false).detail, 'a')
})
