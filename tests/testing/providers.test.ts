/** Every provider that comes with the package keeps the contract. One file each in `providers/` says how it is held against it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ContractSubject, providerContract } from '../../src/testing.ts'
import { assert, suite } from '../support/suite.ts'

interface Held {
  readonly file: string
  readonly name: string
  readonly subject: ContractSubject
}

const folder = join(import.meta.dirname, 'providers')

/** What a file exports as `…Subject`: one, or several where a backend can be set up in several ways. */
const subjectsIn = async (file: string): Promise<ReadonlyArray<Held>> => {
  const exported: Readonly<Record<string, unknown>> = await import(join(folder, file))
  return Object.entries(exported)
    .filter(([name]) => name.endsWith('Subject'))
    .map(([name, subject]) => ({ file, name: name.replace('Subject', ''), subject: subject as ContractSubject }))
}

const held = (await Promise.all(readdirSync(folder).map(subjectsIn))).flat()

for (const { name: subjectName, subject } of held) {
  const test = suite(`contract: ${subjectName}`, { deadlineMs: 90_000 })
  for (const { name, run } of providerContract(subject)) test(name, run)
}

const all = suite('contract: all')

all('each provider of the package has a subject', () => {
  const providers = readdirSync(join(import.meta.dirname, '..', '..', 'src', 'providers'))
  const files = providers.map((name) => `${name.replace(/\.ts$/, '')}.ts`)
  const withoutSubject = files.filter((file) => !held.some((one) => one.file === file))
  assert.equal(withoutSubject, [])
})
