import { chmodSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: verify, on record', { deadlineMs: 180_000 })

test('what was read back is on record and in every report; what comes back is marked, and can be planned again', async (context) => {
  const playground = await uuidPlayground(context, 30)
  const { folder, env, emulator, ids } = playground
  const here = '0a0b0c0d-0a0b-4a0b-8a0b-0a0b0c0d0e0f'
  emulator.seed([here])
  const call = (...args: ReadonlyArray<string>) => expunge(folder, args, { env })
  const digest = await planned(playground, playground.target)
  assert.is((await call('run', 'run.db', '--approve', digest)).code, 0)

  const first = await call('verify', 'run.db', '--sample', '7', '--control', here, '--json')
  assert.is(first.code, 0, first.stderr)
  const { recorded, targets } = JSON.parse(first.stdout)
  assert.equal([recorded, targets[0].how, targets[0].read, targets[0].present], [true, 'sample', 7, 0])

  emulator.seed([ids[4] as string, ids[21] as string])
  const again = await call('verify', 'run.db', '--again', '--all', '--control', here)
  assert.is(again.code, 1, again.stderr)
  assert.match(again.stdout, '2 of 30: all were read; on ')
  assert.match(again.stdout, '0 of 7 read were there; up to ')
  for (const index of [4, 21]) assert.match(again.stdout, `returned: ${ids[index]}`)

  const report = JSON.parse((await call('report', 'run.db', '--format', 'json')).stdout).targets[0]
  assert.equal([report.returned, report.totals.deleted, report.totals.unconfirmed], [2, 30, 0], 'outcomes stay')
  assert.equal(
    report.verifications.map(({ how, gone, read, present }: Record<string, unknown>) => [how, gone, read, present]),
    [
      ['sample', 30, 7, 0],
      ['all', 30, 30, 2],
    ],
  )
  const marked = report.outcomes.filter(({ returned }: { readonly returned?: true }) => returned)
  assert.equal(
    marked.map(({ id, status }: { id: string; status: string }) => [id, status]),
    [
      [ids[4], 'deleted'],
      [ids[21], 'deleted'],
    ],
  )
  const csv = (await call('report', 'run.db', '--format', 'csv')).stdout.trim().split('\r\n')
  assert.match(csv[0] ?? '', /,verified_at,returned$/)
  assert.is(csv.filter((line) => line.endsWith('Z,returned')).length, 2)
  const table = (await call('report', 'run.db')).stdout
  assert.match(table, /max: verified \S+, the last of 2 times: 2 of 30 read were there; all were read/)
  assert.match(table, 'max: 2 records returned:')

  // Nothing is left; what came back is.
  const retried = await call('retry', 'run.db', '--returned', '--json')
  assert.is(retried.code, 0, retried.stderr)
  assert.is(JSON.parse(retried.stdout).targets[0].toSend, 2)
  assert.is((await call('run', 'run-2.db', '--approve', JSON.parse(retried.stdout).digest)).code, 0)

  // A file that may not be written says what it can, and keeps nothing.
  const path = join(folder, 'run.db')
  chmodSync(path, 0o400)
  const before = readFileSync(path)
  const quiet = await call('verify', 'run.db', '--again', '--control', here)
  assert.is(quiet.code, 0, quiet.stderr)
  assert.match(quiet.stderr, 'nothing was recorded')
  assert.match(quiet.stdout, '0 of 30: all were read, none remains')
  assert.equal(readFileSync(path), before)
  chmodSync(path, 0o600)

  // The last look at a record is the one that counts.
  assert.is((await call('verify', 'run.db', '--again', '--control', here)).code, 0)
  using journal = openJournal(path)
  assert.is(journal.target('max').verifications().length, 3)
  assert.equal(
    [4, 5, 21].map((index) => journal.target('max').lastLooks()(index)?.cameBack),
    [false, false, false],
  )
  const beside = await call('verify', 'run.db', '--again')
  assert.is(beside.code, 2, beside.stderr)
  assert.match(beside.stderr, 'is being run')
})
