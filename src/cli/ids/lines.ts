import type { IdEntry } from './entry.ts'
import { UnreadableError } from './text.ts'

/** An id on each line. */
export async function* readTxt(text: AsyncIterable<string>): AsyncGenerator<ReadonlyArray<IdEntry>> {
  let line = 0
  for await (const lines of linesOf(text, longestLine)) {
    const entries: IdEntry[] = []
    for (const id of lines) {
      line++
      if (id !== '') entries.push({ id, line })
    }
    yield entries
  }
}

/** Characters of a line in a list. No id is nearly as long. */
const longestLine = 65_536

/**
 * Lines without their ends: LF, CR LF, or CR. The pieces of a long line are joined once, so that its cost grows with its
 * length alone; one of more than `most` characters is refused.
 */
export async function* linesOf(text: AsyncIterable<string>, most: number): AsyncGenerator<ReadonlyArray<string>> {
  let parts: string[] = []
  let length = 0
  let before = 0
  let afterCr = false
  const tooLong = (line: number) =>
    new UnreadableError(`this line is longer than ${most.toLocaleString('en-US')} characters`, line)
  for await (const given of text) {
    const piece: string = afterCr && given.startsWith('\n') ? given.slice(1) : given
    if (given === '') continue
    afterCr = piece.endsWith('\r')
    const lines = piece.includes('\r') ? piece.split(/\r\n|\n|\r/) : piece.split('\n')
    const rest = lines.pop() ?? ''
    if (lines.length > 0) {
      lines[0] = parts.join('') + lines[0]
      const long = lines.findIndex((line) => line.length > most)
      if (long >= 0) throw tooLong(before + long + 1)
      before += lines.length
      yield lines
      parts = []
      length = 0
    }
    parts.push(rest)
    length += rest.length
    if (length > most) throw tooLong(before + 1)
  }
  yield [parts.join('')]
}
