/** Every provider that comes with the package keeps the contract. One file each in `providers/` says how it is held against it. */
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { type ContractSubject, providerContract } from '../../src/testing.ts'
import { assert, suite } from '../support/suite.ts'

const folder = join(import.meta.dirname, 'providers')
const subjects = await Promise.all(
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts'))
    .map(async (file) => ({ file, subject: await subjectIn(file) })),
)

async function subjectIn(file: string): Promise<ContractSubject> {
  const exported: Readonly<Record<string, unknown>> = await import(join(folder, file))
  const [subject, ...others] = Object.entries(exported).filter(([name]) => name.endsWith('Subject'))
  if (subject === undefined || others.length > 0) throw new Error(`${file} has to export one subject`)
  return subject[1] as ContractSubject
}

for (const { file, subject } of subjects) {
  const test = suite(`contract: ${file.replace('.ts', '')}`, { deadlineMs: 90_000 })
  for (const { name, run } of providerContract(subject)) test(name, run)
}

const all = suite('contract: all')

all('each provider of the package has a subject', () => {
  const providers = readdirSync(join(import.meta.dirname, '..', '..', 'src', 'providers'))
  const withoutSubject = providers.filter(
    (file) => !subjects.some((subject) => subject.file === file) && !file.includes('-place'),
  )
  assert.equal(withoutSubject, [])
})
