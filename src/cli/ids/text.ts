import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { Readable } from 'node:stream'
import { createGunzip } from 'node:zlib'

/** What is wrong with a file of ids, and in which line. */
export class UnreadableError extends Error {
  override readonly name = 'UnreadableError'
  readonly line: number | undefined

  constructor(message: string, line?: number, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.line = line
  }
}

/** The text of a file, or of the input for `-`, a piece at a time: unpacked where it is gzip, without its byte order mark. */
export async function* openText(ids: string, folder: string): AsyncGenerator<string> {
  const decoder = new TextDecoder('utf-8', { fatal: true })
  try {
    for await (const piece of unpacked(ids === '-' ? process.stdin : createReadStream(resolve(folder, ids)))) {
      yield decoder.decode(piece, { stream: true })
    }
    yield decoder.decode()
  } catch (cause) {
    throw unreadable(cause)
  }
}

const unreadable = (cause: unknown): unknown => {
  const { code, message = '' } = cause as { readonly code?: string; readonly message?: string }
  if (code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new UnreadableError('this is not UTF-8, and guessing would change ids: convert it first', undefined, cause)
  }
  if (code === 'ENOENT') return new UnreadableError('there is no such file', undefined, cause)
  if (code?.startsWith('Z_'))
    return new UnreadableError(`the gzip is damaged or cut short (${message})`, undefined, cause)
  if (code === 'EISDIR' || code === 'EACCES' || code === 'EPERM' || code === 'EIO') {
    return new UnreadableError(`it can not be read (${code})`, undefined, cause)
  }
  return cause
}

/** Gzip is told by its first two bytes, whatever the name is. */
async function* unpacked(stream: Readable): AsyncGenerator<Uint8Array> {
  const pieces: AsyncIterator<Uint8Array> = stream[Symbol.asyncIterator]()
  let head: Uint8Array = new Uint8Array(0)
  while (head.length < 2) {
    const { done, value } = await pieces.next()
    if (done === true) break
    head = Buffer.concat([head, value])
  }
  if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff)) {
    throw new UnreadableError('this is UTF-16: save it as UTF-8')
  }
  const whole = joined(head, pieces)
  if (head[0] !== 0x1f || head[1] !== 0x8b) {
    yield* whole
    return
  }
  const source = Readable.from(whole)
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error))
  yield* source.pipe(gunzip)
}

async function* joined(head: Uint8Array, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  if (head.length > 0) yield head
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value
}
