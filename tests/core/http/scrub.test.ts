import fc from 'fast-check'
import { longestMessage, redact, scrubber, scrubError, scrubReply } from '../../../src/core/http/scrub.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('scrub')

const scrub = scrubber(() => ['tok/en+1', 'abc'])

test('a secret is taken out in every form that it is sent in', () => {
  assert.is(redact('x tok/en+1 y tok%2Fen%2B1 z', ['tok/en+1']), 'x [redacted] y [redacted] z')
  assert.is(redact('{"t":"a\\"b\\\\c"}', ['a"b\\c']), '{"t":"[redacted]"}')
  assert.is(scrub('abc is a word'), 'abc is a word')
})

test('what looks like a credential is taken out too', () => {
  const table = [
    ['Authorization: Bearer abcdefgh.123', 'Authorization: Bearer [redacted]'],
    ['bearer short', 'bearer short'],
    ['client_secret=hunter22hunter22&x=1', 'client_secret=[redacted]&x=1'],
    ['{"access_token":"abcdefghij","b":1}', '{"access_token":"[redacted]","b":1}'],
    ['token eyJhbGciOiJub25l.eyJzdWIiOiIxIn0.sig was refused', 'token [redacted] was refused'],
  ] as const
  for (const [text, shown] of table) assert.is(redact(text, []), shown)
})

test('a text is one line of printable characters, of a bounded length', () => {
  assert.is(scrub(' a\r\n\tb\u0000c\u2028d\u001b[31m '), 'a b c d [31m')
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 2_000 }), (text) => {
      const shown = scrub(text)
      return shown.length <= longestMessage && !/[\p{Cc}\n\u2028]/u.test(shown)
    }),
  )
})

test('a cut never leaves a part of a secret', () => {
  const secret = 'S'.repeat(100)
  const long = scrubber(() => [secret])(`${'x'.repeat(longestMessage - 50)}${secret}`)
  assert.not.match(long, 'S')
})

test('every text of an error and of a reply passes', () => {
  const reason = { code: 'vendor:tok/en+1', message: 'tok/en+1', requestId: 'tok/en+1', status: 400 }
  const culprits = [
    { id: 'tok/en+1', is: 'rejected', reason },
    { id: 'b', is: 'absent' },
  ] as const
  const refused = scrubError(
    { tag: 'Refused', status: 400, detail: 'tok/en+1', culprits, blames: 'unknown', reason },
    scrub,
  )
  assert.is(JSON.stringify(refused).split('tok/en+1').length, 2, 'only the id is left as it is')
  const texts = [
    scrubError({ tag: 'JobFailed', jobId: 'j', detail: 'tok/en+1', reason }, scrub),
    scrubError({ tag: 'Garbled', detail: 'tok/en+1', paths: ['a.tok/en+1'] }, scrub),
    scrubError({ tag: 'Defect', detail: 'tok/en+1', cause: new Error('tok/en+1') }, scrub),
    scrubError({ tag: 'Defect', detail: '', cause: { headers: 'tok/en+1' } }, scrub),
    scrubReply({ kind: 'ByPosition', verdicts: [{ is: 'rejected', reason }, { is: 'deleted' }] }, scrub),
    scrubReply({ kind: 'ById', verdicts: [{ id: 'a', is: 'rejected', reason }], silence: 'deleted' }, scrub),
  ]
  assert.not.match(JSON.stringify(texts), 'tok/en+1')
})
