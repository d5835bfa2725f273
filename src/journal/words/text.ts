/**
 * How an id is written. A string is text, except where SQLite would not give it back as it is (a NUL, half of a surrogate
 * pair): those are kept as bytes in UTF-16LE.
 */
export type Written = string | Uint8Array

export const write = (text: string): Written =>
  text.isWellFormed() && !text.includes('\0') ? text : Buffer.from(text, 'utf16le')

export const read = (written: unknown): string =>
  typeof written === 'string' ? written : Buffer.from(written as Uint8Array).toString('utf16le')

/** What the digest of a plan covers for an identity: its length in bytes, a colon, its bytes; odd ones in hexadecimal, after a tilde. */
export const digestible = (identity: string): string => {
  const written = write(identity)
  if (typeof written === 'string') return `${Buffer.byteLength(written)}:${written}`
  return `~${written.byteLength}:${Buffer.from(written).toString('hex')}`
}
