import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { expunge, onTerminal } from '../command.ts'
import { configOf, type Playground, uuidPlayground } from '../systems.ts'

const test = suite('cli: what goes into a plan', { deadlineMs: 240_000 })

/** Plans a target whose files are these, into a journal of its own. */
const plan = async (
  { folder, env, target }: Playground,
  name: string,
  files: Readonly<Record<string, string>>,
  others: object,
  ...words: ReadonlyArray<string>
) => {
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text)
  writeFileSync(join(folder, `${name}.json`), configOf({ ...target, ...others }))
  const ended = await expunge(folder, ['plan', `${name}.json`, '-o', `${name}.db`, ...words], { env })
  return { ...ended, written: existsSync(join(folder, `${name}.db`)) }
}

test('nothing to do is no success: 6, with the reason, the first bad entries and no journal', async (context) => {
  const playground = await uuidPlayground(context, 3)
  const { folder, env, ids } = playground
  const [first = '', second = ''] = ids
  const cases: ReadonlyArray<
    readonly [name: string, files: Record<string, string>, others: object, ...says: string[]]
  > = [
    ['empty', { 'a.txt': '\n\r\n' }, { ids: 'a.txt' }, 'target "max": there is no id in a.txt'],
    [
      'rows',
      { 'b.csv': 'uuid,name\r,\r"",""\r' },
      { ids: 'b.csv', column: 'uuid' },
      'there is no id in b.csv besides 2 rows of separators alone',
    ],
    [
      'wrong',
      { 'c.csv': `uuid,name\n${first},Ada\n,\n${second},"Be\nth"\nx,Cy\ny,Di\n` },
      { ids: 'c.csv', column: 'name' },
      '4 of 4 records in c.csv have no id that the system takes: "Ada" (c.csv:2), "Be\\nth" (c.csv:4), "Cy" (c.csv:6)\n',
    ],
    [
      'protected',
      { 'd.json': JSON.stringify([first, 'nonsense', second], undefined, 1), 'd.txt': `${second}\n${first}` },
      { ids: 'd.json', protect: 'd.txt' },
      '2 of 3 records in d.json are protected by d.txt, and 1 of 3 records',
      '"nonsense" (d.json:3)',
    ],
    [
      'same',
      {
        'e.csv': `batch,uuid\n${ids
          .map((id) => `${first},${id}\n`)
          .join('')
          .repeat(4)}`,
      },
      { ids: 'e.csv', column: 'batch' },
      `e.csv is one id over and over, 12 times: "${first}" (e.csv:2), "${first}" (e.csv:3), "${first}" (e.csv:4)`,
    ],
  ]
  for (const [name, files, others, ...says] of cases) {
    const { code, stderr, stdout, written } = await plan(playground, name, files, others)
    assert.equal([code, stdout, written], [6, '', false], name + stderr)
    for (const words of [...says, 'no plan was written; --allow-empty']) {
      assert.ok(stderr.includes(words), `${name}: ${words} not in ${stderr}`)
    }
  }
  const allowed = await plan(playground, 'allowed', { 'a.txt': '' }, { ids: 'a.txt' }, '--allow-empty')
  assert.equal([allowed.code, allowed.written], [0, true], allowed.stderr)
  const run = await onTerminal(folder, ['run', 'wrong.json', '-o', 'wrong.db'], [], env)
  assert.is(run.code, 6, run.stdout)
  assert.match(run.stdout, 'there is nothing to be deleted')
  assert.not.ok(existsSync(join(folder, 'wrong.db')))
})

test('nine lines of one id are a list like any other', async (context) => {
  const playground = await uuidPlayground(context, 1)
  const text = `${playground.ids[0]}\n`.repeat(9)
  const { code, stdout } = await plan(playground, 'nine', { 'nine.txt': text }, { ids: 'nine.txt' })
  assert.is(code, 0)
  assert.match(stdout, '1 to be deleted of 1; 8 duplicates')
})

