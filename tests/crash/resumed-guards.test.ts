import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { BatchReply, BulkRecordProvider, Verdict } from '../../src/core/contract/provider.ts'
import { deleteRecords, type RunOptions } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { newFolder } from '../cli/made-run.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'

const test = suite('guards, across a stop and a resume', { deadlineMs: 60_000 })

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, at) => `record-${at}`)
const placeOf = (id: string): number => Number(id.slice('record-'.length))

/** Says of each record what is handed in; `onSent` hears of each batch before it is answered. */
const system = (
  verdictOf: (place: number, sending: number) => Verdict,
  onSent: (sending: number) => void = () => {},
  more: Partial<BulkRecordProvider['capabilities']> = {},
) => {
  const handled: number[] = []
  let sendings = 0
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'strict',
    verified: 'documentation',
    capabilities: { maxBatchSize: 5, atomicity: 'per-record', replay: 'safe', effect: 'erased', ...more },
    isValidId: () => true,
    deleteBatch: (batch) => async () => {
      onSent(++sendings)
      const verdicts = batch.ids.map((id) => ({ id, ...verdictOf(placeOf(id), sendings) }))
      handled.push(...batch.ids.map(placeOf))
      const reply: BatchReply = { kind: 'ById', verdicts, silence: 'unconfirmed' }
      return TE.right(reply)()
    },
  }
  return { provider, handled }
}

const refused = (code = 'locked'): Verdict => ({ is: 'rejected', reason: { code, message: 'it is locked' } })

/** Each go is a process of its own: the journal is closed and opened again. */
const goes = ({ after }: Pick<TestContext, 'after'>, count: number) => {
  const { folder, remove } = newFolder()
  after(remove)
  let isFirst = true
  return async (provider: BulkRecordProvider, options: RunOptions) => {
    const journal = openJournal(join(folder, 'run.db'))
    try {
      const given = isFirst ? ids(count) : undefined
      isFirst = false
      const report = await deleteRecords(provider, given, {
        concurrency: 1,
        ...options,
        journal: journal.target('one'),
      })
      return { halted: report.halted, totals: report.totals }
    } finally {
      journal.close()
    }
  }
}

test('a canary of five, all refused: stopped as the answer comes and resumed, it halts, and nothing else is sent', async (context) => {
  for (const stopped of [true, false]) {
    const stop = new AbortController()
    const { provider, handled } = system(
      () => refused(),
      () => stopped && stop.abort(),
    )
    const go = goes(context, 600)
    await go(provider, { canary: 5, signal: stop.signal })
    assert.is(handled.length, 5)
    for (let again = 0; again < 2; again++) {
      const { halted, totals } = await go(provider, { canary: 5 })
      assert.is(halted?.because, 'guard')
      assert.match(halted?.detail ?? '', 'canary')
      assert.equal([totals.rejected, totals.untouched], [5, 595])
    }
    assert.equal([...new Set(handled)].length, 5)
  }
})

test('a canary that a stop cut in two: what was refused before counts', async (context) => {
  const stop = new AbortController()
  const { provider, handled } = system(
    (place) => (place === 1 ? refused() : { is: 'deleted' }),
    (sending) => sending === 1 && stop.abort(),
    { maxBatchSize: 2 },
  )
  const go = goes(context, 100)
  await go(provider, { canary: 6, signal: stop.signal })
  assert.is(handled.length, 2)
  const { halted } = await go(provider, { canary: 6 })
  assert.match(halted?.detail ?? '', 'canary')
  assert.is(handled.length, 2)
})

for (const { name, verdict, share } of [
  { name: 'rejected', verdict: refused(), share: { rejectedShare: 0.3, after: 20 } },
  { name: 'absent', verdict: { is: 'absent' } as const, share: { absentShare: 0.3, after: 20 } },
]) {
  test(`too large a share ${name}: halts after as many records however often it is stopped on the way`, async (context) => {
    const sentUntilHalt = async (isStopped: boolean): Promise<number> => {
      let stop = new AbortController()
      const { provider, handled } = system(
        (place) => (place % 5 < 2 ? verdict : { is: 'deleted' }),
        () => isStopped && stop.abort(),
      )
      const go = goes(context, 600)
      for (let process = 0; process < 20; process++) {
        stop = new AbortController()
        const { halted } = await go(provider, { halt: share, signal: stop.signal })
        if (halted === undefined) continue
        assert.is(halted.because, 'guard')
        assert.match(halted.detail, `records were ${name}`)
        return new Set(handled).size
      }
      throw new Error('it never halted')
    }
    assert.is(await sentUntilHalt(false), 20)
    assert.is(await sentUntilHalt(true), 20)
  })
}

test('open batches count as handed over: after a kill no second canary is sent beside them', async (context) => {
  const { folder, remove } = newFolder()
  context.after(remove)
  const path = join(folder, 'run.db')
  const first = openJournal(path)
  const { provider } = system(() => refused())
  await deleteRecords(provider, ids(100), { journal: first.target('one'), dryRun: true })
  // Its process died as the batch went out, and nobody reads back what came of it.
  await first.target('one').intend({ number: 1, indexes: [0, 1, 2, 3], at: Date.now() - 3_600_000 })
  first.close()
  const second = openJournal(path)
  context.after(second.close)
  const { provider: unsafe, handled } = system(
    () => ({ is: 'deleted' }),
    () => {},
    { replay: 'unsafe' },
  )
  const report = await deleteRecords(unsafe, undefined, { journal: second.target('one'), canary: 4 })
  assert.match(report.halted?.detail ?? '', 'canary')
  assert.equal([report.totals.unconfirmed, report.totals.untouched], [4, 96])
  assert.equal(handled, [])
})

test('parked records count as refused while they wait, and no more once they are gone, in a resumed run, too', async (context) => {
  const curable = { curableByOrder: ['referenced'] }
  const isParked = (place: number): boolean => place >= 20 && place % 5 < 2
  // Refused as long as another record refers to it: the second time nothing does.
  const seen = new Map<number, number>()
  const verdictOf = (place: number): Verdict => {
    const times = (seen.get(place) ?? 0) + 1
    seen.set(place, times)
    return isParked(place) && times === 1 ? refused('referenced') : { is: 'deleted' }
  }
  const stop = new AbortController()
  const { provider } = system(verdictOf, (sending) => sending === 2 && stop.abort(), curable)
  const go = goes(context, 40)
  const halt = { rejectedShare: 0.5, after: 10 }
  await go(provider, { halt, signal: stop.signal })
  const { halted, totals } = await go(provider, { halt })
  assert.is(halted, undefined)
  assert.equal([totals.deleted, totals.rejected], [40, 0])

  seen.clear()
  const strict = goes(context, 40)
  const again = new AbortController()
  const { provider: second, handled } = system(verdictOf, (sending) => sending === 1 && again.abort(), curable)
  await strict(second, { halt: { rejectedShare: 0.1, after: 10 }, signal: again.signal })
  seen.clear()
  const ended = await strict(second, { halt: { rejectedShare: 0.1, after: 10 } })
  assert.match(ended.halted?.detail ?? '', 'records were rejected')
  assert.ok(handled.length < 40, `${handled.length} were sent`)
})
