import { createHash } from 'node:crypto'
import { appendFileSync, existsSync, readFileSync, renameSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { Decrypter, generateX25519Identity, identityToRecipient } from 'age-encryption'
import { openBackupFile } from '../../../src/cli/backup/file.ts'
import { type BackupState, backupOf } from '../../../src/cli/backup/state.ts'
import { startAvePointOpus } from '../../../src/emulators/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { ended, expunge, folderOf, start } from '../command.ts'
import { configOf, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: copies before deletion', { deadlineMs: 120_000 })

interface Line {
  readonly target: string
  readonly provider: string
  readonly id: string
  readonly at: string
  readonly content: Readonly<Record<string, unknown>>
}

const linesIn = (text: string): ReadonlyArray<Line> =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line) => JSON.parse(line))

const sha256 = (path: string): string => createHash('sha256').update(readFileSync(path)).digest('hex')

test('every record is in the file, and its hash in the journal, the result and the report', async (context) => {
  const playground = await uuidPlayground(context, 25)
  const { folder, env, ids, emulator, target } = playground
  const [gone = ''] = ids
  const missing = '5dc70f1b-8dc9-4b30-b441-4ba2ec3b8ad1'
  writeFileSync(join(folder, 'ids.txt'), [missing, ...ids].join('\n'))
  const digest = await planned(playground, { ...target, backup: 'max.ndjson.gz', batchSize: 10 })
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest, '--json'], { env })
  assert.is(run.code, 1, run.stderr)
  const [told] = JSON.parse(run.stdout).targets
  assert.equal(told.totals, { deleted: 25, absent: 0, rejected: 0, untouched: 1, unconfirmed: 0 })
  const path = join(folder, 'max.ndjson.gz')
  assert.is(statSync(path).mode & 0o777, 0o600)
  const lines = linesIn(gunzipSync(readFileSync(path)).toString())
  assert.equal(lines.map(({ id }) => id).sort(), [...ids].sort())
  const line = lines.find(({ id }) => id === gone)
  assert.equal(line?.content, { io_uuid: gone, io_name: `Record ${gone}` })
  assert.equal([line?.target, line?.provider], ['max', 'uuid-list'])
  const file = { path, records: 25, bytes: statSync(path).size, sha256: sha256(path) }
  assert.equal(told.backup, { encrypted: false, records: 25, files: [file] })
  const report = await expunge(folder, ['report', 'run.db', '--format', 'json'])
  const [reported] = JSON.parse(report.stdout).targets
  assert.equal(reported.backup, told.backup)
  assert.match(JSON.stringify(reported.outcomes), 'not-backed-up')
  assert.match((await expunge(folder, ['report', 'run.db'])).stdout, file.sha256)
  assert.is(emulator.existing().size, 0)

  // What is left gets a copy of its own, and an output replaces none of them.
  const again = await expunge(folder, ['retry', 'run.db', '--json'], { env })
  assert.is(JSON.parse(again.stdout).targets[0].backup, 'max-2.ndjson.gz', again.stderr)
  const over = await expunge(folder, ['report', 'run.db', '--format', 'json', '-o', 'max.ndjson.gz', '--force'])
  assert.is(over.code, 2)
  assert.is(sha256(path), file.sha256)
})

test('encrypted: only the private key opens it, and it is one whole age file', async (context) => {
  const playground = await uuidPlayground(context, 25)
  const { folder, env, ids, target } = playground
  const identity = await generateX25519Identity()
  const backupKey = await identityToRecipient(identity)
  const digest = await planned(playground, { ...target, backup: 'max.ndjson.gz', backupKey, batchSize: 10 })
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(run.code, 0, run.stderr)
  const path = join(folder, 'max.ndjson.gz')
  assert.match(run.stdout, sha256(path))
  const decrypter = new Decrypter()
  decrypter.addIdentity(identity)
  const plain = await decrypter.decrypt(readFileSync(path))
  assert.equal(
    linesIn(gunzipSync(plain).toString())
      .map(({ id }) => id)
      .sort(),
    [...ids].sort(),
  )
})

test('killed in the middle and resumed: what was deleted is in the file, which is whole', async (context) => {
  const playground = await uuidPlayground(context, 400, { latencyMs: 20 })
  const { folder, env, ids, emulator, target } = playground
  const digest = await planned(playground, { ...target, backup: 'max.ndjson.gz', batchSize: 10, concurrency: 2 })
  const child = start(folder, ['run', 'run.db', '--approve', digest], env)
  const over = ended(child)
  while (emulator.existing().size > 340) await new Promise((resolve) => setTimeout(resolve, 5))
  child.kill('SIGKILL')
  await over
  const path = join(folder, 'max.ndjson.gz')
  // Torn, as a loss of power leaves it: a part of a member that was never intended by anybody.
  appendFileSync(path, readFileSync(path).subarray(0, 40))
  const resumed = await expunge(folder, ['resume', 'run.db'], { env })
  assert.is(resumed.code, 0, resumed.stderr + resumed.stdout)
  const copied = new Set(linesIn(gunzipSync(readFileSync(path)).toString()).map(({ id }) => id))
  assert.equal(
    ids.filter((id) => !copied.has(id)),
    [],
  )
  const journal = openJournal(join(folder, 'run.db'), { readOnly: true })
  context.after(journal.close)
  assert.is(backupOf(journal.target('max'))?.parts[0]?.sha256, sha256(path))
})

