import { documents, openWorkshop, readExamples } from './support/examples.ts'
import { assert, suite } from './support/suite.ts'

const examples = documents().flatMap(readExamples)
const workshop = openWorkshop(examples)

const test = suite('documents', { deadlineMs: 60_000 })
test.after(workshop.close)

test('README has examples', () => {
  assert.ok(examples.some(({ document }) => document === 'README.md'))
})

test('every example compiles', async () => {
  assert.is(await workshop.typeErrors(), '')
})

for (const example of examples.filter(({ runs }) => runs)) {
  test(`the example at ${example.document}:${example.line} runs`, async () => {
    assert.is(await workshop.run(example), '')
  })
}
