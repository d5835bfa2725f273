import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import { openWire, unsigned, wireString } from './wire.ts'

/** A public key as SSH writes it, and as Node takes it. */
export interface SshKey {
  readonly type: string
  readonly blob: Buffer
  readonly key: KeyObject
  /** Of a key that lives in a token: what it was made for. */
  readonly application?: Buffer
}

/** `ssh-ed25519 AAAA…` without its type; undefined for a kind that is not supported. Throws where the bytes are wrong. */
export const sshKeyOf = (blob: Buffer): SshKey | undefined => {
  const wire = openWire(blob)
  const type = wire.string().toString('latin1')
  const read = readers[type]
  return read === undefined ? undefined : { type, blob, ...read(wire) }
}

/** A key of Node's as SSH writes it; undefined for a kind that SSH has no name for here. */
export const sshBlobOf = (key: KeyObject): Buffer | undefined => {
  const { kty, crv, x = '', y = '' } = key.export({ format: 'jwk' })
  if (kty === 'OKP' && crv === 'Ed25519') {
    return Buffer.concat([wireString('ssh-ed25519'), wireString(Buffer.from(x, 'base64url'))])
  }
  const curve = Object.entries(curves).find(([, { jwk }]) => jwk === crv)?.[0]
  if (kty !== 'EC' || curve === undefined) return undefined
  const point = Buffer.concat([Buffer.from([4]), Buffer.from(x, 'base64url'), Buffer.from(y, 'base64url')])
  return Buffer.concat([wireString(`ecdsa-sha2-${curve}`), wireString(curve), wireString(point)])
}

/** As `ssh-keygen -l` shows a key. */
export const fingerprintOf = (blob: Uint8Array): string =>
  `SHA256:${createHash('sha256').update(blob).digest('base64').replace(/=+$/, '')}`

export const curves = {
  nistp256: { jwk: 'P-256', hash: 'sha256', size: 32 },
  nistp384: { jwk: 'P-384', hash: 'sha384', size: 48 },
  nistp521: { jwk: 'P-521', hash: 'sha512', size: 66 },
} as const

type Wire = ReturnType<typeof openWire>

const ed25519 = (wire: Wire): KeyObject =>
  createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x: wire.string().toString('base64url') }, format: 'jwk' })

const ecdsa = (wire: Wire): KeyObject => {
  const curve = curves[wire.string().toString('latin1') as keyof typeof curves]
  const point = wire.string()
  if (curve === undefined || point[0] !== 4 || point.length !== 1 + 2 * curve.size)
    throw new RangeError('no point of its curve')
  const [x, y] = [point.subarray(1, 1 + curve.size), point.subarray(1 + curve.size)].map((part) =>
    part.toString('base64url'),
  )
  return createPublicKey({ key: { kty: 'EC', crv: curve.jwk, x: x as string, y: y as string }, format: 'jwk' })
}

const rsa = (wire: Wire): KeyObject => {
  const [e, n] = [unsigned(wire.string()), unsigned(wire.string())]
  // Shorter ones are not taken by OpenSSH either.
  if (n.length < 256) throw new RangeError('an RSA key of less than 2,048 bits')
  return createPublicKey({ key: { kty: 'RSA', e: e.toString('base64url'), n: n.toString('base64url') }, format: 'jwk' })
}

const readers: Readonly<Record<string, (wire: Wire) => Pick<SshKey, 'key' | 'application'>>> = {
  'ssh-ed25519': (wire) => ({ key: ed25519(wire) }),
  'ssh-rsa': (wire) => ({ key: rsa(wire) }),
  'ecdsa-sha2-nistp256': (wire) => ({ key: ecdsa(wire) }),
  'ecdsa-sha2-nistp384': (wire) => ({ key: ecdsa(wire) }),
  'ecdsa-sha2-nistp521': (wire) => ({ key: ecdsa(wire) }),
  'sk-ssh-ed25519@openssh.com': (wire) => ({ key: ed25519(wire), application: wire.string() }),
  'sk-ecdsa-sha2-nistp256@openssh.com': (wire) => ({ key: ecdsa(wire), application: wire.string() }),
}
