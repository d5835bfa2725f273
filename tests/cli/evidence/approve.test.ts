import { execFileSync } from 'node:child_process'
import { generateKeyPairSync } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { configOf, deletions, type Playground, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: approve', { deadlineMs: 60_000 })

const sshKey = (folder: string, name: string, ...kind: ReadonlyArray<string>): string => {
  execFileSync('ssh-keygen', ['-q', '-N', '', '-f', name, ...(kind.length === 0 ? ['-t', 'ed25519'] : kind)], {
    cwd: folder,
  })
  return readFileSync(join(folder, `${name}.pub`), 'utf8').trim()
}

/** A private key in PEM, and its public one as OpenSSH writes it. */
const pemKey = (folder: string, name: string, kind: 'ed25519' | 'p256'): string => {
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  writeFileSync(join(folder, name), pair.privateKey.export({ type: 'pkcs8', format: 'pem' }))
  if (kind === 'ed25519') {
    const raw = Buffer.from(String(pair.publicKey.export({ format: 'jwk' }).x), 'base64url')
    const type = 'ssh-ed25519'
    return `${type} ${Buffer.concat([Buffer.from([0, 0, 0, type.length]), Buffer.from(type), Buffer.from([0, 0, 0, 32]), raw]).toString('base64')}`
  }
  writeFileSync(join(folder, `${name}.spki`), pair.publicKey.export({ type: 'spki', format: 'pem' }))
  const convert = ['-i', '-m', 'PKCS8', '-f', `${name}.spki`]
  return execFileSync('ssh-keygen', convert, { cwd: folder, encoding: 'utf8' }).trim()
}

const signBySsh = (folder: string, key: string, bytes: string, namespace = 'expunge'): string => {
  writeFileSync(join(folder, 'to-sign'), bytes)
  execFileSync('ssh-keygen', ['-q', '-Y', 'sign', '-n', namespace, '-f', key, 'to-sign'], { cwd: folder })
  const signature = readFileSync(join(folder, 'to-sign.sig'), 'utf8')
  execFileSync('rm', ['to-sign.sig'], { cwd: folder })
  return signature
}

const approve = ({ folder, env }: Playground, ...args: ReadonlyArray<string>) =>
  expunge(folder, ['approve', 'run.db', ...args], { env })

test('without a policy: names stand in every report, beside the digest that approved', async (context) => {
  const playground = await uuidPlayground(context, 3)
  const { folder, env, target } = playground
  const digest = await planned(playground, target)
  const first = await approve(playground, '--by', 'A. Meier', '--role', 'records', '--comment', '=cmd()')
  assert.is(first.code, 0, first.stderr)
  assert.is((await approve(playground, '--by', ' ')).code, 2)
  assert.is((await expunge(folder, ['run', 'run.db'], { env })).code, 2, 'a name alone approves nothing')
  assert.is((await expunge(folder, ['run', 'run.db', '--approve', digest], { env })).code, 0)
  const { run } = JSON.parse((await expunge(folder, ['report', 'run.db', '--format', 'json'])).stdout)
  assert.is(run.approval.by, 'digest')
  const [{ at, host, ...named }] = run.approvals
  assert.equal([run.approvals.length, named], [1, { by: 'A. Meier', role: 'records', comment: '=cmd()' }])
  assert.ok(Date.parse(at) <= Date.parse(run.approval.at) && host.length > 0)
  const csv = (await expunge(folder, ['report', 'run.db', '--format', 'csv'])).stdout
  assert.match(csv, /settled_at,approvals\r\n/)
  assert.match(csv, /A\. Meier, records \(20/)
})

test('a policy: so many signatures of those who may, by keys in PEM and by OpenSSH', async (context) => {
  const playground = await uuidPlayground(context, 3)
  const { folder, env, target } = playground
  const keys = {
    ed: pemKey(folder, 'ed.pem', 'ed25519'),
    p256: pemKey(folder, 'p256.pem', 'p256'),
    ssh: sshKey(folder, 'ssh'),
    requester: sshKey(folder, 'requester'),
    old: sshKey(folder, 'old'),
  }
  const stranger = pemKey(folder, 'stranger.pem', 'ed25519')
  writeFileSync(
    join(folder, 'allowed_signers'),
    [
      `a.meier@example.com ${keys.ed}`,
      `"B. Koch" namespaces="git,expunge" ${keys.p256}`,
      `c@example.com ${keys.ssh}`,
      `r@example.com ${keys.requester}`,
      `old@example.com valid-before="20200101" ${keys.old}`,
    ].join('\n'),
  )
  const digest = await planned(playground, target, {
    policy: { approvals: 3, approvers: 'allowed_signers', distinctFromRequester: true },
    authority: { requestedBy: 'R. Q. <R@example.com>' },
  })
  const run = (...args: ReadonlyArray<string>) => expunge(folder, ['run', 'run.db', ...args], { env })
  const refused = async (says: string) => {
    const { code, stderr } = await run('--approve', digest)
    assert.is(code, 2)
    assert.match(stderr, says)
    assert.is(deletions(playground), 0)
  }
  await refused('3 approvals, and 0 count')
  const printed = (await approve(playground, '--print')).stdout
  assert.is(JSON.parse(printed).predicate.digest, digest)
  const byKey = async (name: string, by: string) => approve(playground, '--by', by, '--key', name)
  assert.match((await byKey('stranger.pem', 'a.meier@example.com')).stderr, 'its key is not in allowed_signers')
  assert.is((await byKey('ed.pem', 'whoever')).code, 0)
  assert.match((await byKey('ed.pem', 'again')).stderr, 'counts already')
  assert.match((await byKey('p256.pem', 'B. Koch')).stderr, '2 of 3')
  const bySsh = async (key: string, bytes = printed, namespace = 'expunge') => {
    writeFileSync(join(folder, 'sig'), signBySsh(folder, key, bytes, namespace))
    return approve(playground, '--by', key, '--signature', 'sig')
  }
  assert.match((await bySsh('requester')).stderr, 'of who has asked for the deletion')
  assert.match((await bySsh('old')).stderr, 'not now')
  const [wrong, other] = [await bySsh('ssh', printed, 'file'), await bySsh('ssh', `${printed} `)]
  assert.equal([wrong.code, other.code], [2, 2], 'another namespace, and other bytes')
  await refused('3 approvals, and 2 count')
  // What a shell has taken the line break of is the same.
  assert.match((await bySsh('ssh', printed.trim())).stderr, '3 of 3')
  assert.is((await run('--approve', `${digest.slice(0, 16)}0`.replace(/0$/, digest[16] === '0' ? '1' : '0'))).code, 2)
  const { code, stderr } = await run()
  assert.is(code, 0, stderr)
  const { run: head } = JSON.parse((await expunge(folder, ['report', 'run.db', '--format', 'json'])).stdout)
  assert.is(head.approval.by, 'signatures')
  assert.is(stranger.startsWith('ssh-ed25519'), true)
})

test('a signature of another plan, or one that was altered in the journal, does not count', async (context) => {
  const playground = await uuidPlayground(context, 2)
  const { folder, env, target } = playground
  writeFileSync(join(folder, 'signers'), `a ${pemKey(folder, 'a.pem', 'ed25519')}`)
  const policy = { approvals: 1, approvers: 'signers' }
  await planned(playground, target, { policy })
  assert.is((await approve(playground, '--by', 'a', '--key', 'a.pem')).code, 0)
  const journal = openJournal(join(folder, 'run.db'))
  const [approval] = journal.approvals()
  if (approval === undefined) throw new Error('an approval is wanted')
  journal.close()
  writeFileSync(join(folder, 'cleanup.json'), configOf({ ...target, name: 'other' }, { policy }))
  assert.is((await expunge(folder, ['plan', 'cleanup.json', '-o', 'other.db'], { env })).code, 0)
  const other = openJournal(join(folder, 'other.db'))
  const digest = JSON.parse((await expunge(folder, ['report', 'other.db', '--format', 'json'])).stdout).run.digest
  other.approve({ ...approval, digest })
  const { payload, ...rest } = JSON.parse(approval.envelope ?? '')
  const altered = Buffer.from(payload, 'base64').toString('utf8').replaceAll(approval.digest, digest)
  other.approve({
    ...approval,
    digest,
    envelope: JSON.stringify({ ...rest, payload: Buffer.from(altered).toString('base64') }),
  })
  other.close()
  const { code, stderr } = await expunge(folder, ['run', 'other.db', '--approve', digest], { env })
  assert.is(code, 2)
  assert.match(stderr, 'what is signed is another plan')
  assert.match(stderr, 'its key is not in signers')
  assert.is(deletions(playground), 0)
})

test('not before a date, and what a policy needs', async (context) => {
  const playground = await uuidPlayground(context, 2)
  const { folder, env, target } = playground
  const digest = await planned(playground, target, { notBefore: '2999-12-24T18:00:00+01:00' })
  const { code, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(code, 2)
  assert.match(stderr, 'not be begun before 2999-12-24T17:00:00.000Z')
  const rest: ReadonlyArray<readonly [object, string]> = [
    [{ notBefore: '2026-02-30' }, 'notBefore: must be a date'],
    [{ policy: { approvals: 0, approvers: 'x' } }, 'policy.approvals: must be a whole number of at least 1'],
    [{ policy: { approvals: 1 } }, 'policy.approvers: is missing'],
    [{ holds: [{ target: 'nobody', ids: 'x', reference: 'y' }] }, 'holds[0].target: there is no target "nobody"'],
    [{ holds: [{ target: 'max', ids: '-', reference: '' }] }, 'holds[0].ids: must be a file'],
  ]
  for (const [others, says] of rest) {
    writeFileSync(join(folder, 'bad.json'), configOf(target, others))
    const told = await expunge(folder, ['plan', 'bad.json', '-o', 'bad.db'], { env })
    assert.is(told.code, 2)
    assert.match(told.stderr, says)
  }
  writeFileSync(join(folder, 'cleanup.json'), configOf(target, { policy: { approvals: 1, approvers: 'none' } }))
  assert.is((await expunge(folder, ['plan', 'cleanup.json', '-o', 'none.db'], { env })).code, 0)
  const none = await expunge(folder, ['run', 'none.db'], { env })
  assert.is(none.code, 2)
  assert.match(none.stderr, "policy.approvers: none can't be read")
  assert.is(deletions(playground), 0)
})
