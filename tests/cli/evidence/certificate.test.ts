import { execFileSync } from 'node:child_process'
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { checkCertificate } from '../../../src/cli/evidence/check-certificate.ts'
import { checkProof } from '../../../src/cli/evidence/check-proof.ts'
import { prove } from '../../../src/cli/evidence/prove.ts'
import { keyPathOf, readKey } from '../../../src/cli/evidence/pseudonyms.ts'
import { checkpointOf } from '../../../src/evidence/log/checkpoint.ts'
import { vkeyOf } from '../../../src/evidence/log/note.ts'
import { logPolicyOf } from '../../../src/evidence/log/policy.ts'
import { timestampOf } from '../../../src/evidence/time/timestamp.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { mulberry32 } from '../../support/random.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { certified, issuer, newKey, plantedRun } from './made-certificate.ts'
import { startAuthority } from './time-authority.ts'

const test = suite('cli: certificates', { deadlineMs: 120_000 })

const policyFor = (vkey: string) => {
  const policy = logPolicyOf(`log ${vkey}\nquorum none\n`)
  if (typeof policy === 'string') throw new Error(policy)
  return policy
}

test('what a certificate holds, and what it does not', async (context) => {
  const { folder, path, ids } = await plantedRun(context)
  const dir = join(folder, 'certificate')
  const { key } = newKey()
  const stated = await certified(path, dir, { key })
  assert.equal(readdirSync(dir).sort(), [
    'VERIFY.md',
    'certificate.dsse.json',
    'certificate.html',
    'checkpoint',
    'outcomes.ndjson.gz',
  ])
  assert.equal(stated.totals, { deleted: 38, absent: 2, rejected: 0, untouched: 1, unconfirmed: 0 })
  const [target] = stated.targets
  assert.ok(target?.place.key.includes('127.0.0.1'))
  assert.equal([target?.gone, target?.exceptions], [{ erased: 40 }, { 'invalid-id': 1 }])
  const text = gunzipSync(readFileSync(join(dir, 'outcomes.ndjson.gz'))).toString()
  const lines = text.trimEnd().split('\n')
  assert.is(lines.length, 41)
  const pseudonyms = readKey(keyPathOf(path))
  const mine = pseudonyms.of(target?.place.key ?? '', ids[7] ?? '').toString('hex')
  const line = JSON.parse(lines.find((each) => each.includes(mine)) ?? 'null')
  assert.equal(Object.keys(line), ['pseudonym', 'salt', 'outcome', 'effect', 'evidence', 'settledAt'])
  assert.equal([line.outcome, line.effect, line.evidence], ['deleted', 'erased', 'reply'])
  assert.ok(Date.parse(line.settledAt) > 0)
  assert.match(readFileSync(keyPathOf(path), 'utf8'), /^[0-9a-f]{64}\n$/)
  // Nothing personal: no id, no column, in any spelling that a person would search for.
  for (const file of readdirSync(dir)) {
    const bytes = readFileSync(join(dir, file))
    const shown = file.endsWith('.gz') ? gunzipSync(bytes).toString() : bytes.toString()
    const payload = file.endsWith('.json') ? Buffer.from(JSON.parse(shown).payload, 'base64').toString() : ''
    for (const planted of ['c0ffee00', 'planted', 'owner', 'no uuid'])
      assert.not.ok((shown + payload).toLowerCase().includes(planted), `${planted} in ${file}`)
  }
  const page = readFileSync(join(dir, 'certificate.html'), 'utf8')
  assert.ok(page.length < 300_000 && !page.includes('<script'))
  assert.equal((await checkCertificate(dir, { policy: policyFor(stated.log.vkey) })).breaches, [])
})

