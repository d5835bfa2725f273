import fc from 'fast-check'
import { summaryOf } from '../../../src/core/http/rows.ts'
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

test('a secret is taken out in whatever it was packed', () => {
  const secret = 'p/ss+w0rd=é & more'
  const id = 'client-7'
  const base64 = (text: string) => Buffer.from(text).toString('base64')
  const url = (text: string) => Buffer.from(text).toString('base64url')
  const packed = [
    secret,
    encodeURIComponent(secret),
    encodeURIComponent(secret).toLowerCase().replaceAll('%20', '%20'),
    new URLSearchParams({ secret }).toString(),
    JSON.stringify({ secret }),
    JSON.stringify(JSON.stringify({ secret })),
    ...['', id, `${id}:`, 'a', 'ab', 'abc'].flatMap((before) =>
      ['', 'x', ':more'].flatMap((behind) => [base64, url].map((pack) => pack(before + secret + behind))),
    ),
    [...secret].join('\u200b'),
    [...secret].join('\u202e'),
    `${secret.slice(0, 5)}\u2066${secret.slice(5)}`,
  ]
  const show = scrubber(() => [secret])
  for (const one of packed) {
    const shown = show(`before ${one} behind`)
    assert.match(shown, '[redacted]', one)
    assert.not.match(shown, 'w0rd', one)
    for (let at = 0; at + 16 <= one.length; at++) assert.not.match(shown, one.slice(at, at + 16), one)
    assert.ok(show.holds(`x${one}y`), one)
  }
  assert.not.ok(show.holds('a job like any other'))
})

test('a text can not turn what is around it', () => {
  const turned = 'a\u202eb\u2066c\u2069d\u200fe\u061cf\ufeffg\u{e0041}h\ud800i'
  assert.is(scrub(turned), 'abcdefghi')
  assert.is(scrub('naïve 👩‍👩‍👧 عربي'), 'naïve 👩‍👩‍👧 عربي')
})

/** Steps can't be counted within an expression, so growth is: eight times the text may take thirty times as long, and would take sixty-four if each beginning looked at the rest. */
const growth = (act: (text: string) => unknown, unit: string): number => {
  const timeOf = (length: number): number => {
    const text = unit.repeat(Math.ceil(length / unit.length))
    let least = Number.POSITIVE_INFINITY
    for (let n = 0; n < 3; n++) {
      const began = performance.now()
      act(text)
      least = Math.min(least, performance.now() - began)
    }
    return Math.max(least, 5)
  }
  return timeOf(1_000_000) / timeOf(125_000)
}

test('the worst text costs in proportion to its length', { deadlineMs: 60_000 }, () => {
  const secrets = ['tok/en+1-abcdefgh', 'x'.repeat(500)]
  const show = scrubber(() => secrets)
  const worst = [
    'eyJaaaaaaaa-',
    'eyJaaaaaaaa.',
    'eyJ',
    'password=',
    'password \\',
    'bearer ',
    'bearer  a',
    ' ',
    '\u202e\u0000',
    'x',
    Buffer.from('a:tok/en+1-abcdefgh').toString('base64'),
    '<title',
    '<title>',
    '<',
  ]
  for (const unit of worst) {
    assert.ok(growth(show, unit) < 30, `shown: ${unit}`)
    assert.ok(growth((text) => redact(text, secrets), unit) < 30, `redacted: ${unit}`)
    const page = (text: string) => summaryOf({ status: 500, headers: new Headers(), text: `<${text}` })
    assert.ok(growth(page, unit) < 30, `a page: ${unit}`)
    assert.ok(show(unit.repeat(100_000)).length <= longestMessage, unit)
  }
})
