import { createHash, createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs'
import { CommandError } from '../terminal/command-error.ts'

/** The secret of a run, by which its records are told without their ids. */
export interface PseudonymKey {
  /** SHA-256 of its 32 bytes, in hexadecimal. */
  readonly sha256: string
  /** HMAC-SHA256 over the key of a place, a zero byte and an id. */
  readonly of: (place: string, id: string) => Buffer
}

/** `run.db.key`, beside its journal. */
export const keyPathOf = (journal: string): string => `${journal}.key`

/** The key of a journal; made where there is none, for its owner's eyes alone. */
export const keyFor = (journal: string): PseudonymKey => {
  const path = keyPathOf(journal)
  if (!existsSync(path)) {
    try {
      const file = openSync(path, 'wx', 0o600)
      writeSync(file, `${randomBytes(32).toString('hex')}\n`)
      closeSync(file)
    } catch (cause) {
      // Two that begin at once: the first one's key counts for both.
      if ((cause as NodeJS.ErrnoException).code !== 'EEXIST')
        throw new CommandError(
          `${path}: the key of the pseudonyms can't be written: ${(cause as Error).message}`,
          undefined,
          cause,
        )
    }
  }
  return readKey(path)
}

/** A key from a file of 64 hexadecimal digits. */
export const readKey = (path: string): PseudonymKey => {
  let text: string
  try {
    text = readFileSync(path, 'utf8').trim()
  } catch (cause) {
    throw new CommandError(`${path}: ${(cause as Error).message}`, undefined, cause)
  }
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new CommandError(`${path}: this is no key: 64 hexadecimal digits are wanted`)
  const key = Buffer.from(text, 'hex')
  // Made once: bytes would be made a key for each record, at five times the cost.
  const secret = createSecretKey(key)
  return {
    sha256: createHash('sha256').update(key).digest('hex'),
    of: (place, id) => createHmac('sha256', secret).update(`${place}\0${id}`).digest(),
  }
}
