import fc from 'fast-check'
import { type RecordOutcome, type Status, statuses } from '../../../src/core/contract/outcome.ts'
import { openRecord } from '../../../src/core/intake/work.ts'
import { LedgerBreach, openLedger } from '../../../src/core/run/ledger.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('ledger')

const reason = { code: 'x', message: 'y' }
const outcome = (id: string, status: Status): RecordOutcome => {
  if (status === 'deleted' || status === 'absent') return { id, status, evidence: 'reply', effect: 'erased' }
  return status === 'untouched' ? { id, status, why: 'halted' } : { id, status, reason }
}

test('counts in, counts out, and hands each outcome on with its place', () => {
  const told: Array<[string, number]> = []
  const ledger = openLedger(({ id }, index) => told.push([id, index]))
  const [a, b] = [openRecord('a', ledger.accept()), openRecord('b', ledger.accept())]
  ledger.countDuplicate()
  ledger.settle(b, outcome('b', 'absent'))
  assert.equal([ledger.accepted(), ledger.settled(), ledger.duplicates()], [2, 1, 1])
  ledger.settle(a, outcome('a', 'rejected'))
  assert.equal(ledger.totals(), { deleted: 0, absent: 1, rejected: 1, untouched: 0, unconfirmed: 0 })
  assert.equal(told, [
    ['b', 1],
    ['a', 0],
  ])
  ledger.close()
})

test('a record can not get a second outcome', () => {
  let told = 0
  const ledger = openLedger(() => told++)
  const record = openRecord('a', ledger.accept())
  ledger.settle(record, outcome('a', 'deleted'))
  for (const status of statuses) {
    assert.throws(
      () => ledger.settle(record, outcome('a', status)),
      (error: unknown) => error instanceof LedgerBreach,
    )
  }
  assert.equal([told, ledger.settled()], [1, 1])
  ledger.close()
})

test('totals are a picture of the moment', () => {
  const ledger = openLedger(() => {})
  const before = ledger.totals()
  ledger.settle(openRecord('a', ledger.accept()), outcome('a', 'deleted'))
  assert.is(before.deleted, 0)
})

test('closes exactly if the sum is right', () => {
  const step = fc.record({ status: fc.constantFrom(...statuses), settled: fc.boolean(), twice: fc.boolean() })
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const told: string[] = []
      const ledger = openLedger(({ id }) => told.push(id))
      const expected: Record<Status, number> = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
      for (const { status, settled, twice } of steps) {
        const record = openRecord(`r${ledger.accepted()}`, ledger.accept())
        if (!settled) continue
        ledger.settle(record, outcome(record.id, status))
        expected[status]++
        if (twice) assert.throws(() => ledger.settle(record, outcome(record.id, 'deleted')))
      }
      const open = steps.filter((one) => !one.settled).length
      assert.equal(ledger.totals(), expected)
      assert.is(ledger.settled(), steps.length - open)
      assert.is(new Set(told).size, told.length)
      if (open === 0) ledger.close()
      else
        assert.throws(
          () => ledger.close(),
          (error: unknown) => error instanceof LedgerBreach,
        )
    }),
  )
})
