import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { openJournal } from '../../src/journal/index.ts'
import { assert, suite } from '../support/suite.ts'
import { codeOf, deleted, ids, journalPath, planOf } from './fixtures.ts'

const test = suite('journal: processes', { deadlineMs: 60_000 })

const start = (path: string, mode: string, kept = 'wal'): ChildProcess =>
  spawn(process.execPath, [join(import.meta.dirname, 'child.ts'), path, mode, kept], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })

/** Lines of a child until `enough`; then it is killed, and its end awaited. */
const killAfter = async (child: ChildProcess, enough: (lines: ReadonlyArray<string>) => boolean): Promise<string[]> => {
  let text = ''
  const lines = (): string[] => text.split('\n').slice(0, -1)
  child.stdout?.setEncoding('utf8')
  child.stdout?.on('data', (part) => {
    text += part
    if (enough(lines())) child.kill('SIGKILL')
  })
  await once(child, 'close')
  return lines()
}

for (const mode of ['wal', 'truncate'] as const) {
  test(`kill -9 at many points (${mode}): what returned is on record, and what was in flight is in doubt`, async ({
    after,
  }) => {
    const path = journalPath({ after })
    const setup = openJournal(path, { mode })
    await planOf(setup.target('cms'), ids(400))
    setup.close()
    const settled = new Set<number>()
    for (let round = 0; round < 12; round++) {
      const lines = await killAfter(start(path, 'work', mode), (given) => given.length >= 1 + ((round * 7) % 11))
      const sent = new Map<number, ReadonlyArray<number>>()
      for (const line of lines) {
        const [word, first, second] = line.split(' ')
        if (word === 'sent') sent.set(Number(first), String(second).split(',').map(Number))
        if (word === 'settled') for (const index of String(first).split(',')) settled.add(Number(index))
      }
      const journal = openJournal(path, { mode })
      const target = journal.target('cms')
      assert.equal(journal.damage(), [])
      const known = new Set([...target.records({ statuses: ['deleted'] })].map(({ index }) => index))
      for (const index of settled) assert.ok(known.has(index), `record ${index} was settled and is not on record`)
      const open = await target.openBatches()
      assert.ok(open.length <= 1)
      for (const [batch, indexes] of sent) {
        assert.ok((await target.lastBatch()) >= batch, 'sent, and not on record')
        const doubtful = open.find(({ number }) => number === batch)?.records.map(({ index }) => index) ?? []
        assert.ok(indexes.every((index) => known.has(index) || doubtful.includes(index)))
      }
      // Read back: gone.
      for (const { number, records } of open) {
        await target.settle(records.map(({ index }) => deleted(index)))
        await target.closeBatch(number)
        for (const { index } of records) settled.add(index)
      }
      const totals = await target.totals()
      assert.is(totals.deleted + (await target.pending(-1, 1_000)).length, 400)
      journal.close()
    }
    assert.ok(settled.size > 50)
  })
}

test('one process writes; another is told so, may look on, and takes over when it is gone', async ({ after }) => {
  const path = journalPath({ after })
  const child = start(path, 'hold')
  after(() => child.kill('SIGKILL'))
  await once(child.stdout as NodeJS.ReadableStream, 'data')
  assert.is(await codeOf(() => openJournal(path)), 'in-use')

  const reader = openJournal(path, { readOnly: true })
  const seen = reader.target('cms')
  assert.is((await seen.plan())?.records, 100)
  assert.equal(seen.live(), { waiting: 98, settled: 0, batches: 1, jobs: 0, oldestSentAt: 77 })
  assert.is(await codeOf(() => seen.intend({ number: 2, indexes: [5], at: 1 })), 'misuse')
  assert.is(await codeOf(() => reader.target('max')), 'misuse')
  reader.close()

  child.kill('SIGKILL')
  await once(child, 'close')
  // A crash leaves the log behind: looking on must work then, too.
  const later = openJournal(path, { readOnly: true })
  assert.is(later.target('cms').live().batches, 1)
  later.close()
  const next = openJournal(path)
  after(next.close)
  assert.equal(
    (await next.target('cms').openBatches()).map(({ number, at }) => [number, at]),
    [[1, 77]],
  )
})

test('the same process can not open it twice for writing either', async ({ after }) => {
  const path = journalPath({ after })
  const first = openJournal(path)
  assert.is(await codeOf(() => openJournal(path)), 'in-use')
  first.close()
  openJournal(path).close()
})

test('whatever this process opens beside it, the lock holds against others', async ({ after }) => {
  const path = journalPath({ after })
  const writer = openJournal(path)
  const target = writer.target('cms')
  await planOf(target, ids(3))
  assert.is(await codeOf(() => openJournal(path)), 'in-use')
  const reader = openJournal(path, { readOnly: true })
  assert.is((await reader.target('cms').plan())?.records, 3)
  assert.ok(reader.isInUse())
  reader.close()
  const tried = async () => (await killAfter(start(path, 'try'), () => false)).join()
  assert.is(await tried(), 'in-use')
  await target.intend({ number: 1, indexes: [0], at: 1 })
  writer.close()
  assert.is(await tried(), 'opened')
})

test('standard error stays the program’s own: the warning of Node 22 alone is kept back', async ({ after }) => {
  const script = join(import.meta.dirname, 'child.ts')
  const child = spawn(process.execPath, [script, journalPath({ after }), 'warn'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  child.stderr?.on('data', (part) => {
    said += part
  })
  child.stdout?.resume()
  await once(child, 'close')
  assert.match(said, 'Warning: still heard')
  assert.not.match(said, 'SQLite')
})

test('a reader sees what is committed while the writer goes on', async ({ after }) => {
  const path = journalPath({ after })
  const writer = openJournal(path)
  after(writer.close)
  const target = writer.target('cms')
  await planOf(target, ids(30))
  const reader = openJournal(path, { readOnly: true })
  after(reader.close)
  const seen = reader.target('cms')
  for (let batch = 1; batch <= 3; batch++) {
    const indexes = Array.from({ length: 10 }, (_, offset) => (batch - 1) * 10 + offset)
    await target.intend({ number: batch, indexes, at: batch })
    assert.is(seen.live().batches, 1)
    await target.settle(indexes.map((index) => deleted(index)))
    await target.closeBatch(batch)
    assert.is((await seen.totals()).deleted, batch * 10)
  }
})
