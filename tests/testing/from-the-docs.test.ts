import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { providerContract } from 'expunge/testing'
import { assert, suite } from '../support/suite.ts'
import { kilnSubject } from './from-the-docs/kiln-subject.ts'

/**
 * An adapter for a system that does not exist, written from docs/write-a-provider.md and nothing else, with the imports that
 * a stranger has. What it had to look up elsewhere was added to that page.
 */
const test = suite('contract: from the docs', { deadlineMs: 90_000 })

test('it imports what is published, and is under 60 lines', () => {
  const text = readFileSync(join(import.meta.dirname, 'from-the-docs', 'kiln.ts'), 'utf8')
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  assert.ok(lines.length < 60, `${lines.length} lines`)
  const imported = [...text.matchAll(/from '([^']+)'/g)].map(([, name]) => name)
  assert.equal(imported, ['expunge/http-provider', 'io-ts'])
})

const cases = providerContract(kilnSubject)

const applied: string[] = []

for (const { name, run } of cases)
  test(name, async () => {
    const { result } = await run()
    if (result === 'passed') applied.push(name)
  })

test('the cases of every kind apply: batches, jobs, reading, tokens, lost answers, what is busy', () => {
  const names = applied.join('\n')
  const kinds = [/limits hold/, /job that never ends/, /lists what exists/, /401 renews/, /answer is lost/]
  for (const words of [...kinds, /list is cut short/, /busy goes again/]) assert.match(names, words)
})
