import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { checkpointOf, signedCheckpoint } from '../../src/evidence/log/checkpoint.ts'
import { noteKeyOf, noteOf, noteSigners, signedNote, vkeyOf } from '../../src/evidence/log/note.ts'
import { logOf, logPolicyOf } from '../../src/evidence/log/policy.ts'
import { isIncluded, proofOf, proofsOf, proofText } from '../../src/evidence/log/proof.ts'
import { leafHash, openTree, pathOf, rootFrom } from '../../src/evidence/log/tree.ts'
import { enveloped, envelopeOf, preAuthentication, signersOf } from '../../src/evidence/signing/dsse.ts'
import { signingKeyOf, verifyingKeyOf } from '../../src/evidence/signing/keys.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('trees, notes, proofs, envelopes')

const newKey = (kind: 'ed25519' | 'p256' = 'ed25519') => {
  const pair = kind === 'ed25519' ? generateKeyPairSync('ed25519') : generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const key = signingKeyOf(String(pair.privateKey.export({ type: 'pkcs8', format: 'pem' })))
  if (typeof key === 'string') throw new Error(key)
  return key
}

/** Of the reference implementation of RFC 6962, which RFC 9162 has taken over. */
const leaves = ['', '00', '10', '2021', '3031', '40414243', '5051525354555657', '606162636465666768696a6b6c6d6e6f']
const roots = [
  'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
  'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125',
  'aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77',
  'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  '4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4',
  '76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef',
  'ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c',
  '5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328',
]
const paths: ReadonlyArray<readonly [index: number, size: number, ...path: ReadonlyArray<string>]> = [
  [0, 1],
  [
    0,
    8,
    '96a296d224f285c67bee93c30f8a309157f0daa35dc5b87e410b78630a09cfc7',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    '6b47aaf29ee3c2af9af889bc1fb9254dabd31177f16232dd6aab035ca39bf6e4',
  ],
  [
    5,
    8,
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
    'ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0',
    'd37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7',
  ],
  [2, 3, 'fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125'],
  [
    1,
    5,
    '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d',
    '5f083f0a1a33ca076a95279832580db3e0ef4584bdff1f54c8a360f50de3031e',
    'bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b',
  ],
]

const hashes = leaves.map((leaf) => leafHash(Buffer.from(leaf, 'hex')))
const hex = (all: ReadonlyArray<Buffer>): ReadonlyArray<string> => all.map((each) => each.toString('hex'))

test('the roots and paths of the reference', () => {
  for (const [size, root] of roots.entries()) {
    const tree = openTree()
    for (const leaf of hashes.slice(0, size)) tree.add(leaf)
    assert.is(tree.root().toString('hex'), root, `of ${size}`)
  }
  for (const [index, size, ...path] of paths) {
    assert.equal(hex(pathOf({ size, at: (at) => hashes[at] as Buffer }, index)), path, `${index} of ${size}`)
  }
})

test('a path leads to the root from its own leaf at its own place, and from no other', () => {
  for (let size = 1; size <= 33; size++) {
    const all = Array.from({ length: size }, (_, index) => leafHash(`leaf ${index}`))
    const tree = openTree()
    for (const leaf of all) tree.add(leaf)
    const root = tree.root()
    for (const [index, leaf] of all.entries()) {
      const path = pathOf({ size, at: (at) => all[at] as Buffer }, index)
      assert.ok(rootFrom(leaf, index, size, path)?.equals(root), `${index} of ${size}`)
      assert.not.ok(rootFrom(leafHash('other'), index, size, path)?.equals(root))
      for (const other of [index - 1, index + 1]) {
        assert.not.ok(rootFrom(leaf, other, size, path)?.equals(root), `${other} in place of ${index} of ${size}`)
      }
      assert.is(rootFrom(leaf, index, size, [...path, leaf]), undefined)
      if (path.length > 0) assert.is(rootFrom(leaf, index, size, path.slice(0, -1)), undefined)
    }
  }
})

