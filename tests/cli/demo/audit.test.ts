import { randomUUID } from 'node:crypto'
import { audit, type Evidence } from '../../../src/cli/demo/audit.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { deleteRecords, type RecordOutcome, type Report, uuidList } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('audit')

const uuids = Array.from({ length: 24 }, () => randomUUID())
const [gone = '', second = '', refused = '', never = ''] = uuids
const ids = uuids.slice(0, 20)
const bystanders = uuids.slice(20)

const emulator = await startUuidList()
emulator.seed(uuids.filter((id) => id !== never))
emulator.refuse([refused])
const provider = uuidList({ ...emulator.options, permanentDelete: true })
const report = await deleteRecords(provider, [...ids, gone.toUpperCase()])
await emulator.close()

const genuine: Evidence = {
  ids: [...ids, gone.toUpperCase()],
  bystanders,
  report,
  system: { existing: () => new Set(emulator.existing()), calls: emulator.calls },
  identityOf: provider.identityOf,
}

/** The genuine report with another outcome for one record, and with totals that agree with it. */
const falsified = (outcome: RecordOutcome): Report =>
  recounted(report.outcomes.map((each) => (each.id === outcome.id ? outcome : each)))

const recounted = (outcomes: ReadonlyArray<RecordOutcome>): Report => {
  const count = (status: RecordOutcome['status']): number => outcomes.filter((each) => each.status === status).length
  const totals = {
    deleted: count('deleted'),
    absent: count('absent'),
    rejected: count('rejected'),
    untouched: count('untouched'),
    unconfirmed: count('unconfirmed'),
  }
  return { ...report, outcomes, totals }
}

const reason = { code: 'test', message: 'test' }
const deleted = (id: string, evidence: 'reply' | 'job' | 'read-back' = 'reply'): RecordOutcome => ({
  id,
  status: 'deleted',
  evidence,
  effect: 'erased',
})
const absent = (id: string, evidence: 'reply' | 'read-back' = 'reply'): RecordOutcome => ({
  id,
  status: 'absent',
  evidence,
  effect: 'erased',
})

test('a true report has no difference', () => {
  assert.equal(report.totals, { deleted: 18, absent: 1, rejected: 1, untouched: 0, unconfirmed: 0 })
  assert.equal(audit(genuine), { compared: 20, attributed: 20, unconfirmed: 0, differences: [] })
})

const lies: ReadonlyArray<readonly [lie: string, outcome: RecordOutcome, really: RegExp]> = [
  ['deleted, and it is still there', deleted(refused), /still there/],
  ['deleted by a job, and it is still there', deleted(refused, 'job'), /still there/],
  ['deleted, read back, and it is still there', deleted(refused, 'read-back'), /still there/],
  ['absent, and it is still there', absent(refused), /still there/],
  ['deleted, and it never existed', deleted(never), /no call of ours/],
  ['deleted by a job, and it never existed', deleted(never, 'job'), /no call of ours/],
  ['absent, and we deleted it', absent(gone), /a call of ours deleted it/],
  ['absent, read back, and we deleted it', absent(gone, 'read-back'), /a call of ours deleted it/],
  ['rejected, and we deleted it', { id: gone, status: 'rejected', reason }, /gone, and a call of ours/],
  ['rejected, and it never existed', { id: never, status: 'rejected', reason }, /not there/],
  ['untouched, and we deleted it', { id: gone, status: 'untouched', why: 'aborted' }, /gone, and a call of ours/],
  ['untouched, and it never existed', { id: never, status: 'untouched', why: 'aborted' }, /not there/],
]

for (const [lie, outcome, really] of lies) {
  test(`finds out: ${lie}`, () => {
    const { differences } = audit({ ...genuine, report: falsified(outcome) })
    assert.equal(
      differences.map(({ about }) => about),
      [outcome.id],
    )
    assert.match(differences[0]?.really ?? '', really)
  })
}

test('who did it is not compared where the report does not say so', () => {
  for (const id of [gone, never]) {
    const found = audit({ ...genuine, report: falsified(deleted(id, 'read-back')) })
    assert.equal(found, { compared: 20, attributed: 19, unconfirmed: 0, differences: [] })
  }
})

test('unconfirmed claims nothing, and is counted', () => {
  for (const id of [gone, refused, never]) {
    const found = audit({ ...genuine, report: falsified({ id, status: 'unconfirmed', reason }) })
    assert.equal(found, { compared: 19, attributed: 19, unconfirmed: 1, differences: [] })
  }
})

const aboutOf = (evidence: Evidence): ReadonlyArray<string> => audit(evidence).differences.map(({ about }) => about)

test('finds out: a record without an outcome', () => {
  const outcomes = report.outcomes.filter(({ id }) => id !== refused)
  assert.equal(aboutOf({ ...genuine, report: recounted(outcomes) }), [refused, 'records'])
})

test('finds out: two outcomes for a record', () => {
  const outcomes = [...report.outcomes, deleted(gone)]
  assert.equal(aboutOf({ ...genuine, report: recounted(outcomes) }), ['records'])
})

test('finds out: an outcome for a record that was never handed in', () => {
  const outcomes = report.outcomes.map((each) => (each.id === second ? deleted(randomUUID(), 'read-back') : each))
  assert.is(
    audit({ ...genuine, report: recounted(outcomes) }).differences.some(({ really }) => /never handed in/.test(really)),
    true,
  )
})

test('finds out: a record deleted that was not handed in', () => {
  const [bystander = ''] = bystanders
  const system = {
    existing: () => new Set([...emulator.existing()].filter((id) => id !== bystander)),
    calls: emulator.calls.map((call, index) =>
      index === 0 ? { ...call, applied: [...call.applied, bystander] } : call,
    ),
  }
  assert.equal(aboutOf({ ...genuine, system }), [bystander, bystander])
})

test('finds out: figures that do not agree', () => {
  assert.equal(aboutOf({ ...genuine, report: { ...report, requests: report.requests - 1 } }), ['requests'])
  assert.equal(aboutOf({ ...genuine, report: { ...report, duplicates: 0 } }), ['duplicates'])
  const totals = { ...report.totals, deleted: 19, absent: 0 }
  assert.equal(aboutOf({ ...genuine, report: { ...report, totals } }), ['deleted', 'absent'])
})
