import { randomUUID } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Emulator, startUuidList } from '../../src/emulators/index.ts'
import { assert, type TestContext } from '../support/suite.ts'
import { expunge, folderOf } from './command.ts'

/** An emulated system with records, a folder with their ids, and a configuration that deletes them. */
export interface Playground {
  readonly emulator: Emulator
  readonly ids: ReadonlyArray<string>
  readonly folder: string
  /** The target, to be varied. */
  readonly target: Readonly<Record<string, unknown>>
  readonly env: Readonly<Record<string, string>>
}

/** A system that deletes in transactions; its token comes from the environment. */
export const uuidPlayground = async (
  context: Pick<TestContext, 'after'>,
  count = 20,
  options: Parameters<typeof startUuidList>[0] = {},
): Promise<Playground> => {
  const emulator = await startUuidList(options)
  context.after(() => emulator.close())
  const ids = Array.from({ length: count }, () => randomUUID())
  emulator.seed(ids)
  const { token, ...others } = emulator.options as { readonly token: string }
  const target = {
    name: 'max',
    provider: 'uuid-list',
    ids: 'ids.txt',
    options: { ...others, token: { env: 'MAX_TOKEN' }, permanentDelete: true },
  }
  const folder = folderOf(context, { 'ids.txt': ids.join('\n'), 'cleanup.json': configOf(target) })
  return { emulator, ids, folder, target, env: { MAX_TOKEN: token } }
}

export const configOf = (target: object, others: object = {}): string =>
  JSON.stringify({ targets: [target], ...others })

/** Plans, and answers with the digest. */
export const planned = async ({ folder, env }: Playground, target: object, others: object = {}): Promise<string> => {
  writeFileSync(join(folder, 'cleanup.json'), configOf(target, others))
  const { code, stdout, stderr } = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  assert.is(code, 0, stderr)
  return JSON.parse(stdout).digest
}

export const deletions = ({ emulator }: Playground): number =>
  emulator.calls.filter(({ method }) => method === 'DELETE').length