test('a thousand changes of one file each, all found and named', async (context) => {
  const { folder, path } = await plantedRun(context)
  const dir = join(folder, 'certificate')
  const { key } = newKey()
  const stated = await certified(path, dir, { key })
  const trust = { policy: policyFor(stated.log.vkey) }
  const files = readdirSync(dir).sort()
  const whole = new Map(files.map((file) => [file, readFileSync(join(dir, file))]))
  const random = mulberry32(4_711)
  const below = (most: number): number => Math.floor(random() * most)
  for (let seed = 0; seed < 1_000; seed++) {
    const file = files[below(files.length)] as string
    const bytes = whole.get(file) as Buffer
    const at = below(bytes.length)
    const spoilt = [
      () => Buffer.from(bytes).fill((bytes[at] as number) ^ (1 + below(255)), at, at + 1),
      () => Buffer.concat([bytes.subarray(0, at), Buffer.from([below(256)]), bytes.subarray(at)]),
      () => Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + below(20))]),
      () => bytes.subarray(0, at),
      () => Buffer.concat([bytes, Buffer.from('\n')]),
    ][below(5)]?.() as Buffer
    writeFileSync(join(dir, file), spoilt)
    const { breaches } = await checkCertificate(dir, trust)
    assert.equal(
      breaches.map((each) => each.file),
      [file],
      `change ${seed} of ${file} at ${at}`,
    )
    writeFileSync(join(dir, file), bytes)
  }
  for (const file of files) {
    rmSync(join(dir, file))
    const { breaches } = await checkCertificate(dir, trust)
    assert.equal(
      breaches.map((each) => each.file),
      [file],
      `${file} is missing`,
    )
    writeFileSync(join(dir, file), whole.get(file) as Buffer)
  }
})

test('files of another certificate, and other keys, do not hold', async (context) => {
  const { folder, path } = await plantedRun(context, 4)
  const keys = [newKey().key, newKey().key] as const
  const [one, other, mixed] = ['one', 'other', 'mixed'].map((name) => join(folder, name)) as [string, string, string]
  const stated = await certified(path, one, { key: keys[0] })
  await certified(path, other, { key: keys[0] })
  for (const file of readdirSync(one)) {
    cpSync(one, mixed, { recursive: true })
    copyFileSync(join(other, file), join(mixed, file))
    const { breaches } = await checkCertificate(mixed, {})
    assert.ok(breaches.length > 0, file)
    rmSync(mixed, { recursive: true })
  }
  const stranger = policyFor(vkeyOf(issuer.origin, keys[1]))
  const named = (await checkCertificate(one, { policy: stranger })).breaches.map(({ file }) => file)
  assert.equal(named, ['certificate.dsse.json', 'checkpoint'])
  assert.is(stated.title, 'Certificate of destruction')
})

test('one record is proven, and so is one that was never there', async (context) => {
  const { folder, path, ids } = await plantedRun(context)
  const dir = join(folder, 'certificate')
  const { key } = newKey()
  const stated = await certified(path, dir, { key })
  const policy = policyFor(stated.log.vkey)
  const pseudonyms = readKey(keyPathOf(path))
  const checkpoint = checkpointOf(readFileSync(join(dir, 'checkpoint'), 'utf8'))
  for (const id of [ids[0], ids[17], ids.at(-1), 'no uuid planted-bad'] as const) {
    const { isThere, proofs } = await prove(dir, id ?? '', pseudonyms)
    assert.ok(isThere && proofs.length === 1)
    assert.ok(Buffer.byteLength(proofs[0] ?? '') <= 1_300)
    const checked = checkProof(proofs[0] ?? '', checkpoint, policy)
    assert.ok(checked.holds)
    assert.not.ok(checkProof((proofs[0] ?? '').replace('index ', 'index 1'), checkpoint, policy).holds)
  }
  let both = 0
  for (let number = 0; number < 20; number++) {
    const { isThere, proofs } = await prove(dir, `nobody-${number}`, pseudonyms)
    assert.is(isThere, false)
    both += proofs.length === 2 ? 1 : 0
    const checked = checkProof(proofs.join('\n'), checkpoint, policy)
    assert.ok(checked.holds && (proofs.length === 1 || checked.shows.length === 3))
  }
  assert.ok(both > 10)
  writeFileSync(join(folder, 'other.key'), 'ab'.repeat(32))
  assert.match(String(await rejection(prove(dir, ids[0] ?? '', readKey(join(folder, 'other.key'))))), 'not the key')
})

