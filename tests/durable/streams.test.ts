import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defineProvider, deleteRecords, type RecordOutcome, streamOutcomes, UsageError } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { assert, rejection, suite, type TestContext } from '../support/suite.ts'

const test = suite('streams with a journal', { deadlineMs: 20_000 })

const journalOf = ({ after }: Pick<TestContext, 'after'>) => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-streams-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  const journal = openJournal(join(folder, 'run.db'))
  after(journal.close)
  return journal.target('one')
}

const capabilities = { maxBatchSize: 5, atomicity: 'per-record', replay: 'safe', effect: 'erased' } as const

/** A system in memory; `sent` has each id as often as its deletion was asked for. */
const shelfOf = (onDelete: () => void = () => {}) => {
  const sent: string[] = []
  const provider = defineProvider({
    name: 'shelf',
    capabilities,
    isValidId: (id) => id.startsWith('r'),
    deleteBatch: async ({ ids: batch }) => {
      await new Promise((resolve) => setTimeout(resolve, 2))
      sent.push(...batch)
      onDelete()
      return { kind: 'AllDeleted' }
    },
  })
  return { provider, sent }
}

const ids = Array.from({ length: 100 }, (_, n) => `r${n}`)
const given = [...ids.slice(0, 50), 'x1', 'r3', ...ids.slice(50), 'x2', 'r77']
const byId = (one: RecordOutcome, other: RecordOutcome) => one.id.localeCompare(other.id)

test('a stream with a journal yields what is on record, what was turned away included', async (context) => {
  const target = journalOf(context)
  const { provider } = shelfOf()
  const outcomes: RecordOutcome[] = []
  for await (const outcome of streamOutcomes(provider, given, { journal: target })) outcomes.push(outcome)
  assert.equal([...outcomes].sort(byId), [...target.outcomes('aborted')].sort(byId))
  assert.is(outcomes.length, 102)
  for await (const outcome of streamOutcomes(provider, undefined, { journal: target })) assert.unreachable(outcome.id)
})

test('one that was left goes on where it was, and yields what is settled from then on', async (context) => {
  const target = journalOf(context)
  const { provider, sent } = shelfOf()
  let taken = 0
  for await (const _ of streamOutcomes(provider, ids, { journal: target, concurrency: 1 })) if (++taken === 30) break
  const settled = (await target.totals()).deleted
  assert.ok(settled >= 30 && settled < 100, `${settled}`)
  const rest: string[] = []
  for await (const { id, status } of streamOutcomes(provider, undefined, { journal: target })) {
    assert.is(status, 'deleted')
    rest.push(id)
  }
  assert.is(rest.length, 100 - settled)
  assert.equal(sent.toSorted(), ids.toSorted(), 'each was sent once')
})

test('what a journal can not do is told to who asks for an outcome', async (context) => {
  const target = journalOf(context)
  const { provider } = shelfOf()
  const first = streamOutcomes(provider, undefined, { journal: target })[Symbol.asyncIterator]()
  assert.match(String(await rejection(first.next())), 'this journal has no plan yet')
  assert.equal(await first.next(), { done: true, value: undefined })
  await deleteRecords(provider, ids, { journal: target })
  const other = streamOutcomes(provider, ids.slice(1), { journal: target })[Symbol.asyncIterator]()
  assert.instance(await rejection(other.next()), UsageError)
})

/** Gives no more than five ids before something was deleted. */
const waitingFor = async function* (deleted: Promise<void>): AsyncGenerator<string> {
  yield* given.slice(0, 5)
  await deleted
  yield* given.slice(5)
}

test('planFirst: false: deletes while the source is read, and ends with a plan as any other', async (context) => {
  const target = journalOf(context)
  let onFirst = (): void => {}
  const deleted = new Promise<void>((resolve) => {
    onFirst = resolve
  })
  const { provider, sent } = shelfOf(() => onFirst())
  const report = await deleteRecords(provider, waitingFor(deleted), { journal: target, planFirst: false })
  assert.is(report.halted, undefined, JSON.stringify(report.halted))
  assert.equal(report.totals, { deleted: 100, absent: 0, rejected: 0, untouched: 2, unconfirmed: 0 })
  assert.equal([report.duplicates, report.sourceEnded, sent.length], [2, true, 100])
  const { records, toSend, duplicates } = (await target.plan()) ?? {}
  assert.equal([records, toSend, duplicates], [102, 100, 2])
  assert.is(target.chain().brokenAt, undefined)
  assert.is(target.chain().records, 100)
  const again = await deleteRecords(provider, undefined, { journal: target })
  assert.is(again.halted, undefined, JSON.stringify(again.halted))
  assert.equal([again.totals.deleted, sent.length], [100, 100])
})

test('one that was stopped takes the same source again, and sends nothing twice', async (context) => {
  const target = journalOf(context)
  const { provider, sent } = shelfOf()
  const growing = { journal: target, planFirst: false, concurrency: 1 } as const
  const source = async function* () {
    yield* given
  }
  let taken = 0
  for await (const _ of streamOutcomes(provider, source(), growing)) if (++taken === 40) break
  assert.is(await target.plan(), undefined)
  const settled = (await target.totals()).deleted
  assert.ok(settled >= 40 && settled < 100, `${settled}`)
  assert.match(String(await rejection(deleteRecords(provider, given, { journal: target }))), 'planFirst: false')
  assert.match(
    String(await rejection(deleteRecords(provider, undefined, growing))),
    'hand in the same source again to go on',
  )
  const some = await deleteRecords(provider, source(), { ...growing, limit: 10 })
  assert.equal([some.totals.deleted, some.sourceEnded], [settled + 10, false])
  const report = await deleteRecords(provider, source(), growing)
  assert.is(report.halted, undefined, JSON.stringify(report.halted))
  assert.equal(report.totals, { deleted: 100, absent: 0, rejected: 0, untouched: 2, unconfirmed: 0 })
  assert.equal([report.duplicates, report.sourceEnded], [2, true])
  assert.equal(sent.toSorted(), ids.toSorted(), 'each was sent once')
  assert.is((await target.plan())?.records, 102)
  assert.is(target.chain().brokenAt, undefined)
  assert.is((await deleteRecords(provider, undefined, { journal: target })).halted, undefined)
})

test('a source that fails leaves what it gave; misuse is told', async (context) => {
  const target = journalOf(context)
  const { provider, sent } = shelfOf()
  const broken = async function* () {
    yield* ids.slice(0, 20)
    throw new Error('the export broke off')
  }
  const report = await deleteRecords(provider, broken(), { journal: target, planFirst: false })
  assert.equal([report.halted?.because, report.sourceEnded], ['source', false])
  assert.is(await target.plan(), undefined)
  const whole = await deleteRecords(provider, ids, { journal: target, planFirst: false })
  assert.equal([whole.totals.deleted, whole.duplicates], [100, 0])
  assert.equal(sent.toSorted(), ids.toSorted())
  assert.instance(await rejection(deleteRecords(provider, ids, { planFirst: false } as object)), UsageError)
})
