import { gzipSync } from 'node:zlib'
import { readCsv } from '../../../src/cli/ids/csv.ts'
import type { IdEntry } from '../../../src/cli/ids/entry.ts'
import { type IdSource, readIds } from '../../../src/cli/ids/ids.ts'
import { valuesIn } from '../../../src/cli/ids/json-text.ts'
import { readTxt } from '../../../src/cli/ids/lines.ts'
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

test('a list: the byte order mark and line ends go, a lone CR is one, and nothing else is trimmed', async (context) => {
  const text = '\ufeff a \r\nb\t\n\nü\r\r\nc\rlast'
  const folder = folderOf(context, { 'ids.txt': text, 'ids.txt.gz': gzipSync(text), packed: gzipSync(text) })
  const expected = [' a ', 'b\t', 'ü', 'c', 'last'].map((id) => ({ id }))
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

const refused: ReadonlyArray<readonly [file: string, text: string, ...says: ReadonlyArray<string>]> = [
  ['ids.json', '["a", 2.50]', 'ids.json:1: the id of entry 2 is the number 2.50, with a fraction'],
  ['ids.json', '[7.0]', 'the number 7.0, with a fraction'],
  ['ids.json', '[12E0]', 'the number 12E0, with an exponent'],
  ['ids.json', '["a",\n 9007199254740992]', 'ids.json:2: the id of entry 2', 'which is 2^53 or larger'],
  ['ids.json', '[123456789012345678901]', '123456789012345678901', 'which is 2^53 or larger'],
  ['ids.json', '[-0]', 'the number -0'],
  ['ids.ndjson', '1\n2\n3e2\n', 'ids.ndjson:3: the id of it is the number 3e2, with an exponent'],
  ['ids.json', '["a", null]', 'the id of entry 2 is null, not a text'],
  ['ids.json', '[true]', 'the id of entry 1 is a boolean, not a text'],
  ['ids.json', '[["a"]]', 'the id of entry 1 is a list, not a text'],
  ['ids.json', '[{"id": "a"}]', 'entry 1 is an object: say by "column" which of id is the id'],
  ['ids.json', '{"ids": []}', 'this is not a JSON list of ids: it has to begin with ['],
  ['ids.json', '', 'this is not a JSON list of ids'],
  ['ids.json', '["a",\n"b"', 'this is not a JSON list of ids: it breaks off in line 2, after 1 entries'],
  ['ids.json', '["a",]', 'this is not a JSON list of ids: a value is missing in line 1'],
  ['ids.json', '[,"a"]', 'a value is missing'],
  ['ids.json', '["a"]\r\n["b"]', 'something follows its end in line 2'],
  ['ids.json', '["a",\r\rnull,\nnul]', 'ids.json:3: the id of entry 2 is null'],
  ['ids.json', '["a", "b\nc"]', 'ids.json:1: this is not a JSON list of ids: entry 2 is not JSON'],
]

test('what is no id is refused with the true reason, never turned into one', async (context) => {
  for (const [file, text, ...says] of refused) {
    const folder = folderOf(context, { [file]: text })
    const error = await rejection(all({ ids: file }, folder))
    for (const words of says) assert.ok(String(error).includes(words), `${words} not in ${error}`)
  }
})

test('JSON: a number keeps its digits, beside an id as well', async (context) => {
  const folder = folderOf(context, {
    'ids.json': '[9007199254740991, -12, 0]',
    'more.ndjson': '{"n": 12345678901234567890, "k" : 77, "o": {"k": ["}", "\\""]}}',
  })
  assert.equal(
    (await all({ ids: 'ids.json' }, folder)).map(({ id }) => id),
    ['9007199254740991', '-12', '0'],
  )
  assert.equal(await all({ ids: 'more.ndjson', column: 'k' }, folder), [
    { id: '77', columns: { n: '12345678901234567890', o: '{"k":["}","\\""]}' } },
  ])
})

test('JSON: a member that stands twice is refused, in lines and in a list, however it is spelt', async (context) => {
  const folder = folderOf(context, {
    'a.ndjson': '{"key": "1"}\n{"key": "2", "x": 1, "key": "3"}\n',
    'b.json': '[{"key": "2", "x": {"x": 1}},\n {"x": 1, "key": "2", "\\u0078": 2}]',
  })
  assert.match(
    String(await rejection(all({ ids: 'a.ndjson', column: 'key' }, folder))),
    'a.ndjson:2: "key" stands twice',
  )
  assert.match(String(await rejection(all({ ids: 'b.json', column: 'key' }, folder))), 'b.json:2: "x" stands twice')
})

test('JSON: a member that is not there is told with the nearest one', async (context) => {
  const folder = folderOf(context, { 'ids.ndjson': '{"uuids": "1", "name": "x"}' })
  const near = await rejection(all({ ids: 'ids.ndjson', column: 'uuid' }, folder))
  assert.match(String(near), 'ids.ndjson:1: it has no "uuid": is it "uuids"?')
  const far = await rejection(all({ ids: 'ids.ndjson', column: 'record' }, folder))
  assert.match(String(far), 'it has no "record": it has uuids, name')
})

test('a JSON list is read the same however it is cut into pieces', async () => {
  const text = '[ "a\\"],[" ,\r\n {"k":"}\\\\","l":[1,{"m":"]"}]},\r\r12\n]\n'
  const whole = ['"a\\"],["', '{"k":"}\\\\","l":[1,{"m":"]"}]}', '12']
  for (let size = 1; size < text.length; size++) {
    const values: Array<readonly [string, number]> = []
    for await (const some of valuesIn(piecesOf(text, size))) {
      for (const { text, line } of some) values.push([text.trim(), line])
    }
    assert.equal(
      values,
      [whole[0], whole[1], whole[2]].map((value, index) => [value, [1, 2, 4][index]]),
      `${size}`,
    )
  }
})

test('a table and a list with lone CRs are read in rows, however they are cut into pieces', async () => {
  for (const end of ['\r', '\n', '\r\n']) {
    const table = ['uuid,note', '1,"x', 'y"', ',', '', '2,z', ''].join(end)
    for (let size = 1; size < table.length; size++) {
      const rows: IdEntry[] = []
      let empty = 0
      const read = readCsv(piecesOf(table, size), 'uuid', () => void empty++)
      for await (const some of read) rows.push(...some)
      const plain = rows.map(({ id, columns, line }) => [id, columns?.['note'], line])
      assert.equal(
        plain,
        [
          ['1', `x${end}y`, 2],
          ['2', 'z', 6],
        ],
        JSON.stringify([end, size]),
      )
      assert.is(empty, 1)
    }
    const list = ['a', '', 'b', 'c'].join(end)
    for (let size = 1; size < list.length; size++) {
      const lines: IdEntry[] = []
      for await (const some of readTxt(piecesOf(list, size))) lines.push(...some)
      assert.equal(
        lines,
        [
          { id: 'a', line: 1 },
          { id: 'b', line: 3 },
          { id: 'c', line: 4 },
        ],
        JSON.stringify([end, size]),
      )
    }
  }
})

const headers: ReadonlyArray<readonly [text: string, ...says: ReadonlyArray<string>]> = [
  ['"record\nid",name\n1,2', 'ids.csv:1: the header has a column with a line break or a NUL', '"record\\nid"'],
  ['"a\rb",uuid\r1,2', '"a\\rb"'],
  ['uuid,na\0me\n1,2', 'a NUL in its name: "na\\u0000me"'],
  ['uuid,uuid \n1,2', 'the columns "uuid" and "uuid " differ in blanks alone'],
  ['uuid,first name,first\u00a0name\n1,2,3', '"first name" and "first\\u00a0name" differ in blanks alone'],
  ['uuid ,name\n1,2', 'there is no column "uuid": is it "uuid "?'],
  ['uid,name\n1,2', 'there is no column "uuid": is it "uid"? There are uid, name'],
  ['uuid;name\n1;2', 'semicolons (";") seem to separate'],
  ['name\tuuid\n1\t2', 'tabs ("\\t") seem to separate'],
  ['a,b;uuid;c\n1,2;3;4', 'semicolons (";") seem to separate'],
  ['\ufeff\ufeff\ufeffuuid\n1', 'there is no column "uuid"', '\\ufeff'],
]

test('a header that leaves a doubt is refused, and says what is probably meant', async (context) => {
  for (const [text, ...says] of headers) {
    const folder = folderOf(context, { 'ids.csv': text })
    const error = await rejection(all({ ids: 'ids.csv', column: 'uuid' }, folder))
    for (const words of says) assert.ok(String(error).includes(words), `${words} not in ${error}`)
  }
})

test('what is too long ends in an error that names the line, and is not read to its end', async (context) => {
  const endless = 'x'.repeat(2_000_000)
  const files: ReadonlyArray<readonly [file: string, text: string, place: string]> = [
    ['ids.txt', `a\r\n\r\n${endless}\nb`, 'ids.txt:3: this line is longer than 65,536'],
    ['ids.ndjson', `{"k":"1"}\n{"k":"${endless}"}`, 'ids.ndjson:2: this line is longer than'],
    ['ids.json', `["a",\n\n"${endless}"]`, 'ids.json:3: a value is longer than'],
    ['ids.csv', `k,l\n1,2\n3,"${endless}\n`, 'ids.csv:3: this row is longer than'],
    ['wide.csv', `k,l\n1,2\n3,4\n5,${endless}\n`, 'wide.csv:4: this row is longer than'],
  ]
  for (const [file, text, place] of files) {
    const folder = folderOf(context, { [file]: text })
    assert.match(String(await rejection(all({ ids: file, column: 'k' }, folder))), place)
  }
})

test('the pieces of a long line are looked at once each', async () => {
  let pieces = 0
  async function* endless(): AsyncGenerator<string> {
    for (;;) {
      pieces++
      yield 'x'.repeat(1_000)
    }
  }
  const refusal = await rejection(
    (async () => {
      for await (const _ of readTxt(endless())) assert.unreachable('it never ends')
    })(),
  )
  assert.match(String(refusal), 'longer than 65,536')
  assert.is(pieces, 66)
})

async function* piecesOf(text: string, size: number): AsyncGenerator<string> {
  for (let from = 0; from < text.length; from += size) yield text.slice(from, from + size)
}
