import fc from 'fast-check'
import type { BatchReply, Verdict } from '../../../src/core/contract/provider.ts'
import { type Finding, type Findings, normalize } from '../../../src/core/judge/normalizer.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('normalizer')

const same = (id: string) => id
const lower = (id: string) => id.toLowerCase()
const reason = { code: 'vendor:locked', message: 'it is locked' }

/** What is found for each id sent; counts stand for no finding. */
const each = (count: number, findings: Findings): ReadonlyArray<Finding> => {
  if (findings.kind === 'every') return Array.from({ length: count }, () => findings.finding)
  return findings.kind === 'each' ? findings.findings : []
}

const short = (finding: Finding | undefined) =>
  finding?.is === 'unknown' ? `unknown: ${finding.reason.code}` : finding?.is

const found = (ids: ReadonlyArray<string>, reply: BatchReply, identityOf = same) =>
  each(ids.length, normalize(ids, reply, identityOf)).map(short)

const byId = (
  verdicts: Extract<BatchReply, { kind: 'ById' }>['verdicts'],
  silence: 'deleted' | 'unconfirmed' = 'unconfirmed',
): BatchReply => ({ kind: 'ById', verdicts, silence })

test('all deleted is evidence for every record, accepted for none', () => {
  assert.equal(found(['a', 'b'], { kind: 'AllDeleted' }), ['deleted', 'deleted'])
  assert.equal(found(['a', 'b'], { kind: 'Accepted' }), ['unknown: says-nothing', 'unknown: says-nothing'])
})

test('joins by id, in any order and spelling', () => {
  const reply = byId([
    { id: 'C', is: 'absent' },
    { id: 'a', is: 'rejected', reason },
    { id: 'B', is: 'again' },
  ])
  assert.equal(found(['A', 'b', 'c'], reply, lower), ['rejected', 'again', 'absent'])
  const findings = normalize(['A', 'b', 'c'], reply, lower)
  assert.equal(
    findings.kind === 'each' && findings.findings[0]?.is === 'rejected' && findings.findings[0].reason,
    reason,
  )
})

test('silence means what the provider says, unless the answer names a stranger', () => {
  const verdicts = [{ id: 'a', is: 'absent' }] as const
  assert.equal(found(['a', 'b'], byId(verdicts, 'deleted')), ['absent', 'deleted'])
  assert.equal(found(['a', 'b'], byId(verdicts)), ['absent', 'unknown: not-mentioned'])
  assert.equal(found(['a', 'b'], byId([], 'deleted')), ['deleted', 'deleted'])
  const withStranger = byId([...verdicts, { id: 'z', is: 'absent' }], 'deleted')
  assert.equal(found(['a', 'b'], withStranger), ['absent', 'unknown: strangers'])
})

test('the same thing said twice is said; two different things are not', () => {
  const deleted = { id: 'a', is: 'deleted' } as const
  const absent = { id: 'A', is: 'absent' } as const
  assert.equal(found(['a'], byId([deleted, deleted]), lower), ['deleted'])
  for (const said of [
    [deleted, absent],
    [absent, deleted],
    [deleted, absent, deleted],
    [absent, deleted, deleted, deleted],
  ]) {
    assert.equal(found(['a'], byId(said), lower), ['unknown: contradiction'])
  }
})

test('by position: another length than was sent tells nothing', () => {
  const two: ReadonlyArray<Verdict> = [{ is: 'deleted' }, { is: 'absent' }]
  assert.equal(found(['a', 'b'], { kind: 'ByPosition', verdicts: two }), ['deleted', 'absent'])
  for (const ids of [['a'], ['a', 'b', 'c']]) {
    assert.equal(
      found(ids, { kind: 'ByPosition', verdicts: two }),
      ids.map(() => 'unknown: other-length'),
    )
  }
})