test('protect: what is not understood stops the plan; what is, is told with its number', async (context) => {
  const playground = await uuidPlayground(context, 12)
  const { ids } = playground
  const [kept = '', other = ''] = ids
  const bad: ReadonlyArray<readonly [name: string, file: string, text: string, says: string]> = [
    ['header', 'h.txt', `uuid;Name\n${kept};A`, 'h.txt:1: "uuid;Name" is no id that uuid-list takes'],
    ['blank', 'b.txt', `${kept}\n${other} \n`, `b.txt:2: "${other} " is no id`],
    ['quotes', 'q.txt', `${kept}\r"${other}"`, `q.txt:2: ""${other}"" is no id`],
    ['bom', 'm.txt', `\ufeff\ufeff${kept}\n`, `m.txt:1: "\\ufeff${kept}" is no id`],
    ['braces', 'r.csv', `note,uuid\nx,{${kept}}\n`, `r.csv:2: "{${kept}}" is no id`],
    ['none', 'n.txt', '\n\n', 'n.txt: there is no id in it'],
    ['header alone', 'o.csv', 'note,uuid\n', 'o.csv: there is no id in it'],
  ]
  for (const [name, file, text, says] of bad) {
    const column = file.endsWith('.csv') ? { column: 'uuid' } : {}
    const { code, stderr, written } = await plan(playground, name, { [file]: text }, { ...column, protect: file })
    assert.equal([code, written], [2, false], name)
    assert.ok(stderr.includes(says), `${name}: ${says} not in ${stderr}`)
  }
  const absent = '11111111-2222-4333-8444-555555555555'
  const some = { 'keep.txt': `${kept.toUpperCase()}\r${absent}\r${other}\r` }
  const good = await plan(playground, 'good', some, { protect: 'keep.txt' })
  assert.is(good.code, 0, good.stderr)
  assert.match(good.stdout, 'protect   keep.txt: 3 entries, 2 of them among the ids')
  assert.not.match(good.stdout, 'warning')
  const stranger = await plan(playground, 'stranger', { 'others.txt': absent }, { protect: 'others.txt' })
  assert.is(stranger.code, 0, stranger.stderr)
  assert.match(stranger.stdout, 'protect   others.txt: 1 entry, none of them among the ids')
  assert.match(stranger.stdout, /^warning: target "max": not one of the 1 entries of others\.txt is among the ids/)
})

test('CR alone ends lines and rows; what was passed over and what looks odd is counted', async (context) => {
  const playground = await uuidPlayground(context, 4)
  const [a = '', b = '', c = '', d = ''] = playground.ids
  const table = ['"name",uuid', `one,${a}`, ',', `two,${b}`, `three,${c} `, `four,\u200b${d}`, ',', ''].join('\r')
  const { code, stdout, stderr } = await plan(
    playground,
    'mac',
    { 'mac.csv': table },
    { ids: 'mac.csv', column: 'uuid' },
  )
  assert.is(code, 0, stderr)
  for (const words of [
    '2 to be deleted of 4; 2 invalid',
    'rows      2 rows of separators alone passed over',
    `blanks    2 ids begin or end with a blank or an invisible character, such as "${c} " (mac.csv:5)`,
  ]) {
    assert.ok(stdout.includes(words), `${words} not in ${stdout}`)
  }
})

test('a secret of the environment loses its line break; a blank one is an error when it is planned', async (context) => {
  const playground = await uuidPlayground(context, 1)
  const { env } = playground
  const lines = { ...playground, env: { MAX_TOKEN: `${env['MAX_TOKEN']}\r\n` } }
  assert.is((await plan(lines, 'line', {}, {})).code, 0)
  for (const [name, blank] of [
    ['space', ' '],
    ['lines', '\n\n'],
    ['marks', '\t\u00a0\ufeff'],
  ] as const) {
    const { code, stderr, written } = await plan({ ...playground, env: { MAX_TOKEN: blank } }, name, {}, {})
    assert.equal([code, written], [2, false], name)
    assert.match(stderr, /targets\[0\]\.options\.token: the environment variable MAX_TOKEN (?:is blank|gave nothing)/)
  }
})
