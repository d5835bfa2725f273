import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'

/** The files of a certificate. */
export const certificateFiles = {
  page: 'certificate.html',
  statement: 'certificate.dsse.json',
  outcomes: 'outcomes.ndjson.gz',
  checkpoint: 'checkpoint',
  timestamp: 'timestamp.tsr',
  how: 'VERIFY.md',
} as const

/** SHA-256 of a file, in hexadecimal; read a piece at a time. */
export const sha256Of = async (path: string): Promise<string> => {
  const hash = createHash('sha256')
  for await (const piece of createReadStream(path)) hash.update(piece)
  return hash.digest('hex')
}
