import { createHash, createPrivateKey, createPublicKey, type KeyObject, sign, verify } from 'node:crypto'

/** A key that signs: Ed25519, or ECDSA on P-256. */
export interface SigningKey {
  readonly algorithm: Algorithm
  readonly privateKey: KeyObject
  readonly publicKey: KeyObject
}

/** A key that a signature is held against. */
export interface VerifyingKey {
  readonly algorithm: Algorithm
  readonly publicKey: KeyObject
}

export type Algorithm = 'Ed25519' | 'P-256'

/** A key in PEM (PKCS#8), or a sentence about what is wrong with it. */
export const signingKeyOf = (pem: string): SigningKey | string => {
  if (/BEGIN OPENSSH PRIVATE KEY/.test(pem)) {
    return 'this is a key of OpenSSH: a PKCS#8 PEM is needed, as "openssl genpkey -algorithm ed25519" makes it; with a key of OpenSSH sign by "ssh-keygen -Y sign -n expunge"'
  }
  if (/ENCRYPTED/.test(pem)) return 'the key is encrypted: decrypt it first, with "openssl pkey"'
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey(pem)
  } catch {
    return 'this is no private key in PEM (PKCS#8), as "openssl genpkey -algorithm ed25519" makes it'
  }
  const algorithm = algorithmOf(privateKey)
  if (algorithm === undefined) return `the key is ${kindOf(privateKey)}: Ed25519 or P-256 is needed`
  return { algorithm, privateKey, publicKey: createPublicKey(privateKey) }
}

/** A public key in PEM (SPKI), or a sentence about what is wrong with it. */
export const verifyingKeyOf = (pem: string): VerifyingKey | string => {
  if (/PRIVATE KEY/.test(pem)) return 'this is a private key: give the public one, as "openssl pkey -pubout" makes it'
  try {
    const publicKey = createPublicKey(pem)
    const algorithm = algorithmOf(publicKey)
    return algorithm === undefined
      ? `the key is ${kindOf(publicKey)}: Ed25519 or P-256 is needed`
      : { algorithm, publicKey }
  } catch {
    return 'this is no public key in PEM (SPKI), as "openssl pkey -pubout" makes it'
  }
}

export const signedBy = ({ algorithm, privateKey }: SigningKey, data: Uint8Array): Buffer =>
  sign(algorithm === 'Ed25519' ? null : 'sha256', data, privateKey)

export const isSignedBy = (
  { algorithm, publicKey }: VerifyingKey,
  data: Uint8Array,
  signature: Uint8Array,
): boolean => {
  try {
    return verify(algorithm === 'Ed25519' ? null : 'sha256', data, publicKey, signature)
  } catch {
    return false
  }
}

/** SHA-256, in hexadecimal, of the public key as SPKI in DER: what tools call its key id. */
export const keyIdOf = (publicKey: KeyObject): string =>
  createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('hex')

/** The 32 bytes of an Ed25519 key. */
export const rawEd25519 = (publicKey: KeyObject): Buffer =>
  Buffer.from(String(publicKey.export({ format: 'jwk' }).x), 'base64url')

export const ed25519Of = (raw: Uint8Array): VerifyingKey => ({
  algorithm: 'Ed25519',
  publicKey: createPublicKey({
    key: { kty: 'OKP', crv: 'Ed25519', x: Buffer.from(raw).toString('base64url') },
    format: 'jwk',
  }),
})

const algorithmOf = (key: KeyObject): Algorithm | undefined => {
  if (key.asymmetricKeyType === 'ed25519') return 'Ed25519'
  const isP256 = key.asymmetricKeyType === 'ec' && key.asymmetricKeyDetails?.namedCurve === 'prime256v1'
  return isP256 ? 'P-256' : undefined
}

const kindOf = (key: KeyObject): string =>
  [key.asymmetricKeyType, key.asymmetricKeyDetails?.namedCurve].filter((word) => word !== undefined).join(' ')