/** Of C2SP's page on signed notes, and of the Go package that they come from. */
const notes: ReadonlyArray<readonly [text: string, ...signers: ReadonlyArray<readonly [vkey: string, line: string]>]> =
  [
    [
      'This is an example message.\n',
      [
        'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
        '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=',
      ],
    ],
    [
      "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
      [
        'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
        '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=',
      ],
      [
        'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop',
        '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=',
      ],
    ],
  ]

test('the notes of the specification', () => {
  for (const [text, ...signers] of notes) {
    const note = noteOf(`${text}\n${signers.map(([, line]) => `${line}\n`).join('')}`)
    if (note === undefined) throw new Error(text)
    assert.is(note.text, text)
    const known = signers.map(([vkey]) => noteKeyOf(vkey)).filter((key) => key?.type === 1)
    assert.ok(known.length > 0)
    const keys = known as ReadonlyArray<NonNullable<(typeof known)[number]>>
    assert.equal(noteSigners(note, keys), keys)
    assert.is(
      noteSigners({ ...note, text: `${text}\n` }, keys),
      undefined,
      'a known key, and a signature that does not hold',
    )
    assert.equal(noteSigners(note, []), [])
  }
  const bad = [
    'no signature\n',
    'x\n\n',
    'x\n\n- a b\n',
    'x\n\n— a b',
    'x\x01\n\n— a AAAAAAA=\n',
    'x\n\n— a+b AAAAAAA=\n',
  ]
  for (const each of bad) assert.is(noteOf(each), undefined, JSON.stringify(each))
  for (const each of ['a+530d903a+AekyeRrm', 'example.com/foo+530d903b+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k'])
    assert.is(noteKeyOf(each), undefined)
})

test('a checkpoint that is signed is read back, under a policy and under no other', () => {
  const key = newKey()
  const other = newKey()
  const checkpoint = checkpointOf(signedCheckpoint('example.com/runs', 8, Buffer.from(roots[8] ?? '', 'hex'), key))
  if (checkpoint === undefined) throw new Error('a checkpoint is wanted')
  assert.equal([checkpoint.origin, checkpoint.size, checkpoint.root.toString('hex')], ['example.com/runs', 8, roots[8]])
  const policy = (text: string) => {
    const read = logPolicyOf(text)
    if (typeof read === 'string') throw new Error(read)
    return read
  }
  const vkey = vkeyOf('example.com/runs', key)
  assert.is(
    logOf(checkpoint, policy(`# ours\n\n\tlog ${vkey} https://example.com\n quorum  none \n`))?.name,
    'example.com/runs',
  )
  assert.is(logOf(checkpoint, policy(`log ${vkeyOf('example.com/runs', other)}\nquorum none\n`)), undefined)
  assert.is(logOf(checkpoint, policy(`log ${vkeyOf('example.com/other', key)}\nquorum none\n`)), undefined)
  const raw = Buffer.from(String(other.publicKey.export({ format: 'jwk' }).x), 'base64url')
  const typed = Buffer.concat([Buffer.from([4]), raw])
  const id = createHash('sha256').update('w\n').update(typed).digest('hex').slice(0, 8)
  const witness = `w+${id}+${typed.toString('base64')}`
  const witnessed = policy(`log ${vkey}\nwitness w ${witness}\ngroup g 1 w\nquorum g\n`)
  assert.is(logOf(checkpoint, witnessed), undefined, 'nobody has witnessed it')
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(1_767_225_600n)
  const seen = sign(null, Buffer.from(`cosignature/v1\ntime 1767225600\n${checkpoint.note.text}`), other.privateKey)
  const line = `— w ${Buffer.concat([Buffer.from(id, 'hex'), time, seen]).toString('base64')}\n`
  const cosigned = checkpointOf(signedCheckpoint('example.com/runs', 8, checkpoint.root, key) + line)
  assert.is(cosigned === undefined ? '' : logOf(cosigned, witnessed)?.name, 'example.com/runs')
  for (const [text, says] of [
    [`log ${vkey}`, 'there is no quorum'],
    [`log ${vkey}\nlog ${vkey}\nquorum none`, '2: this key stands there twice'],
    [`log x\nquorum none`, '1: this is no key of a log'],
    [`logs x\nquorum none`, '1: there is no "logs"'],
    ['quorum none\nquorum none', '2: there has to be one quorum'],
    ['quorum w', '1: w is not defined'],
  ] as const) {
    assert.match(String(logPolicyOf(text)), says)
  }
})

