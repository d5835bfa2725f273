import { isBase64 } from '../signing/dsse.ts'
import type { SigningKey } from '../signing/keys.ts'
import { type Note, noteOf, signedNote } from './note.ts'

/** What a log says of its tree: c2sp.org/tlog-checkpoint. */
export interface Checkpoint {
  readonly origin: string
  readonly size: number
  readonly root: Buffer
  readonly note: Note
}

export const signedCheckpoint = (origin: string, size: number, root: Uint8Array, key: SigningKey): string =>
  signedNote(`${origin}\n${size}\n${Buffer.from(root).toString('base64')}\n`, origin, key)

/** Undefined for what is none; whether it is signed is for `noteSigners` to say. */
export const checkpointOf = (signed: string): Checkpoint | undefined => {
  const note = noteOf(signed)
  if (note === undefined) return undefined
  const lines = note.text.slice(0, -1).split('\n')
  const [origin = '', size = '', root = ''] = lines
  const isForm = origin !== '' && /^(?:0|[1-9]\d{0,15})$/.test(size) && lines.every((line) => line !== '')
  if (!isForm || !isBase64(root) || Buffer.from(root, 'base64').length !== 32) return undefined
  return { origin, size: Number(size), root: Buffer.from(root, 'base64'), note }
}
