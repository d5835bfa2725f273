import { constants } from 'node:fs'
import { open, rename, rm } from 'node:fs/promises'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Output } from '../terminal/output.ts'
import type { Destination } from '../terminal/output-file.ts'
import { isReaderGone } from '../terminal/standard-output.ts'

/** Where pieces of text go, one after another, at the speed of whoever takes them. */
export type Taker = (pieces: Iterable<string>) => Promise<void>

export const takerOf = (to: Destination): Taker => {
  if (to.kind === 'stdout') return toOutput(process.stdout)
  return to.kind === 'stream' ? toStream(to.path) : toFile(to.path)
}

/** To an output that is open: standard output, as a rule. Ends quietly where the reader has gone. */
const toOutput =
  (output: Output): Taker =>
  async (pieces) => {
    try {
      await pipeline(Readable.from(gathered(pieces)), output, { end: false })
    } catch (error) {
      if (!isReaderGone(error)) throw error
    }
  }

/** Into a device or a pipe; it is there, and stays. */
const toStream =
  (path: string): Taker =>
  async (pieces) => {
    const file = await open(path, constants.O_WRONLY | constants.O_APPEND)
    try {
      for (const text of gathered(pieces)) await file.writeFile(text)
    } catch (error) {
      if (!isReaderGone(error)) throw error
    } finally {
      await file.close()
    }
  }

/** To a file that only its owner may read, and that is there when it is whole. */
const toFile =
  (path: string): Taker =>
  async (pieces) => {
    const unfinished = `${path}.unfinished-${process.pid}`
    const file = await open(unfinished, 'wx', 0o600)
    try {
      for (const text of gathered(pieces)) await file.writeFile(text)
      await file.sync()
      await file.close()
      await rename(unfinished, path)
    } catch (error) {
      await file.close()
      await rm(unfinished, { force: true })
      throw error
    }
  }

/** Fewer and longer pieces. */
function* gathered(pieces: Iterable<string>): Generator<string> {
  let text = ''
  for (const piece of pieces) {
    text += piece
    if (text.length < pieceLength) continue
    yield text
    text = ''
  }
  if (text !== '') yield text
}

const pieceLength = 64 * 1024
