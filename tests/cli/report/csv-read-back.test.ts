import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { readIds } from '../../../src/cli/ids/ids.ts'
import { asText, openRows, reportColumns } from '../../../src/cli/ids/report-cells.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { uuidList } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { makeRun } from '../made-run.ts'

const test = suite('CSV reports read back')

const strange = [
  '=1+2',
  "'=1+2",
  "''-5",
  '-17',
  '+4',
  '@SUM(A1)',
  'a;=cmd|x',
  'a;"=cmd',
  "b\t'-1",
  'c,=1',
  '\t=9',
  '\r=9',
  'two\n\n-lines',
  "it's",
  'plain',
  ' =space ',
  'say "so"',
  '＝1',
  ';',
  "'",
]

test('a report is read as the ids that went in, and the columns beside them', async ({ after }) => {
  const folder = folderOf({ after })
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  await makeRun(join(folder, 'run.db'), [
    { name: 'x', provider, ids: strange, column: '-key', columns: (id) => ({ note: `${id}${id}` }), onlyPlanned: true },
  ])
  const { code, stderr } = await expunge(folder, ['report', 'run.db', '-o', 'report.csv'])
  assert.is(code, 0, stderr)
  const read: unknown[] = []
  for await (const { id, columns } of readIds({ ids: 'report.csv', column: '-key' }, folder))
    read.push([id, columns?.['note']])
  assert.equal(
    read,
    strange.map((id) => [id, `${id}${id}`]),
  )
})

test('another table is taken as it is', async ({ after }) => {
  const folder = folderOf({ after }, { 'a.csv': "id,outcome\n'=1,x\n'-2,y\n" })
  writeFileSync(join(folder, 'b.csv'), `id,${reportColumns.join(',')}\n'=1${',x'.repeat(reportColumns.length)}\n`)
  const idsOf = async (ids: string) => {
    const found: string[] = []
    for await (const { id } of readIds({ ids, column: 'id' }, folder)) found.push(id)
    return found
  }
  assert.equal(await idsOf('a.csv'), ["'=1", "'-2"])
  assert.equal(await idsOf('b.csv'), ['=1'])
})

test('no cell is a formula, whichever of comma, semicolon and tab separates; and each one can be taken back', () => {
  const text = fc.string({ unit: fc.constantFrom(...'ab\'";,\t\r\n=+-@ ＝') })
  fc.assert(
    fc.property(fc.array(text, { minLength: 1, maxLength: 3 }), (cells) => {
      const rows = openRows()
      rows(reportColumns)
      assert.equal(rows(cells.map(asText)), cells)
      for (const cell of cells.map(asText)) {
        // As a program reads it that knows nothing of the quotes around the cell.
        for (const part of `"${cell.replaceAll('"', '""')}"`.split(/[;\t\r\n]/).slice(1))
          assert.not.match(part, /^["]*[=+\-@＝]/)
        assert.not.match(cell, /^[=+\-@\t\r\n＝]/)
      }
    }),
  )
})

test('the file as it stands keeps its cells together for every separator', async ({ after }) => {
  const folder = folderOf({ after })
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const ids = ['x;y', 'x\ty', 'x,y']
  await makeRun(join(folder, 'run.db'), [{ name: 'x', provider, ids, onlyPlanned: true }])
  const { stdout } = await expunge(folder, ['report', 'run.db', '--format', 'csv'])
  const lines = stdout.split('\r\n').slice(1, 4)
  assert.ok(
    lines.every((line, index) => line.startsWith(`"${ids[index]}",`)),
    stdout,
  )
  for (const delimiter of [';', '\t']) {
    const rows = parse(stdout.replaceAll('",', `"${delimiter}`), { delimiter, relax_column_count: true }) as string[][]
    assert.equal(
      rows.slice(1, 4).map(([id]) => id),
      ids,
    )
  }
})
