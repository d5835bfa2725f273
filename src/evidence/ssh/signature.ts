import { createHash, verify } from 'node:crypto'
import { curves, type SshKey, sshKeyOf } from './public-keys.ts'
import { openWire, unsigned, wireString } from './wire.ts'

/** What `ssh-keygen -Y sign` writes, taken apart: the key that it names is a claim until `isSignedBy` was asked. */
export interface SshSignature {
  readonly key: SshKey
  readonly namespace: string
  readonly hash: 'sha256' | 'sha512'
  readonly reserved: Buffer
  readonly signature: Buffer
}

/** Undefined for what is no signature of SSH's, or of a key that is not supported. */
export const readSshSignature = (armored: string): SshSignature | undefined => {
  const [, body] = /-----BEGIN SSH SIGNATURE-----([A-Za-z0-9+/=\s]+)-----END SSH SIGNATURE-----/.exec(armored) ?? []
  if (body === undefined) return undefined
  try {
    const wire = openWire(Buffer.from(body, 'base64'))
    if (wire.bytes(magic.length).toString('latin1') !== magic || wire.uint32() !== 1) return undefined
    const key = sshKeyOf(wire.string())
    const namespace = wire.string().toString('utf8')
    const reserved = wire.string()
    const hash = wire.string().toString('latin1')
    const signature = wire.string()
    if (key === undefined || (hash !== 'sha256' && hash !== 'sha512') || !wire.isAtEnd()) return undefined
    return { key, namespace, reserved, hash, signature }
  } catch {
    return undefined
  }
}

/** Whether the key that it names has signed this message with it. */
export const isSignatureOf = (given: SshSignature, message: Uint8Array): boolean => {
  const { key, namespace, reserved, hash, signature } = given
  const signed = Buffer.concat([
    Buffer.from(magic),
    wireString(namespace),
    wireString(reserved),
    wireString(hash),
    wireString(createHash(hash).update(message).digest()),
  ])
  try {
    const wire = openWire(signature)
    const algorithm = wire.string().toString('latin1')
    const bytes = wire.string()
    if (key.application === undefined) return wire.isAtEnd() && isValid(key, algorithm, bytes, signed)
    // A token signs with what it was made for, whether somebody has touched it, and its counter.
    const [flags, counter] = [wire.bytes(1), wire.bytes(4)]
    const touched = ((flags[0] as number) & 1) === 1
    const parts = [sha256(key.application), flags, counter, sha256(signed)]
    return wire.isAtEnd() && touched && isValid(key, algorithm, bytes, Buffer.concat(parts))
  } catch {
    return false
  }
}

const magic = 'SSHSIG'

const sha256 = (data: Uint8Array): Buffer => createHash('sha256').update(data).digest()

const isValid = ({ type, key }: SshKey, algorithm: string, bytes: Buffer, signed: Buffer): boolean => {
  if (type === 'ssh-rsa') {
    const hash = { 'rsa-sha2-256': 'sha256', 'rsa-sha2-512': 'sha512' }[algorithm]
    return hash !== undefined && verify(hash, signed, key, bytes)
  }
  if (algorithm !== type) return false
  if (key.asymmetricKeyType === 'ed25519') return verify(null, signed, key, bytes)
  const curve = curves[/nistp\d+/.exec(type)?.[0] as keyof typeof curves]
  const wire = openWire(bytes)
  const [r, s] = [wire.string(), wire.string()].map((part) => padded(unsigned(part), curve.size))
  const pair = Buffer.concat([r as Buffer, s as Buffer])
  return wire.isAtEnd() && verify(curve.hash, signed, { key, dsaEncoding: 'ieee-p1363' }, pair)
}

const padded = (number: Buffer, size: number): Buffer => {
  if (number.length > size) throw new RangeError('a number that is too long')
  return Buffer.concat([Buffer.alloc(size - number.length), number])
}
