import { ExchangeClosed, ExchangeTimeout } from '../../../src/core/contract/provider.ts'
import { NotSent, OversizedBody, transportError, UnsendableRequest } from '../../../src/core/http/transport.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('transport')

const coded = (code: string) => Object.assign(new Error(`connect ${code} 10.0.0.1:443`), { code })
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause })
const byKy = (cause: unknown) =>
  Object.assign(new Error('GET https://x/v2?uuids=secret', { cause }), { name: 'NetworkError' })

const wraps = [(error: Error) => error, fetchFailed, (error: Error) => byKy(fetchFailed(error))]

const tagOf = (cause: unknown) => transportError(cause, true, false).tag

test('only what provably never left is unreachable', () => {
  const never = 'ENOTFOUND EAI_AGAIN ECONNREFUSED ENETUNREACH EHOSTUNREACH ENETDOWN EHOSTDOWN EADDRNOTAVAIL'.split(' ')
  for (const wrap of wraps) {
    for (const code of [...never, 'UND_ERR_CONNECT_TIMEOUT']) assert.is(tagOf(wrap(coded(code))), 'Unreachable', code)
    for (const code of [...never, 'ETIMEDOUT', 'ECONNRESET'])
      assert.is(tagOf(wrap(Object.assign(coded(code), { syscall: 'connect' }))), 'Unreachable', code)
    for (const code of ['ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EPROTO', 'UND_ERR_SOCKET', 'UND_ERR_HEADERS_TIMEOUT'])
      assert.is(tagOf(wrap(coded(code))), 'Interrupted', code)
  }
})

test('the same code of a call on a connection that stood proves nothing', () => {
  for (const syscall of ['read', 'write', 'writev', 'shutdown']) {
    for (const code of ['ENETUNREACH', 'EHOSTUNREACH', 'ENETDOWN', 'ETIMEDOUT', 'ECONNRESET', 'ECONNREFUSED'])
      assert.is(tagOf(fetchFailed(Object.assign(coded(code), { syscall }))), 'Interrupted', `${syscall} ${code}`)
  }
})

test('of several addresses all have to have refused', () => {
  const of = (...codes: string[]) => fetchFailed(new AggregateError(codes.map(coded)))
  assert.is(tagOf(of('ECONNREFUSED', 'ECONNREFUSED')), 'Unreachable')
  assert.is(tagOf(of('ENETUNREACH', 'EHOSTUNREACH', 'ECONNREFUSED')), 'Unreachable')
  assert.is(tagOf(of('ECONNREFUSED', 'ECONNRESET')), 'Interrupted')
  assert.is(tagOf(of()), 'Interrupted')
})

test('a certificate that is not accepted halts: somebody has to act', () => {
  for (const code of [
    'CERT_HAS_EXPIRED',
    'CERT_NOT_YET_VALID',
    'CERT_REVOKED',
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'ERR_TLS_CERT_ALTNAME_INVALID',
    'HOSTNAME_MISMATCH',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  ]) {
    for (const wrap of wraps) assert.is(tagOf(wrap(coded(code))), 'Denied', code)
  }
  // Said by the other side, perhaps when it has read the request.
  for (const code of ['ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED', 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC'])
    assert.is(tagOf(fetchFailed(coded(code))), 'Interrupted', code)
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
  assert.is(detail, 'connect ECONNRESET 10.0.0.1:443')
  const ring = new Error('a')
  ring.cause = ring
  assert.is(transportError(ring, true, false).detail, 'a')
})
