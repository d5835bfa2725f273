import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { Command } from 'commander'
import { parse } from 'csv-parse/sync'
import { addReportCommand } from '../../../src/cli/commands/report.ts'
import { startAvePointOpus, startUuidList } from '../../../src/emulators/index.ts'
import { avePointOpus, uuidList } from '../../../src/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { type MadeTarget, makeRun, newFolder } from '../made-run.ts'

const test = suite('report')

const run = async (...words: ReadonlyArray<string>): Promise<void> => {
  const program = new Command('expunge')
  addReportCommand(program)
  await program.parseAsync(['report', ...words], { from: 'user' })
}

const made = async ({ after }: TestContext, more: ReadonlyArray<MadeTarget> = []) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const ids = Array.from({ length: 20 }, () => crypto.randomUUID())
  emulator.seed(ids.slice(0, 18))
  emulator.refuse(ids.slice(0, 1))
  const path = join(folder, 'run.db')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const max: MadeTarget = {
    name: 'max',
    provider,
    ids: [...ids, 'nonsense', ids[0] ?? ''],
    column: 'uuid',
    columns: (id) => ({ name: `=HYPERLINK("${id}")`, note: 'a "b", c\nd' }),
  }
  await makeRun(path, [max, ...more])
  return { folder, path, ids }
}

const totals = { deleted: 17, absent: 2, rejected: 1, untouched: 1, unconfirmed: 0 }

test('JSON: the run, its targets, an outcome for each record', async (context) => {
  const { folder, path, ids } = await made(context)
  const file = join(folder, 'report.json')
  await run(path, '-o', file)
  const { run: head, targets } = JSON.parse(readFileSync(file, 'utf8'))
  assert.is(head.digest, 'abcdef0123456789'.repeat(4))
  assert.is(head.state, 'ended')
  assert.is(head.places[0].target, 'max')
  assert.is(targets[0].name, 'max')
  assert.is(targets[0].provider, 'uuid-list')
  assert.match(targets[0].place.label, 'io_showcase')
  assert.equal(targets[0].totals, totals)
  assert.equal(
    targets[0].outcomes.map((outcome: { id: string }) => outcome.id),
    [...ids, 'nonsense'],
  )
  const [first, second] = targets[0].outcomes
  assert.is(first.status, 'rejected')
  assert.ok(first.reason.message.length > 0)
  assert.match(second.settledAt, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
  assert.is(second.columns.note, 'a "b", c\nd')
})

test('a file is for its owner only, and there is no other', async (context) => {
  const { folder, path } = await made(context)
  await run(path, '-o', join(folder, 'report.ndjson'))
  assert.is(statSync(join(folder, 'report.ndjson')).mode & 0o777, 0o600)
  assert.equal(
    readdirSync(folder).filter((name) => name.includes('unfinished')),
    [],
  )
})

test('CSV: the input columns, then ours; formulas are escaped', async (context) => {
  const { folder, path, ids } = await made(context)
  const file = join(folder, 'report.csv')
  await run(path, '--format', 'csv', '-o', file)
  const text = readFileSync(file, 'utf8')
  const [headings = '', ...rows] = text.split('\r\n')
  assert.is(headings, 'uuid,name,note,outcome,effect,reason_code,reason,evidence,attempts,request_id,settled_at')
  assert.is(rows.at(-1), '', 'every line ends in CRLF')
  const records: ReadonlyArray<Record<string, string>> = parse(text, { columns: true })
  assert.is(records.length, 21)
  assert.is(records[1]?.['uuid'], ids[1])
  assert.is(records[1]?.['name'], `'=HYPERLINK("${ids[1]}")`)
  assert.is(records[1]?.['note'], 'a "b", c\nd')
  assert.is(records[1]?.['outcome'], 'deleted')
  assert.is(records[1]?.['effect'], 'erased')
  assert.is(records[1]?.['evidence'], 'reply')
  assert.ok(Number(records[1]?.['attempts']) >= 1)
  assert.is(records[20]?.['outcome'], 'untouched')
  assert.is(records[20]?.['reason_code'], 'invalid-id')
  assert.is(records[20]?.['settled_at'], '')
})

test('CSV: a line break within a cell ends no row, and hides no formula', async (context) => {
  const { folder, path } = await made(context, [
    {
      name: 'odd',
      provider: uuidList({ baseUrl: 'http://127.0.0.1:1', object: 'io_odd', token: 'x', permanentDelete: true }),
      ids: ['one\ntwo', 'one\rtwo', '\n=1+1', ' =1+1'],
      columns: () => ({ note: 'a\n=1+1' }),
      onlyPlanned: true,
    },
  ])
  await run(path, '--split', folder)
  const records: ReadonlyArray<Record<string, string>> = parse(readFileSync(join(folder, 'odd.csv'), 'utf8'), {
    columns: true,
  })
  assert.equal(
    records.map(({ id }) => id),
    ['one\ntwo', 'one\rtwo', "'\n'=1+1", ' =1+1'],
  )
  assert.ok(records.every(({ note }) => note === "a\n'=1+1"))
})

test('--status leaves the others out, in every format', async (context) => {
  const { folder, path, ids } = await made(context)
  const file = (name: string) => join(folder, name)
  await run(path, '--status', 'rejected,untouched', '-o', file('a.ndjson'))
  const lines = readFileSync(file('a.ndjson'), 'utf8').trimEnd().split('\n')
  assert.equal(
    lines.map((line) => JSON.parse(line)).map(({ target, id, status }) => [target, id, status]),
    [
      ['max', ids[0], 'rejected'],
      ['max', 'nonsense', 'untouched'],
    ],
  )
  await run(path, '--status', 'absent', '-o', file('a.csv'))
  assert.is(parse(readFileSync(file('a.csv'), 'utf8')).length, 3)
  await run(path, '--status', 'unconfirmed', '-o', file('a.json'))
  const { targets } = JSON.parse(readFileSync(file('a.json'), 'utf8'))
  assert.equal([targets[0].outcomes, targets[0].totals], [[], totals])
})

test('what was not come to has an outcome, too', async (context) => {
  const opus = await startAvePointOpus()
  context.after(opus.close)
  const { folder, path } = await made(context, [
    { name: 'opus: records', provider: avePointOpus(opus.options), ids: ['=1+1', '-b'], onlyPlanned: true },
  ])
  await run(path, '--split', join(folder, 'all'))
  assert.equal(readdirSync(join(folder, 'all')).sort(), ['max.csv', 'opus__records.csv'])
  const records: ReadonlyArray<Record<string, string>> = parse(
    readFileSync(join(folder, 'all', 'opus__records.csv'), 'utf8'),
    { columns: true },
  )
  assert.equal(
    records.map(({ id, outcome, reason_code }) => [id, outcome, reason_code]),
    [
      ["'=1+1", 'untouched', 'aborted'],
      ["'-b", 'untouched', 'aborted'],
    ],
  )
  await run(path, '-o', join(folder, 'both.csv'))
  const both: ReadonlyArray<Record<string, string>> = parse(readFileSync(join(folder, 'both.csv'), 'utf8'), {
    columns: true,
  })
  assert.equal(Object.keys(both[0] ?? {}).slice(0, 5), ['target', 'uuid', 'name', 'note', 'id'])
  assert.is(both.length, 23)
})
