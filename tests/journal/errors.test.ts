import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { JournalError, openJournal } from '../../src/journal/index.ts'
import { networkDrive } from '../../src/journal/sqlite/drive.ts'
import { applicationId, migrate } from '../../src/journal/sqlite/schema.ts'
import { loadSqlite } from '../../src/journal/sqlite/sqlite.ts'
import { openStore } from '../../src/journal/sqlite/store.ts'
import { openTarget } from '../../src/journal/sqlite/target.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { codeOf, deleted, entries, folder, ids, journalPath, planOf } from './fixtures.ts'

const test = suite('journal: errors')

test('a file of another kind is told, and left as it is', async ({ after }) => {
  const path = journalPath({ after })
  for (const content of ['id\n1\n2\n', 'x', 'SQLite format 3\0 and then nothing of it']) {
    writeFileSync(path, content)
    assert.is(await codeOf(() => openJournal(path)), 'foreign')
    assert.is(readFileSync(path, 'utf8'), content)
    assert.equal(readdirSync(dirname(path)), ['run.db'])
  }
})

test('a database of another program is told, and left as it is', async ({ after }) => {
  const path = journalPath({ after })
  const other = new DatabaseSync(path)
  other.exec('CREATE TABLE theirs (x)')
  other.close()
  const before = readFileSync(path)
  for (const readOnly of [false, true]) assert.is(await codeOf(() => openJournal(path, { readOnly })), 'foreign')
  assert.ok(readFileSync(path).equals(before))
  assert.equal(readdirSync(dirname(path)), ['run.db'])
})

test('a newer schema is told, with what to do', async ({ after }) => {
  const path = journalPath({ after })
  openJournal(path).close()
  const newer = new DatabaseSync(path)
  newer.exec('PRAGMA user_version = 99')
  newer.close()
  try {
    openJournal(path)
    assert.unreachable()
  } catch (error) {
    assert.instance(error, JournalError)
    assert.is((error as JournalError).code, 'newer-schema')
    assert.match((error as JournalError).message, 'update expunge')
    assert.is((error as JournalError).path, path)
  }
  assert.is(await codeOf(() => openJournal(path, { readOnly: true })), 'newer-schema')
})

test('an older schema is brought up to date, all steps or none, and only where it may be written', ({ after }) => {
  const path = journalPath({ after })
  const database = new DatabaseSync(path)
  after(() => database.close())
  const steps = ['CREATE TABLE one (x)', 'CREATE TABLE two (x)']
  const code = (work: () => void): unknown => {
    try {
      work()
      return undefined
    } catch (error) {
      return (error as { readonly code?: unknown }).code
    }
  }
  migrate(database, path, false, steps.slice(0, 1))
  assert.is(database.prepare('PRAGMA application_id').get()?.['application_id'], applicationId)
  // Looked on alone: what it lacks is there, empty, and for this reader only.
  assert.is(
    code(() => migrate(database, path, true, steps)),
    undefined,
  )
  assert.is(database.prepare('SELECT count(*) AS n FROM two').get()?.['n'], 0)
  assert.is(database.prepare("SELECT count(*) AS n FROM main.sqlite_schema WHERE name = 'two'").get()?.['n'], 0)
  assert.is(database.prepare('PRAGMA user_version').get()?.['user_version'], 1)
  assert.is.not(
    code(() => migrate(database, path, false, [...steps, 'CREATE TABLE one (x)'])),
    undefined,
  )
  assert.is(database.prepare('PRAGMA user_version').get()?.['user_version'], 1)
  migrate(database, path, false, steps)
  assert.is(database.prepare('PRAGMA user_version').get()?.['user_version'], 2)
})

test('a damaged file is told: cut short, or overwritten', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  await planOf(journal.target('cms'), ids(5_000))
  journal.close()
  const whole = readFileSync(path)
  truncateSync(path, whole.length - 8_192)
  assert.is(await codeOf(() => openJournal(path)), 'corrupt')
  const spoilt = Buffer.from(whole)
  spoilt.fill(0xab, 4_096)
  writeFileSync(path, spoilt)
  const reading = async (): Promise<void> => {
    const opened = openJournal(path)
    try {
      await opened.target('cms').pending(-1, 5_000)
    } finally {
      opened.close()
    }
  }
  assert.is(await codeOf(reading), 'corrupt')
  writeFileSync(path, whole)
  const again = openJournal(path)
  after(again.close)
  assert.equal(again.damage(), [])
})

test('no file, no folder', async ({ after }) => {
  const path = join(folder({ after }), 'none', 'run.db')
  assert.is(await codeOf(() => openJournal(path)), 'not-found')
  assert.is(await codeOf(() => openJournal(path, { readOnly: true })), 'not-found')
  mkdirSync(path, { recursive: true })
  assert.is(await codeOf(() => openJournal(path)), 'foreign')
})