test('a proof is written as C2SP has it, read back, and holds for its line alone', () => {
  const key = newKey()
  const lines = Array.from({ length: 5 }, (_, index) => JSON.stringify({ index, salt: randomBytes(4).toString('hex') }))
  const all = lines.map(leafHash)
  const tree = openTree()
  for (const leaf of all) tree.add(leaf)
  const checkpoint = signedCheckpoint('example.com/runs', 5, tree.root(), key)
  const texts = lines.map((line, index) => {
    const path = pathOf({ size: 5, at: (at) => all[at] as Buffer }, index)
    return proofText(line, index, path, checkpoint)
  })
  for (const text of texts) {
    const proof = proofOf(text)
    assert.ok(proof !== undefined && isIncluded(proof), text)
    assert.match(text, /^c2sp\.org\/tlog-proof@v1\nextra \S+\nindex \d\n(?:\S{44}\n){1,3}\nexample\.com\/runs\n5\n/)
  }
  assert.is(proofsOf(texts.slice(0, 2).join('\n'))?.length, 2)
  const [text = ''] = texts
  const moved = proofOf(text.replace('index 0', 'index 1'))
  assert.not.ok(moved !== undefined && isIncluded(moved))
  const bad = [text.replace('@v1', '@v2'), text.replace('index 0', 'index 00'), text.replace(/\n\n/, '\n'), `x${text}`]
  for (const each of bad) assert.is(proofOf(each), undefined)
})

test('an envelope of DSSE: what its specification has as an example, and several signatures', () => {
  const payload = Buffer.from('hello world')
  const signed = preAuthentication('http://example.com/HelloWorld', payload)
  assert.is(signed.toString(), 'DSSEv1 29 http://example.com/HelloWorld 11 hello world')
  const keys = [newKey('p256'), newKey()]
  const envelope = enveloped(payload, keys)
  const read = envelopeOf(JSON.parse(JSON.stringify(envelope)))
  if (read === undefined) throw new Error('an envelope is wanted')
  assert.equal(signersOf(read, [...keys, newKey()]), keys)
  assert.equal(signersOf({ ...read, payload: Buffer.from('hello World').toString('base64') }, keys), [])
  assert.equal(signersOf({ ...read, payloadType: 'text/plain' }, keys), [])
  for (const bad of [
    null,
    {},
    { ...envelope, signatures: [] },
    { ...envelope, payload: '?' },
    { ...envelope, signatures: [{}] },
  ])
    assert.is(envelopeOf(bad), undefined)
})

test('what is no key is told', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 })
  const pem = (key: typeof rsa.privateKey) => String(key.export({ type: 'pkcs8', format: 'pem' }))
  assert.match(String(signingKeyOf(pem(rsa.privateKey))), 'the key is rsa')
  const p384 = generateKeyPairSync('ec', { namedCurve: 'P-384' })
  assert.match(String(signingKeyOf(pem(p384.privateKey))), 'the key is ec secp384r1')
  assert.match(String(signingKeyOf('-----BEGIN OPENSSH PRIVATE KEY-----')), 'ssh-keygen -Y sign')
  assert.match(String(signingKeyOf('x')), 'no private key in PEM')
  assert.match(String(verifyingKeyOf(pem(p384.privateKey))), 'this is a private key')
  assert.match(String(verifyingKeyOf(String(p384.publicKey.export({ type: 'spki', format: 'pem' })))), 'secp384r1')
  assert.match(signedNote('x\n', 'name', newKey()), /^x\n\n— name \S+\n$/)
})
