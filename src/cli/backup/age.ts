import { createCipheriv, hkdfSync } from 'node:crypto'
import { CommandError } from '../terminal/command-error.ts'
import { blockBytes } from './member.ts'

/** An age file while it is written: its header, and blocks that are each final as soon as they are sealed. */
export interface AgeStream {
  readonly header: Buffer
  /** Seals whole blocks; each goes behind those before it. */
  readonly seal: (plain: Buffer) => Buffer
  /** What ends the file behind the blocks sealed so far. It takes up no place: more may be sealed in its stead. */
  readonly end: (plain: Buffer) => Buffer
}

/**
 * Begins an age file that only these recipients can read. The library writes the header, which is where the keys are; the
 * payload is sealed here, block by block, because the library keeps the last block back until the file ends, and a copy
 * has to be on the disk before a record is deleted. Format: age-encryption.org/v1, "Payload".
 */
export const openAge = async (recipients: ReadonlyArray<string>): Promise<AgeStream> => {
  const { Encrypter, fileKey } = await prepared(recipients)
  const empty = Buffer.from(await Encrypter.encrypt(new Uint8Array(0)))
  // Behind the header: a nonce of 16 bytes, and the one block of a file without content, which is its tag.
  const header = empty.subarray(0, empty.length - tagBytes)
  const nonce = header.subarray(header.length - nonceBytes)
  const key = Buffer.from(hkdfSync('sha256', fileKey(), nonce, 'payload', 32))
  let sealed = 0
  const block = (plain: Buffer, counter: number, isLast: boolean): Buffer => {
    const at = Buffer.alloc(12)
    at.writeUIntBE(counter, 5, 6)
    at[11] = isLast ? 1 : 0
    const cipher = createCipheriv('chacha20-poly1305', key, at, { authTagLength: tagBytes })
    return Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()])
  }
  return {
    header,
    seal: (plain) => {
      const blocks: Buffer[] = []
      for (let from = 0; from < plain.length; from += blockBytes)
        blocks.push(block(plain.subarray(from, from + blockBytes), sealed++, false))
      return Buffer.concat(blocks)
    },
    end: (plain) => block(plain, sealed, true),
  }
}

/** Rejects with a `CommandError` where a copy could not be encrypted to these: better before anything is planned. */
export const demandRecipients = async (recipients: ReadonlyArray<string>, spot: string): Promise<void> => {
  await prepared(recipients, spot)
}

const tagBytes = 16
const nonceBytes = 16

/** The library makes a key for the file and wraps it for each recipient: the first of them notes what it is given to wrap. */
const prepared = async (recipients: ReadonlyArray<string>, spot = 'backupKey') => {
  const age = await import('age-encryption').catch((cause: unknown) => {
    throw new CommandError(`${spot}: needs the package age-encryption: npm install age-encryption`, undefined, cause)
  })
  let noted: Uint8Array | undefined
  const Encrypter = new age.Encrypter()
  Encrypter.addRecipient({
    wrapFileKey: (fileKey: Uint8Array) => {
      noted = fileKey.slice()
      return []
    },
  })
  for (const recipient of recipients) {
    try {
      Encrypter.addRecipient(recipient)
    } catch (cause) {
      throw new CommandError(
        `${spot}: ${recipient.slice(0, 12)}… is no public key of age: was it cut short, or mistyped?`,
        undefined,
        cause,
      )
    }
  }
  const fileKey = (): Uint8Array => {
    if (noted === undefined) throw new Error('age has wrapped no key')
    return noted
  }
  return { Encrypter, fileKey }
}
