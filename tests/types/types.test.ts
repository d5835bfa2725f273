import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../support/suite.ts'

const project = join(import.meta.dirname, '..', '..')

/** What the compiler says about the files of this folder; what it says about the sources is `npm run typecheck`'s business. */
const complaints = (folder: string): Promise<ReadonlyArray<string>> =>
  new Promise((resolve) => {
    const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
    execFile(process.execPath, [tsc, '--pretty', 'false', '-p', folder], { cwd: project }, (_, stdout, stderr) => {
      resolve(`${stdout}${stderr}`.split('\n').filter((line) => line !== '' && !line.startsWith('src/')))
    })
  })

const test = suite('types', { deadlineMs: 30_000 })

test('the compiler stops every misuse', async () => {
  assert.equal(await complaints(join('tests', 'types')), [])
})

test('a misuse that compiles is found out', async ({ after }) => {
  const folder = join('.tmp', `types-${process.pid}`)
  mkdirSync(join(project, folder), { recursive: true })
  after(() => rmSync(join(project, folder), { recursive: true, force: true }))
  writeFileSync(
    join(project, folder, 'tsconfig.json'),
    '{ "extends": "../../tests/types/tsconfig.json", "include": ["*.ts"] }',
  )
  writeFileSync(join(project, folder, 'fine.ts'), '// @ts-expect-error\nexport const fine: string = "1"\n')
  const [complaint, ...more] = await complaints(folder)
  assert.match(complaint ?? '', /fine\.ts\(1,1\): error TS2578: Unused '@ts-expect-error' directive/)
  assert.equal(more, [])
})
