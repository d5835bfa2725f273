/** A journal that is moved, deleted or replaced while a run has it open; and one that goes by several names. */
import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { startUuidList } from '../../src/emulators/index.ts'
import { deleteRecords, uuidList } from '../../src/index.ts'
import { type JournalError, type JournalOptions, openJournal } from '../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { codeOf, folder, ids, journalPath, planOf } from './fixtures.ts'

const test = suite('a journal in another place', { deadlineMs: 30_000 })

const uuids = Array.from({ length: 80 }, (_, at) => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`)

/** A run of eight batches; something is done to its journal when the third is about to go. */
const runWith = async (
  context: Pick<TestContext, 'after'>,
  mode: JournalOptions['mode'],
  interfere: (path: string, elsewhere: string) => void,
) => {
  const emulator = await startUuidList()
  context.after(emulator.close)
  emulator.seed(uuids)
  const path = journalPath(context)
  const journal = openJournal(path, mode === undefined ? {} : { mode })
  let sending = 0
  // The third batch is on record, and about to go.
  const fetchThrough: typeof fetch = (input, init) => {
    if ((input instanceof Request ? input.method : init?.method) === 'DELETE' && ++sending === 3)
      interfere(path, folder(context))
    return fetch(input, init)
  }
  const provider = uuidList({ ...emulator.options, permanentDelete: true, http: { fetch: fetchThrough } })
  const report = await deleteRecords(provider, uuids, { journal: journal.target('max'), batchSize: 10, concurrency: 2 })
  const sent = (): ReadonlyArray<string> => emulator.calls.flatMap((call) => (call.method === 'DELETE' ? call.ids : []))
  const late = sent().length - 20
  const failed = await codeOf(journal.close)
  assert.is(failed, 'nothing was thrown')
  return { emulator, provider, path, report, sent, late }
}

const resumed = async ({ provider, sent }: Awaited<ReturnType<typeof runWith>>, path: string): Promise<void> => {
  const journal = openJournal(path)
  assert.equal(journal.damage(), [])
  const report = await deleteRecords(provider, undefined, { journal: journal.target('max') })
  journal.close()
  assert.is(report.halted, undefined)
  assert.equal(report.totals, { deleted: 80, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 })
  assert.is(new Set(sent()).size, sent().length, 'none is sent twice')
}

for (const mode of ['wal', 'truncate'] as const) {
  test(`${mode}: moved, it halts before the next intent and says where the data is; there it is resumed`, async (context) => {
    let to = ''
    const run = await runWith(context, mode, (path, elsewhere) => {
      to = join(elsewhere, 'other.db')
      renameSync(path, to)
    })
    assert.is(run.report.halted?.because, 'journal')
    assert.match(run.report.halted?.detail ?? '', process.platform === 'linux' ? to : 'is not where it was')
    assert.ok(run.late <= 20, `${run.late} were sent afterwards: only what was intended already`)
    assert.equal(
      readdirSync(dirname(run.path)).filter((name) => !name.endsWith('.lock')),
      [],
    )
    await resumed(run, to)
  })

  test(`${mode}: deleted, it leaves a copy with all that is on record`, async (context) => {
    const run = await runWith(context, mode, (path) => rmSync(path))
    assert.is(run.report.halted?.because, 'journal')
    const copy = `${run.path}.rescued`
    assert.match(run.report.halted?.detail ?? '', copy)
    assert.ok(run.late <= 20)
    if (process.platform !== 'win32') assert.is(statSync(copy).mode & 0o777, 0o600)
    await resumed(run, copy)
  })

  test(`${mode}: replaced by another journal, it leaves that one as it is`, async (context) => {
    const other = journalPath(context)
    const foreign = openJournal(other)
    await planOf(foreign.target('max'), ids(300))
    foreign.close()
    const run = await runWith(context, mode, (path) => renameSync(other, path))
    assert.is(run.report.halted?.because, 'journal')
    assert.match(run.report.halted?.detail ?? '', '.rescued')
    const there = openJournal(run.path)
    assert.is((await there.target('max').plan())?.records, 300)
    assert.is(await there.target('max').lastBatch(), 0)
    there.close()
    await resumed(run, `${run.path}.rescued`)
  })

  test(`${mode}: written over, it halts and says so`, async (context) => {
    const other = journalPath(context)
    const foreign = openJournal(other)
    await planOf(foreign.target('max'), ids(300))
    foreign.close()
    const run = await runWith(context, mode, (path) =>
      mode === 'wal' ? copyFileSync(other, path) : writeFileSync(path, 'id\n1\n2\n'),
    )
    assert.is(run.report.halted?.because, 'journal')
    assert.ok(run.late <= 20, `${run.late} were sent afterwards`)
  })
}

test('its folder is moved, or deleted', async (context) => {
  const moved = await runWith(context, 'wal', (path, elsewhere) => renameSync(dirname(path), join(elsewhere, 'there')))
  assert.is(moved.report.halted?.because, 'journal')
  const gone = await runWith(context, 'wal', (path) => rmSync(dirname(path), { recursive: true }))
  const copy = /copy with all that is on record is in (.*?)[)]/.exec(gone.report.halted?.detail ?? '')?.[1] ?? ''
  context.after(() => rmSync(copy, { force: true }))
  await resumed(gone, copy)
})

test('moved when nothing is left to be sent, the run says so, and the data is whole there', async (context) => {
  const emulator = await startUuidList()
  context.after(emulator.close)
  emulator.seed(uuids)
  const path = journalPath(context)
  const journal = openJournal(path)
  const moving: typeof fetch = (input, init) => {
    if (existsSync(path) && (input instanceof Request ? input.method : init?.method) === 'DELETE')
      renameSync(path, `${path}.old`)
    return fetch(input, init)
  }
  const provider = uuidList({ ...emulator.options, permanentDelete: true, http: { fetch: moving } })
  const report = await deleteRecords(provider, uuids.slice(0, 20), { journal: journal.target('max') })
  journal.close()
  assert.is(report.halted?.because, 'journal')
  const there = openJournal(`${path}.old`)
  context.after(there.close)
  assert.is((await there.target('max').totals()).deleted, 20)
  assert.ok(there.target('max').runs()[0]?.summary !== undefined)
})

test('moved while a process has it open, it is in use under the new name, too', async (context) => {
  const path = journalPath(context)
  for (const mode of ['wal', 'truncate'] as const) {
    const journal = openJournal(path, { mode })
    renameSync(path, `${path}.new`)
    assert.is(await codeOf(() => openJournal(`${path}.new`)), 'in-use')
    journal.close()
    openJournal(`${path}.new`).close()
    rmSync(`${path}.new`)
  }
})

test('moved without the log of a process that died, it says where that is', async (context) => {
  const path = journalPath(context)
  const journal = openJournal(path)
  await planOf(journal.target('max'), ids(3))
  const [away, died] = [join(folder(context), 'away.db'), journalPath(context)]
  journal.close()
  copyFileSync(path, died)
  openJournal(died).close()
  renameSync(died, away)
  writeFileSync(`${died}-wal`, 'the latest part')
  try {
    openJournal(away)
    assert.unreachable()
  } catch (error) {
    assert.is((error as JournalError).code, 'moved')
    assert.match((error as Error).message, `move ${died}-wal to ${away}-wal`)
  }
})

test('a symbolic link opens the same journal: one lock, one log, from every folder', async (context) => {
  const path = journalPath(context)
  const [link, farther, through] = [`${path}.link`, join(folder(context), 'far.db'), join(folder(context), 'folder')]
  symlinkSync(path, link)
  symlinkSync(link, farther)
  symlinkSync(dirname(path), through)
  const names = [link, farther, join(through, 'run.db')]
  // The link is there before the file is.
  const first = openJournal(link)
  await planOf(first.target('max'), ids(3))
  assert.is(first.path, link)
  for (const name of [path, ...names]) {
    assert.is(await codeOf(() => openJournal(name)), 'in-use')
    const reader = openJournal(name, { readOnly: true, snapshot: true })
    assert.ok(reader.isInUse())
    assert.is((await reader.target('max').plan())?.records, 3)
    reader.close()
  }
  first.close()
  for (const name of names) {
    const journal = openJournal(name)
    assert.is((await journal.target('max').plan())?.records, 3)
    assert.is(await codeOf(() => openJournal(path)), 'in-use')
    journal.close()
  }
  assert.equal(readdirSync(dirname(path)).sort(), ['run.db', 'run.db.link', 'run.db.lock'])
  assert.not(existsSync(`${farther}.lock`))
})

test('a second hard link is refused, whether the first is open or not; a copy is not', async (context) => {
  const path = journalPath(context)
  const second = join(dirname(path), 'second.db')
  const journal = openJournal(path)
  await planOf(journal.target('max'), ids(3))
  linkSync(path, second)
  const refused = async (): Promise<void> => {
    for (const readOnly of [false, true]) {
      try {
        openJournal(second, { readOnly })
        assert.unreachable()
      } catch (error) {
        assert.is((error as JournalError).code, 'linked')
        assert.match((error as Error).message, path)
        assert.match((error as Error).message, second)
      }
    }
  }
  await refused()
  journal.close()
  await refused()
  assert.not(existsSync(`${second}-wal`))
  // The first goes on as ever.
  const again = openJournal(path)
  await again.target('max').intend({ number: 1, indexes: [0], at: 1 })
  again.close()
  mkdirSync(join(dirname(path), 'copies'))
  const copy = join(dirname(path), 'copies', 'run.db')
  copyFileSync(path, copy)
  const copied = openJournal(copy)
  assert.is(await copied.target('max').lastBatch(), 1)
  copied.close()
})
