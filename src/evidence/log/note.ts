import { createHash } from 'node:crypto'
import { isBase64 } from '../signing/dsse.ts'
import { ed25519Of, isSignedBy, rawEd25519, type SigningKey, signedBy, type VerifyingKey } from '../signing/keys.ts'

/** A verifier's key as C2SP's signed notes have it: `<name>+<id>+<base64 of type and key>`. */
export interface NoteKey {
  readonly name: string
  /** Eight hexadecimal digits. */
  readonly id: string
  readonly type: number
  readonly key: VerifyingKey
}

/** A text and who has signed it. */
export interface Note {
  /** With the line break at its end. */
  readonly text: string
  readonly signatures: ReadonlyArray<{ readonly name: string; readonly id: string; readonly signature: Buffer }>
}

export const ed25519Type = 0x01
/** An Ed25519 signature of a witness, with its time. */
export const cosignatureType = 0x04

export const vkeyOf = (name: string, { publicKey }: Pick<SigningKey, 'publicKey'>): string => {
  const raw = rawEd25519(publicKey)
  return `${name}+${idOf(name, ed25519Type, raw)}+${Buffer.concat([Buffer.from([ed25519Type]), raw]).toString('base64')}`
}

/** A key of Ed25519, of a log or of a witness; undefined for anything else. */
export const noteKeyOf = (vkey: string): NoteKey | undefined => {
  const [, name = '', id = '', base64 = ''] = /^([^+]+)\+([0-9a-f]{8})\+(.+)$/s.exec(vkey) ?? []
  const data = Buffer.from(base64, 'base64')
  const type = data[0]
  if (!isKeyName(name) || !isBase64(base64) || data.length !== 33) return undefined
  if (type !== ed25519Type && type !== cosignatureType) return undefined
  if (idOf(name, type, data.subarray(1)) !== id) return undefined
  try {
    return { name, id, type, key: ed25519Of(data.subarray(1)) }
  } catch {
    return undefined
  }
}

export const isKeyName = (name: string): boolean => name !== '' && !/[\s+\p{Z}\p{Cc}]/u.test(name)

const idOf = (name: string, type: number, key: Uint8Array): string => {
  const hash = createHash('sha256')
    .update(name)
    .update(Buffer.from([0x0a, type]))
  return hash.update(key).digest('hex').slice(0, 8)
}

/** Signs a text, which has to end with a line break, with an Ed25519 key. */
export const signedNote = (text: string, name: string, key: SigningKey): string => {
  const id = Buffer.from(idOf(name, ed25519Type, rawEd25519(key.publicKey)), 'hex')
  const signature = Buffer.concat([id, signedBy(key, Buffer.from(text))])
  return `${text}\n— ${name} ${signature.toString('base64')}\n`
}

/** Undefined for what is no signed note. */
export const noteOf = (signed: string): Note | undefined => {
  const end = signed.lastIndexOf('\n\n')
  if (end < 0 || !signed.endsWith('\n') || /[\x00-\x09\x0b-\x1f]/.test(signed) || !signed.isWellFormed())
    return undefined
  const lines = signed.slice(end + 2, -1).split('\n')
  if (lines.length > mostSignatures) return undefined
  const signatures = lines.map((line) => {
    const [, name = '', base64 = ''] = /^— (\S+) (\S+)$/.exec(line) ?? []
    const bytes = Buffer.from(base64, 'base64')
    return isKeyName(name) && isBase64(base64) && bytes.length > 4
      ? { name, id: bytes.toString('hex', 0, 4), signature: bytes.subarray(4) }
      : undefined
  })
  if (signatures.some((each) => each === undefined)) return undefined
  return { text: signed.slice(0, end + 1), signatures: signatures as Note['signatures'] }
}

const mostSignatures = 64

/** Those of the keys that have signed it; undefined where one of them is named and its signature does not hold. */
export const noteSigners = (note: Note, keys: ReadonlyArray<NoteKey>): ReadonlyArray<NoteKey> | undefined => {
  const signers: NoteKey[] = []
  for (const { name, id, signature } of note.signatures) {
    const key = keys.find((each) => each.name === name && each.id === id)
    if (key === undefined) continue
    if (!holds(note.text, key, signature)) return undefined
    if (!signers.includes(key)) signers.push(key)
  }
  return signers
}

const holds = (text: string, { type, key }: NoteKey, signature: Buffer): boolean => {
  if (type === ed25519Type) return isSignedBy(key, Buffer.from(text), signature)
  // A witness signs its time, too: c2sp.org/tlog-cosignature.
  if (signature.length !== 72) return false
  const signed = `cosignature/v1\ntime ${signature.readBigUInt64BE(0)}\n${text}`
  return isSignedBy(key, Buffer.from(signed), signature.subarray(8))
}
