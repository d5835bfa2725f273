import { join } from 'node:path'
import { examplesIn, openWorkshop } from './examples.ts'
import { assert, suite } from './suite.ts'

const fence = '```'
const good = `# Title

${fence}sh
npm test
${fence}

<!-- example: loopback { url } -->

${fence}ts
const greeting: string = await (await fetch(url)).text()
if (greeting !== 'hello') throw new Error(greeting)
${fence}

1. In a list

   ${fence}ts no-run
   if (true) {
     await new Promise(() => {})
   }
   ${fence}
`
const bad = `
${fence}ts
const wrong: string =
  5
${fence}

${fence}ts

const late = (): void => {
  throw new Error('too late')
}
late()
${fence}
`
const setups = join(import.meta.dirname, 'fixtures', 'examples')

const test = suite('examples', { deadlineMs: 30_000 })

test('finds every ts block, its place, its setup and whether it runs', () => {
  assert.equal(examplesIn('docs/a.md', good), [
    {
      document: 'docs/a.md',
      line: 9,
      code: "const greeting: string = await (await fetch(url)).text()\nif (greeting !== 'hello') throw new Error(greeting)",
      runs: true,
      setup: { name: 'loopback', names: '{ url }' },
    },
    { document: 'docs/a.md', line: 16, code: 'if (true) {\n  await new Promise(() => {})\n}', runs: false },
  ])
})

test('a block that would be skipped by mistake is an error', () => {
  const says = (markdown: string, words: RegExp) => assert.throws(() => examplesIn('a.md', markdown), words)
  says(`${fence}ts norun\n${fence}`, /a\.md:1: what does "norun" mean/)
  says(`${fence}typescript\n${fence}`, /write ```ts/)
  says(`${fence}js\n${fence}`, /write ```ts/)
  says(`\n${fence}ts\n`, /a\.md:2: the code block is never closed/)
  says('<!-- example: a b -->', /names a setup/)
  says(`<!-- example: a -->\n${fence}sh\n${fence}`, /a block that is no ts/)
  says(`<!-- example: a -->\ntext\n${fence}ts\n${fence}`, /right before a block/)
})

test('good blocks compile and run, with their setup closed behind them', async ({ after }) => {
  const examples = examplesIn('a.md', good)
  const workshop = openWorkshop(examples, setups)
  after(workshop.close)
  const [types, run] = await Promise.all([
    workshop.typeErrors(),
    examples[0] ? workshop.run(examples[0]) : 'no example was found',
  ])
  assert.equal([types, run], ['', ''])
})

test('a bad block is told by its place in the document', async ({ after }) => {
  const examples = examplesIn('a.md', bad)
  const workshop = openWorkshop(examples, setups)
  after(workshop.close)
  const [types, run] = await Promise.all([
    workshop.typeErrors(),
    examples[1] ? workshop.run(examples[1]) : 'no example was found',
  ])
  assert.match(types, 'a.md:3:7: error TS2322')
  assert.match(run, /too late[\s\S]*a\.md:10:9/)
})

const inParts = `
<!-- file: half.ts -->
${fence}ts
export const half = (n: number): number => n / 2
${fence}

<!-- file: half.test.ts -->
${fence}ts
import { half } from './half.ts'

if (half(4) !== 2) throw new Error('wrong')
throw new Error('it has run')
${fence}
`

test('a program that is told in parts is put together, and its test is run', async ({ after }) => {
  const examples = examplesIn('a.md', inParts)
  assert.equal(
    examples.map(({ file, runs }) => [file, runs]),
    [
      ['half.ts', false],
      ['half.test.ts', true],
    ],
  )
  const workshop = openWorkshop(examples, setups)
  after(workshop.close)
  assert.is(await workshop.typeErrors(), '')
  assert.match(examples[1] ? await workshop.run(examples[1]) : '', /it has run[\s\S]*a\.md:12:7/)
  assert.throws(() => openWorkshop([...examples, ...examples], setups), /there is a half\.ts already/)
  assert.throws(() => examplesIn('a.md', `<!-- file: a.ts -->\n${fence}sh\n${fence}`), /a block that is no ts/)
})
