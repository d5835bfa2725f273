import { join } from 'node:path'
import { startUuidList } from '../../src/emulators/index.ts'
import { deleteRecords, uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { newFolder } from '../cli/made-run.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('taken up', { deadlineMs: 30_000 })

test('a batch in doubt that was not applied is sent again once', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ latencyMs: 5 })
  after(emulator.close)
  const ids = Array.from({ length: 15 }, (_, at) => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`)
  emulator.seed(ids)
  const journal = openJournal(join(folder, 'run.db'))
  after(journal.close)
  const target = journal.target('max')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  await deleteRecords(provider, ids, { journal: target, dryRun: true })
  // A process that died before its request went out: the last five are on record as sent.
  const last = [10, 11, 12, 13, 14]
  await target.intend({ number: (await target.lastBatch()) + 1, indexes: last, at: Date.now() - 3_600_000 })
  const options = { journal: target, batchSize: 10, concurrency: 1 }
  const report = await deleteRecords(provider, undefined, options)
  assert.is(report.halted, undefined)
  assert.equal(report.totals, { deleted: 15, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
  const sent = emulator.calls.flatMap((call) => (call.method === 'DELETE' ? call.ids : []))
  assert.is(sent.length, 15, 'no record is sent twice')
})

for (const { proven, totals } of [
  { proven: true, totals: { deleted: 5, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 } },
  { proven: false, totals: { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 5 } },
]) {
  test(`what was in flight last is gone, and the reader was ${proven ? '' : 'never '}seen to list a record`, async ({
    after,
  }) => {
    const { folder, remove } = newFolder()
    after(remove)
    const emulator = await startUuidList()
    after(emulator.close)
    const ids = Array.from({ length: 5 }, (_, at) => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`)
    const path = join(folder, 'run.db')
    const provider = uuidList({ ...emulator.options, permanentDelete: true })
    const first = openJournal(path)
    await deleteRecords(provider, ids, { journal: first.target('max'), dryRun: true })
    if (proven) await first.target('max').readerProven('usual')
    await first.target('max').intend({ number: 1, indexes: [0, 1, 2, 3, 4], at: Date.now() - 3_600_000 })
    first.close()
    const second = openJournal(path)
    after(second.close)
    const report = await deleteRecords(provider, undefined, { journal: second.target('max') })
    assert.equal(report.totals, totals)
    assert.equal(second.target('max').provenForms(), proven ? ['usual'] : [])
  })
}