/** Files of a folder that may be read and not written, by a user whom that stops. */
const forbidWriting = (folderPath: string, after: TestContext['after']): void => {
  const names = readdirSync(folderPath).map((name) => join(folderPath, name))
  for (const name of names) chmodSync(name, 0o400)
  chmodSync(folderPath, 0o500)
  after(() => chmodSync(folderPath, 0o700))
  if (process.getuid?.() !== 0) return
  for (const name of [...names, folderPath]) chownSync(name, nobody, nobody)
  process.seteuid?.(nobody)
  after(() => process.seteuid?.(0))
}

const nobody = 65_534

test('a folder that may not be written: no writing, but looking on', async ({ after }) => {
  if (process.platform === 'win32') return
  const path = journalPath({ after })
  const journal = openJournal(path)
  await planOf(journal.target('cms'), ids(10))
  journal.close()
  forbidWriting(dirname(path), after)
  assert.is(await codeOf(() => openJournal(path)), 'read-only')
  const reader = openJournal(path, { readOnly: true })
  assert.is((await reader.target('cms').plan())?.records, 10)
  reader.close()
  assert.is(await codeOf(() => openJournal(join(dirname(path), 'new.db'))), 'read-only')
})

/** A journal whose file can not grow past some pages. */
const small = (path: string, morePages: number) => {
  const sqlite = loadSqlite(path)
  const database = new sqlite.DatabaseSync(path)
  const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  database.exec(`PRAGMA max_page_count = ${pages + morePages}`)
  const store = openStore(database, path, false)
  return { store, target: openTarget(store, 'cms', 1).face }
}

test('a full disk while planning: no plan, and nothing half-written', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  journal.target('cms')
  journal.close()
  const { store, target } = small(path, 20)
  await target.beginPlan()
  const plan = async (): Promise<void> => {
    for (let from = 0; from < 50_000; from += 1_000) await target.addToPlan(entries(ids(from + 1_000).slice(from)))
    await target.sealPlan({ duplicates: 0, sourceEnded: true })
  }
  assert.is(await codeOf(plan), 'disk-full')
  assert.is(await codeOf(() => target.sealPlan({ duplicates: 0, sourceEnded: true })), 'disk-full')
  store.close()
  const again = openJournal(path)
  after(again.close)
  assert.is(await again.target('cms').plan(), undefined)
  assert.equal(again.damage(), [])
  await planOf(again.target('cms'), ids(3))
})

test('a full disk while running: what could not be put on record is not sent', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path)
  await planOf(journal.target('cms'), ids(20_000))
  journal.close()
  const { store, target } = small(path, 4)
  let onRecord = 0
  const run = async (): Promise<void> => {
    for (let batch = 1; batch < 5_000; batch++) {
      // Places that are no neighbours, so that each takes a row.
      const indexes = Array.from({ length: 4 }, (_, offset) => (batch - 1) * 4 + offset).reverse()
      await target.intend({ number: batch, indexes, at: batch })
      onRecord = batch
      await target.settle(indexes.map((index) => deleted(index, index * 10_000)))
      await target.closeBatch(batch)
    }
  }
  assert.is(await codeOf(run), 'disk-full')
  assert.is(await codeOf(() => target.intend({ number: 9_999, indexes: [19_999], at: 1 })), 'disk-full')
  store.close()
  const again = openJournal(path)
  after(again.close)
  const seen = again.target('cms')
  assert.is(await seen.lastBatch(), onRecord)
  const doubtful = (await seen.openBatches()).flatMap(({ records }) => records)
  const { deleted: settled } = await seen.totals()
  assert.is(settled + doubtful.length, onRecord * 4)
  assert.ok(doubtful.length <= 4)
})

test('without write-ahead logging, as on a network drive: one file, and others may look on', async ({ after }) => {
  const path = journalPath({ after })
  const journal = openJournal(path, { mode: 'truncate' })
  after(journal.close)
  await planOf(journal.target('cms'), ids(10))
  await journal.target('cms').intend({ number: 1, indexes: [0], at: 1 })
  assert.not.ok(existsSync(`${path}-wal`))
  const reader = openJournal(path, { readOnly: true })
  after(reader.close)
  assert.is(reader.target('cms').live().batches, 1)
  await journal.target('cms').settle([deleted(0)])
  await journal.target('cms').closeBatch(1)
  assert.is(reader.target('cms').live().settled, 1)
})

test('a network drive is known by its number', () => {
  if (process.platform !== 'linux') return
  const on = (type: number) => networkDrive('/x/run.db', (() => ({ type })) as never)
  assert.is(on(0x6969), 'NFS')
  assert.is(on(-11317950), 'CIFS')
  assert.is(on(0x65735546), 'FUSE')
  assert.is(on(0xef53), undefined)
})
