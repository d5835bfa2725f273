import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { matches, maySign, readAllowedSigners } from '../../src/evidence/ssh/allowed-signers.ts'
import { fingerprintOf } from '../../src/evidence/ssh/public-keys.ts'
import { isSignatureOf, readSshSignature } from '../../src/evidence/ssh/signature.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('signatures of OpenSSH')

const folder = mkdtempSync(join(tmpdir(), 'expunge-ssh-'))
test.after(() => rmSync(folder, { recursive: true, force: true }))

const keygen = (...args: ReadonlyArray<string>) =>
  execFileSync('ssh-keygen', [...args], { cwd: folder, encoding: 'utf8' })
const kinds: ReadonlyArray<readonly [name: string, ...args: ReadonlyArray<string>]> = [
  ['ed25519', '-t', 'ed25519'],
  ['p256', '-t', 'ecdsa', '-b', '256'],
  ['p384', '-t', 'ecdsa', '-b', '384'],
  ['p521', '-t', 'ecdsa', '-b', '521'],
  ['rsa', '-t', 'rsa', '-b', '2048'],
]

test('what ssh-keygen signs with any kind of key holds, and for no other message or key', () => {
  writeFileSync(join(folder, 'message'), 'the plan\n')
  for (const [name, ...args] of kinds) {
    keygen('-q', '-N', '', '-f', name, ...args)
    keygen(
      '-q',
      '-Y',
      'sign',
      '-n',
      'expunge',
      '-f',
      name,
      '-O',
      `hashalg=${name === 'rsa' ? 'sha256' : 'sha512'}`,
      'message',
    )
    const armored = readFileSync(join(folder, 'message.sig'), 'utf8')
    rmSync(join(folder, 'message.sig'))
    const signature = readSshSignature(armored)
    if (signature === undefined) throw new Error(`${name}: no signature`)
    assert.is(signature.namespace, 'expunge', name)
    assert.ok(isSignatureOf(signature, Buffer.from('the plan\n')), name)
    assert.not.ok(isSignatureOf(signature, Buffer.from('the plan')), name)
    assert.not.ok(isSignatureOf({ ...signature, namespace: 'file' }, Buffer.from('the plan\n')), name)
    const [type, key = ''] = readFileSync(join(folder, `${name}.pub`), 'utf8').split(' ')
    assert.is(signature.key.type, type)
    assert.is(fingerprintOf(signature.key.blob), keygen('-l', '-f', `${name}.pub`).split(' ')[1])
    const { signers, problems } = readAllowedSigners(`"A. Meier" ${type} ${key} a comment with "quotes`)
    assert.equal(problems, [])
    assert.ok(signers[0]?.blob.equals(signature.key.blob), name)
  }
})

test('a signature of which one byte is another one does not hold', () => {
  const [name] = ['ed25519']
  keygen('-q', '-Y', 'sign', '-n', 'expunge', '-f', name as string, 'message')
  const armored = readFileSync(join(folder, 'message.sig'), 'utf8')
  const body = Buffer.from(armored.split('\n').slice(1, -2).join(''), 'base64')
  for (let at = 0; at < body.length; at++) {
    const spoilt = Buffer.from(body)
    spoilt[at] = (spoilt[at] as number) ^ 1
    const text = `-----BEGIN SSH SIGNATURE-----\n${spoilt.toString('base64')}\n-----END SSH SIGNATURE-----\n`
    const read = readSshSignature(text)
    const holds = read !== undefined && read.namespace === 'expunge' && isSignatureOf(read, Buffer.from('the plan\n'))
    assert.not.ok(holds, `byte ${at}`)
  }
})

const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIJ+/BtSXvHJH6yTTJqFmnDRWOl3Zpf5lYbFfpzPfGvVC'

test('a file of allowed signers, with all that a line may hold', () => {
  const { signers, problems } = readAllowedSigners(
    [
      '# those who may',
      '',
      `a.meier@example.com,"B. Koch" ssh-ed25519 ${key}`,
      `c@example.com namespaces="git,expunge",valid-after="20260101",valid-before=20270101000000Z ssh-ed25519 ${key}`,
      `*@example.com cert-authority ssh-ed25519 ${key}`,
      `d ssh-dss AAAAB3NzaC1kc3M=`,
      `e nonsense ssh-ed25519 ${key}`,
      `f ssh-ed25519 @@`,
      `g`,
      `h ssh-rsa ${key}`,
    ].join('\r\n'),
  )
  assert.equal(
    signers.map(({ line, principals }) => [line, principals]),
    [
      [3, 'a.meier@example.com,B. Koch'],
      [4, 'c@example.com'],
    ],
  )
  assert.equal(
    problems.map((problem) => problem.replace(/:.*/, '')),
    ['7', '8', '9', '10'],
  )
  const [plain, limited] = signers
  if (plain === undefined || limited === undefined) throw new Error('two lines are wanted')
  const [before, within, after] = ['2025-06-01', '2026-06-01', '2027-06-01'].map((date) => Date.parse(date))
  assert.ok([before, within, after].every((at) => maySign(plain, 'expunge', at as number)))
  assert.equal(
    [before, within, after].map((at) => maySign(limited, 'expunge', at as number)),
    [false, true, false],
  )
  assert.not.ok(maySign(limited, 'file', within as number))
})

test('patterns of names', () => {
  assert.ok(matches('a@example.com', '*@example.com'))
  assert.ok(matches('a', 'b,?'))
  assert.not.ok(matches('a@example.com', '*,!a@*'))
  assert.not.ok(matches('ab', 'a'))
  assert.not.ok(matches('axb', 'a.b'))
})