test('what can not be is said when it is planned, and nothing is written over', async (context) => {
  const { folder, env, target } = await uuidPlayground(context, 3)
  writeFileSync(join(folder, 'mine.txt'), 'mine')
  const opus = await startAvePointOpus()
  context.after(opus.close)
  const identity = await generateX25519Identity()
  const cases: ReadonlyArray<readonly [more: object, says: string]> = [
    [{ backup: 'mine.txt' }, 'backup: mine.txt: this file is there already'],
    [{ backup: 'ids.txt' }, 'this is the ids of target "max"'],
    [{ backup: 'no/such/folder.gz' }, 'there is no folder'],
    [{ backup: '/dev/null' }, 'a copy is kept in a file'],
    [{ backup: 'a.gz', backupKey: 'age1qqqqqq' }, 'backupKey: age1qqqqqq… is no public key of age'],
    [
      {
        backup: 'a.gz',
        provider: 'avepoint-opus',
        options: { baseUrl: opus.options.baseUrl, token: { env: 'MAX_TOKEN' } },
      },
      "backup: avepoint-opus can't read what a record holds",
    ],
  ]
  // What the file itself shows is told at once.
  const wrong: ReadonlyArray<readonly [more: object, says: string]> = [
    [{ backup: '-' }, 'targets[0].backup: must be a file'],
    [{ backupKey: 'age1x' }, 'targets[1].backupKey: says who can read a copy, and there is none'],
    [{ backup: 'a.gz', backupKey: identity }, 'targets[2].backupKey: is a private key'],
    [{ backup: 'b.gz', backupKey: 'ssh-ed25519 AAAA' }, 'targets[3].backupKey: must be a public key of age'],
    [{ backup: 'c.gz', backupKey: [] }, 'targets[4].backupKey: must hold at least one public key'],
  ]
  const targets = wrong.map(([more], index) => ({ ...target, ...more, name: `t${index}` }))
  writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ targets }))
  const told = await expunge(folder, ['plan', 'wrong.json'], { env })
  for (const [, says] of wrong) assert.match(told.stderr, says)
  assert.not.match(told.stderr, 'AGE-SECRET')
  await Promise.all(
    cases.map(async ([more, says], index) => {
      writeFileSync(join(folder, `c${index}.json`), configOf({ ...target, ...more }))
      const { code, stderr } = await expunge(folder, ['plan', `c${index}.json`, '-o', `r${index}.db`], { env })
      assert.match(stderr, says)
      assert.not.match(stderr, 'AGE-SECRET')
      assert.is(code, 2)
    }),
  )
  assert.is(readFileSync(join(folder, 'mine.txt'), 'utf8'), 'mine')
  assert.match((await expunge(folder, ['providers', 'datocms'])).stdout, /goes back\s+POST \/items/)
  assert.match((await expunge(folder, ['providers', 'avepoint-opus'])).stdout, 'backup      no:')
})

/** The file by itself, as a process after another one writes to it. */
const writer = async (path: string, recipients: ReadonlyArray<string>, known: BackupState | undefined) => {
  let state = known
  const file = await openBackupFile({
    path,
    isCompressed: /\.gz/.test(path),
    recipients,
    known,
    save: (next) => {
      state = next
    },
  })
  return { ...file, state: () => state as BackupState }
}

test('a process dies at any byte of a write: what was on record is there, and the file is whole', async (context) => {
  const folder = folderOf(context)
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  const line = (n: number) => `${JSON.stringify({ n, text: 'x'.repeat(n * 30_000) })}\n`
  const read = async (path: string, isEncrypted: boolean): Promise<ReadonlyArray<number>> => {
    const decrypter = new Decrypter()
    decrypter.addIdentity(identity)
    const plain = isEncrypted ? Buffer.from(await decrypter.decrypt(readFileSync(path))) : readFileSync(path)
    const text = (/\.gz/.test(path) ? gunzipSync(plain) : plain).toString()
    return linesIn(text).map((each) => (each as unknown as { readonly n: number }).n)
  }
  for (const [name, recipients] of [
    ['a.ndjson', []],
    ['b.ndjson.gz', []],
    ['c.ndjson.gz.age', [recipient]],
    ['d.ndjson.age', [recipient, recipient]],
  ] as ReadonlyArray<readonly [string, ReadonlyArray<string>]>) {
    const path = join(folder, name)
    const first = await writer(path, recipients, undefined)
    await first.write(line(1), 1)
    await first.write(line(2), 1)
    const onRecord = first.state()
    const before = statSync(path).size
    await first.write(line(3), 1)
    await first.close()
    assert.equal(await read(path, recipients.length > 0), [1, 2, 3], name)
    // The third write reached the disk in part only, and never the journal.
    truncateSync(path, before + 7)
    const second = await writer(path, recipients, onRecord)
    await second.write(line(4), 1)
    await second.close()
    const { parts } = second.state()
    const found = await Promise.all(parts.map((part) => read(part.path, recipients.length > 0)))
    assert.equal(found.flat(), [1, 2, 4], name)
    assert.is(parts.length, recipients.length > 0 ? 2 : 1)
    for (const part of parts) assert.equal([sha256(part.path), statSync(part.path).size], [part.sha256, part.bytes])
    // Altered, or gone: nobody goes on.
    const [{ path: where = '' } = {}] = parts
    appendFileSync(where, '')
    const bytes = readFileSync(where)
    bytes[10] = (bytes[10] ?? 0) ^ 1
    writeFileSync(where, bytes)
    const known = second.state()
    assert.match(String(await rejection(writer(path, recipients, known))), 'is not what the run has written')
    renameSync(where, `${where}.away`)
    assert.match(String(await rejection(writer(path, recipients, known))), 'put it back')
  }
  const unused = await writer(join(folder, 'e.gz'), [], undefined)
  await unused.close()
  assert.not.ok(existsSync(join(folder, 'e.gz')))
})
