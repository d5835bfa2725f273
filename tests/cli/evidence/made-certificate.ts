import { generateKeyPairSync } from 'node:crypto'
import { join } from 'node:path'
import { certify } from '../../../src/cli/evidence/certify.ts'
import { startUuidList } from '../../../src/emulators/index.ts'
import { type SigningKey, signingKeyOf } from '../../../src/evidence/signing/keys.ts'
import { uuidList } from '../../../src/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import type { TestContext } from '../../support/suite.ts'
import { makeRun, newFolder } from '../made-run.ts'

export const newKey = (kind: 'ed25519' | 'p256' = 'ed25519'): { readonly key: SigningKey; readonly pem: string } => {
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  const key = signingKeyOf(pem)
  if (typeof key === 'string') throw new Error(key)
  return { key, pem }
}

export const issuer = { organisation: 'Records Office', system: 'Archive', origin: 'example.com/records' }

/** A run whose ids and columns can be searched for, by an emulator that may refuse some. */
export const plantedRun = async ({ after }: Pick<TestContext, 'after'>, records = 40) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startUuidList({ rate: 'none' })
  after(emulator.close)
  const ids = Array.from(
    { length: records },
    (_, index) => `c0ffee00-0000-4000-8000-${String(index).padStart(12, '0')}`,
  )
  emulator.seed(ids.slice(0, -2))
  const path = join(folder, 'run.db')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  const configured = { ...emulator.options, permanentDelete: true, token: { env: 'EXPUNGE_TEST_TOKEN' } }
  const columns = (id: string) => ({ owner: `planted-owner-${id.slice(-3)}@example.com` })
  await makeRun(path, [
    { name: 'max', provider, ids: [...ids, 'no uuid planted-bad'], configured, columns, column: 'uuid' },
  ])
  return { folder, path, ids, emulator }
}

export const certified = async (
  path: string,
  folder: string,
  keys: { readonly key: SigningKey; readonly logKey?: SigningKey },
) => {
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const { key, logKey = key } = keys
    return await certify(journal, folder, {
      issuer,
      key,
      logKey,
      withExceptions: false,
      now: new Date(1_790_000_000_000),
    })
  } finally {
    journal.close()
  }
}
