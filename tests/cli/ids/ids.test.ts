import { gzipSync } from 'node:zlib'
import type { IdEntry } from '../../../src/cli/ids/entry.ts'
import { type IdSource, readIds } from '../../../src/cli/ids/ids.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { folderOf } from '../command.ts'

const test = suite('cli: ids')

const all = async (source: IdSource, folder: string): Promise<ReadonlyArray<IdEntry>> => {
  const entries: IdEntry[] = []
  for await (const { id, columns } of readIds(source, folder)) {
    entries.push(columns === undefined ? { id } : { id, columns: { ...columns } })
  }
  return entries
}

test('a list: the byte order mark and CR go, nothing else is trimmed', async (context) => {
  const text = '\ufeff a \r\nb\t\n\nü\r\r\nlast'
  const folder = folderOf(context, { 'ids.txt': text, 'ids.txt.gz': gzipSync(text), packed: gzipSync(text) })
  const expected = [' a ', 'b\t', 'ü\r', 'last'].map((id) => ({ id }))
  assert.equal(await all({ ids: 'ids.txt' }, folder), expected)
  assert.equal(await all({ ids: 'ids.txt.gz' }, folder), expected)
  assert.equal(await all({ ids: 'packed', format: 'txt' }, folder), expected)
})

test('a table: quotes, commas and line breaks within fields; what stands beside the id is kept', async (context) => {
  const text = '\ufeffname,uuid,note\r\n"A, ""B""", 1 ,"x\r\ny"\r\n,2,\r\n'
  const folder = folderOf(context, { 'ids.csv': text, 'one.csv': 'uuid\n1\n2' })
  assert.equal(await all({ ids: 'ids.csv', column: 'uuid' }, folder), [
    { id: ' 1 ', columns: { name: 'A, "B"', note: 'x\r\ny' } },
    { id: '2', columns: { name: '', note: '' } },
  ])
  assert.equal(await all({ ids: 'one.csv', column: 'uuid' }, folder), [{ id: '1' }, { id: '2' }])
})

test('a table: of columns with one name all are kept', async (context) => {
  const folder = folderOf(context, { 'ids.csv': 'id,name,name_2,name\n1,a,b,c\n', 'two.csv': 'id,id\n1,2\n' })
  const [entry] = await all({ ids: 'ids.csv', column: 'id' }, folder)
  assert.equal(entry, { id: '1', columns: { name: 'a', name_2: 'b', name_3: 'c' } })
  const refusal = await rejection(all({ ids: 'two.csv', column: 'id' }, folder))
  assert.match(String(refusal), 'two columns are called "id"')
})

test('JSON, in lines or in a list: texts, whole numbers, and members of objects', async (context) => {
  const values = ['a', 42, { key: 'b', name: 'B', size: 3, tags: ['x'] }]
  const folder = folderOf(context, {
    'ids.ndjson': values.map((value) => `${JSON.stringify(value)}\r\n`).join(''),
    'ids.json': JSON.stringify(values, undefined, 1),
    'ids.json.gz': gzipSync(JSON.stringify(values)),
  })
  const expected = [{ id: 'a' }, { id: '42' }, { id: 'b', columns: { name: 'B', size: '3', tags: '["x"]' } }]
  for (const ids of ['ids.ndjson', 'ids.json', 'ids.json.gz']) {
    assert.equal(await all({ ids, column: 'key' }, folder), expected, ids)
  }
})

const refused: ReadonlyArray<readonly [text: string, says: string]> = [
  ['[1.5]', 'the id of entry 1 is a number, not a text'],
  ['[9007199254740993]', 'the id of entry 1 is a number, not a text'],
  ['["a", null]', 'the id of entry 2 is null, not a text'],
  ['[{"id": "a"}]', 'entry 1 is an object: say by "column" which of id is the id'],
  ['{"ids": []}', 'this is not a JSON list of ids'],
  ['', 'this is not a JSON list of ids'],
]

test('what is no id is refused, never turned into one', async (context) => {
  for (const [text, says] of refused) {
    const folder = folderOf(context, { 'ids.json': text })
    try {
      await all({ ids: 'ids.json' }, folder)
      assert.unreachable(text)
    } catch (error) {
      assert.match((error as Error).message, says)
    }
  }
})
