import { type Column, tableOf } from '../../../src/cli/terminal/table.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('table')

type Row = readonly [name: string, count: string, effect: string]

const columns: ReadonlyArray<Column<Row>> = [
  ['System', 'left', ([name]) => name],
  ['un\u00adtouched', 'right', ([, count]) => count],
  ['gone is', 'left', ([, , effect]) => effect],
]
const rows: ReadonlyArray<Row> = [
  ['DatoCMS', '10,000', 'unknown'],
  ['Opus', '0', 'marked'],
]

test('words to the left, figures to the right, no space at the ends', () => {
  assert.equal(tableOf(columns, rows), [
    'System   untouched  gone is',
    'DatoCMS     10,000  unknown',
    'Opus             0  marked',
  ])
})

test('where space is scarce: narrower gaps, and headings on two lines', () => {
  const narrow = ['            un-', 'System  touched gone is', 'DatoCMS  10,000 unknown', 'Opus          0 marked']
  assert.equal(tableOf(columns, rows, 26), narrow)
  assert.equal(tableOf(columns, rows, 5), narrow)
  assert.equal(tableOf(columns, rows, 27), tableOf(columns, rows))
})

test('no rows: the headings', () => {
  assert.equal(tableOf(columns, []), ['System  untouched  gone is'])
})
