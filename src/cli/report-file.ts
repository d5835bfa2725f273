import { open, rename, rm } from 'node:fs/promises'
import type { Output } from './terminal.ts'

/** Where pieces of text go, one after another, at the speed of whoever takes them. */
export type Taker = (pieces: Iterable<string>) => Promise<void>

/** To an output that is open: standard output, as a rule. Ends quietly where the reader has gone. */
export const toOutput =
  (output: Output): Taker =>
  async (pieces) => {
    let gone = false
    const onError = (error: NodeJS.ErrnoException): void => {
      if (error.code !== 'EPIPE') throw error
      gone = true
    }
    output.once('error', onError)
    for (const text of gathered(pieces)) {
      if (gone) return
      if (output.write(text)) continue
      await new Promise<void>((resolve) => {
        output.once('drain', resolve)
        output.once('error', () => resolve())
      })
    }
    output.off('error', onError)
  }

/** To a file that only its owner may read, and that is there when it is whole. */
export const toFile =
  (path: string): Taker =>
  async (pieces) => {
    const unfinished = `${path}.unfinished-${process.pid}`
    const file = await open(unfinished, 'wx', 0o600)
    try {
      for (const text of gathered(pieces)) await file.write(text)
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