test('counts: all deleted is evidence, others are counts, nonsense is nothing', () => {
  const tally = (deleted: number, failed: number) =>
    normalize(['a', 'b', 'c'], { kind: 'Tally', deleted, failed }, same)
  assert.equal(tally(3, 0), { kind: 'every', finding: { is: 'deleted' } })
  assert.equal(tally(2, 1), { kind: 'counts', deleted: 2, failed: 1 })
  assert.equal(tally(0, 3), { kind: 'counts', deleted: 0, failed: 3 })
  assert.equal(tally(1, 0), { kind: 'counts', deleted: 1, failed: 0 })
  assert.equal(tally(0, 0), { kind: 'counts', deleted: 0, failed: 0 })
  const { NaN: none, POSITIVE_INFINITY: infinite } = Number
  const nonsense = [
    [4, 0],
    [3, 1],
    [0, 4],
    [-1, 4],
    [4, -1],
    [3, -3],
    [1.5, 1.5],
    [none, 0],
    [3, none],
    [infinite, 0],
    [0, infinite],
  ] as const
  for (const [deleted, failed] of nonsense) {
    const findings = tally(deleted, failed)
    assert.equal(each(3, findings).map(short), Array(3).fill('unknown: counts-do-not-fit'), `${deleted}, ${failed}`)
  }
})

const name = fc.string({ unit: fc.constantFrom('a', 'B', 'b', 'C', 'c'), minLength: 1, maxLength: 2 })
const verdict: fc.Arbitrary<Verdict> = fc.oneof(
  fc.constant({ is: 'deleted' } as const),
  fc.constant({ is: 'absent' } as const),
  fc.constant({ is: 'rejected', reason } as const),
  fc.constant({ is: 'again' } as const),
)
const count = fc.oneof(fc.integer({ min: -2, max: 8 }), fc.double())
const reply: fc.Arbitrary<BatchReply> = fc.oneof(
  fc.constant({ kind: 'AllDeleted' } as const),
  fc.constant({ kind: 'Accepted' } as const),
  fc.record({
    kind: fc.constant('ById' as const),
    verdicts: fc.array(
      fc.tuple(name, verdict).map(([id, said]) => ({ id, ...said })),
      { maxLength: 8 },
    ),
    silence: fc.constantFrom('deleted' as const, 'unconfirmed' as const),
  }),
  fc.record({ kind: fc.constant('ByPosition' as const), verdicts: fc.array(verdict, { maxLength: 8 }) }),
  fc.record({ kind: fc.constant('Tally' as const), deleted: count, failed: count }),
)

/** The same, asked record by record: what may be said of one, by the words of the contract. */
const expected = (id: string, at: number, ids: ReadonlyArray<string>, answer: BatchReply): string => {
  switch (answer.kind) {
    case 'AllDeleted':
      return 'deleted'
    case 'Accepted':
      return 'unknown'
    case 'ByPosition':
      return answer.verdicts.length === ids.length ? (answer.verdicts[at]?.is ?? 'missing') : 'unknown'
    case 'Tally': {
      const { deleted, failed } = answer
      const sound = [deleted, failed].every((figure) => Number.isInteger(figure) && figure >= 0)
      if (!sound || deleted + failed > ids.length) return 'unknown'
      return deleted === ids.length ? 'deleted' : 'counted'
    }
    case 'ById': {
      const said = new Set(answer.verdicts.filter((one) => lower(one.id) === lower(id)).map((one) => one.is))
      if (said.size > 0) return said.size === 1 ? ([...said][0] ?? '') : 'unknown'
      const strangers = answer.verdicts.some((one) => !ids.some((sent) => lower(sent) === lower(one.id)))
      return answer.silence === 'deleted' && !strangers ? 'deleted' : 'unknown'
    }
  }
}

test('whatever the reply: exactly one finding for each id sent, and none that was not said', () => {
  const ids = fc.uniqueArray(name, { maxLength: 6, selector: lower })
  fc.assert(
    fc.property(ids, reply, (sent, answer) => {
      const findings = normalize(sent, answer, lower)
      if (findings.kind === 'counts') {
        assert.ok(answer.kind === 'Tally' && findings.deleted === answer.deleted && findings.failed === answer.failed)
        assert.equal(
          sent.map((id, at) => expected(id, at, sent, answer)),
          sent.map(() => 'counted'),
        )
        return
      }
      const one = each(sent.length, findings)
      assert.is(one.length, sent.length)
      assert.equal(
        one.map((finding) => finding.is),
        sent.map((id, at) => expected(id, at, sent, answer)),
      )
    }),
    { numRuns: 2_000 },
  )
})