test('the command: P-256 with a key for the log, and the commands of VERIFY.md', async (context) => {
  const { folder, path, ids } = await plantedRun(context)
  const pem = (name: string, kind: 'ed25519' | 'p256') => {
    const made = newKey(kind)
    writeFileSync(join(folder, name), made.pem)
    writeFileSync(join(folder, `${name}.pub`), made.key.publicKey.export({ type: 'spki', format: 'pem' }))
    return made.key
  }
  pem('p256.pem', 'p256')
  const log = pem('log.pem', 'ed25519')
  writeFileSync(join(folder, 'issuer.json'), JSON.stringify(issuer))
  writeFileSync(join(folder, 'keys'), `log ${vkeyOf(issuer.origin, log)}\nquorum none\n`)
  const certify = ['certify', path, '--issuer', 'issuer.json', '--key', 'p256.pem']
  const alone = await expunge(folder, [...certify, '-o', 'dir'])
  assert.is(alone.code, 2)
  assert.match(alone.stderr, '--log-key')
  const { code, stderr } = await expunge(folder, [...certify, '--log-key', 'log.pem', '-o', 'dir'])
  assert.is(code, 0, stderr)
  assert.is((await expunge(folder, [...certify, '--log-key', 'log.pem', '-o', 'dir'])).code, 2, 'it is there already')
  const check = ['verify-certificate', 'dir', '--keys', 'keys']
  const unsigned = await expunge(folder, check)
  assert.is(unsigned.code, 1)
  assert.match(unsigned.stdout, /^certificate\.dsse\.json: it is signed by none/)
  const proven = await expunge(folder, [
    'prove',
    'dir',
    '--id',
    ids[3] ?? '',
    '--pseudonym-key',
    'run.db.key',
    '-o',
    'proof',
  ])
  assert.is(proven.code, 0, proven.stderr)
  const whole = await expunge(folder, [...check, '--signer', 'p256.pem.pub', '--proof', 'proof'])
  assert.is(whole.code, 0, whole.stdout)
  assert.match(whole.stdout, '"outcome":"deleted"')
  const absent = await expunge(folder, ['prove', 'dir', '--id', 'x', '--pseudonym-key', 'run.db.key'])
  assert.is(absent.code, 1)
  assert.match(absent.stdout, /^c2sp\.org\/tlog-proof@v1\n/)
  writeFileSync(join(folder, 'wrong'), '00'.repeat(32))
  assert.is((await expunge(folder, ['prove', 'dir', '--id', 'x', '--pseudonym-key', 'wrong'])).code, 2)
  // What VERIFY.md says, word for word, in a copy of the folder.
  const commands = [...readFileSync(join(folder, 'dir', 'VERIFY.md'), 'utf8').matchAll(/```sh\n([\s\S]*?)```/g)]
  assert.ok(commands.length >= 5)
  const script = commands.map(([, text]) => text?.replace('jq -r', hasJq() ? 'jq -r' : ': jq -r')).join('\n')
  cpSync(join(folder, 'dir'), join(folder, 'copy'), { recursive: true })
  const told = execFileSync('bash', ['-euo', 'pipefail', '-c', hasJq() ? script : script.replace(/^: jq.*$/m, '')], {
    cwd: join(folder, 'copy'),
    encoding: 'utf8',
  })
  assert.match(told, 'OK 41')
  assert.match(told, /Verified OK|Signature Verified Successfully/)
  mkdirSync(join(folder, 'empty'))
  assert.is((await expunge(folder, ['verify-certificate', 'empty'])).code, 1)
})

const hasJq = (): boolean => {
  try {
    execFileSync('jq', ['--version'])
    return true
  } catch {
    return false
  }
}

test('a token of time by a real authority: it holds, openssl agrees, and no byte of it can be another one', async (context) => {
  const { folder } = await plantedRun(context, 3)
  const authority = await startAuthority(context.after)
  writeFileSync(join(folder, 'key.pem'), newKey().pem)
  writeFileSync(join(folder, 'issuer.json'), JSON.stringify(issuer))
  const certify = ['certify', 'run.db', '--issuer', 'issuer.json', '--key', 'key.pem', '-o', 'dir']
  assert.is((await expunge(folder, [...certify, '--tsa', 'ftp://x'])).code, 2)
  assert.is((await expunge(folder, [...certify, '--tsa', 'http://127.0.0.1:9/'])).code, 5)
  const { code, stderr } = await expunge(folder, [...certify, '--tsa', authority.url])
  assert.is(code, 0, stderr)
  const dir = join(folder, 'dir')
  assert.match((await expunge(folder, ['verify-certificate', 'dir'])).stdout, 'by Test Authority')
  const check = [
    'ts',
    '-verify',
    '-data',
    'certificate.dsse.json',
    '-in',
    'timestamp.tsr',
    '-CAfile',
    join(authority.folder, 'tsa.pem'),
  ]
  assert.match(
    execFileSync('openssl', check, { cwd: dir, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }),
    'Verification: OK',
  )
  const token = readFileSync(join(dir, 'timestamp.tsr'))
  const statement = readFileSync(join(dir, 'certificate.dsse.json'))
  for (let at = 0; at < token.length; at++) {
    const spoilt = Buffer.from(token)
    spoilt[at] = (token[at] as number) ^ (1 << (at % 8))
    assert.type(await timestampOf(spoilt, statement), 'string', `byte ${at}`)
  }
  writeFileSync(join(dir, 'timestamp.tsr'), token.subarray(1))
  assert.match((await expunge(folder, ['verify-certificate', 'dir'])).stdout, /^timestamp\.tsr: /)
})

test('a sealed journal: nothing of the ids, explained by the key alone, and no plan any more', async (context) => {
  const { folder, path, ids } = await plantedRun(context)
  const report = async () => JSON.parse((await expunge(folder, ['report', 'run.db', '--format', 'json'])).stdout)
  const before = await report()
  const early = await expunge(folder, ['seal', 'run.db', '--after', '30d'])
  assert.equal([early.code, readFileSync(path).includes('c0ffee00')], [0, true])
  const journal = openJournal(path, { readOnly: true })
  const chain = journal.target('max').chain()
  journal.close()
  assert.is((await expunge(folder, ['seal', 'run.db'])).code, 0)
  for (const file of readdirSync(folder)) {
    const bytes = readFileSync(join(folder, file))
    for (const planted of ['c0ffee00', 'planted', 'no uuid'])
      assert.not.ok(bytes.includes(planted), `${planted} in ${file}`)
  }
  const after = await report()
  assert.equal(after.targets[0].totals, before.targets[0].totals)
  const sealed = openJournal(path, { readOnly: true })
  assert.equal(sealed.target('max').chain(), chain)
  sealed.close()
  const told = await expunge(folder, ['explain', 'run.db', ids[5] ?? '', '--json'])
  assert.is(told.code, 0, told.stderr)
  assert.is(JSON.parse(told.stdout).records[0].outcome.status, 'deleted')
  for (const words of [
    ['retry', 'run.db'],
    ['replay', 'run.db'],
    ['resume', 'run.db'],
  ]) {
    const { code, stderr } = await expunge(folder, words)
    assert.is(code, 2, words.join(' '))
    assert.match(stderr, 'is sealed')
  }
  // A certificate of it is as good, and the same record is found by the same key.
  await certified(path, join(folder, 'late'), { key: newKey().key })
  const { isThere } = await prove(join(folder, 'late'), ids[5] ?? '', readKey(keyPathOf(path)))
  assert.ok(isThere)
  rmSync(keyPathOf(path))
  const forgotten = await expunge(folder, ['explain', 'run.db', ids[5] ?? ''])
  assert.is(forgotten.code, 2)
  assert.match(forgotten.stderr, 'run.db.key is not there')
})
