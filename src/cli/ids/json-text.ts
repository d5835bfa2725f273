import { UnreadableError } from './text.ts'

/** The text of a value, and the line in which it begins. */
export interface JsonText {
  readonly text: string
  readonly line: number
}

/**
 * The values of one JSON list, a piece at a time and as they are written: what a parser makes of a number, and of a member
 * that stands twice, no longer shows what the file says. That each value is sound is for its reader to see.
 */
export async function* valuesIn(text: AsyncIterable<string>): AsyncGenerator<ReadonlyArray<JsonText>> {
  const state: Splitting = { at: 'start', line: 1, from: 0, parts: [], length: 0, depth: 0, count: 0, inText: false }
  for await (const piece of text) {
    const values = split(state, piece)
    if (values.length > 0) yield values
  }
  if (state.at !== 'end') throw broken(state, 'it breaks off')
}

/** Characters of a value. */
const longestValue = 1_048_576

interface Splitting {
  at: 'start' | 'first' | 'next' | 'value' | 'after' | 'end'
  /** Of the file, and the one in which the value begins. */
  line: number
  from: number
  parts: string[]
  length: number
  /** Lists and objects that are open within the value. */
  depth: number
  /** Values so far. */
  count: number
  inText: boolean
  isEscaped?: boolean
  afterCr?: boolean
}

const split = (state: Splitting, piece: string): ReadonlyArray<JsonText> => {
  const values: JsonText[] = []
  let begin = 0
  const keep = (end: number): void => {
    state.parts.push(piece.slice(begin, end))
    state.length += end - begin
    if (state.length > longestValue) {
      throw new UnreadableError(
        `a value is longer than ${longestValue.toLocaleString('en-US')} characters: this is not a JSON list of ids`,
        state.from,
      )
    }
  }
  for (let at = 0; at < piece.length; at++) {
    const code = piece.charCodeAt(at)
    if (code === 13 || (code === 10 && state.afterCr !== true)) state.line++
    state.afterCr = code === 13
    if (state.at === 'value') {
      if (state.inText) {
        if (state.isEscaped === true) state.isEscaped = false
        else if (code === backslash) state.isEscaped = true
        else if (code === quote) state.inText = false
        continue
      }
      if (code === quote) state.inText = true
      else if (code === openList || code === openObject) state.depth++
      else if (state.depth > 0) {
        if (code === closeList || code === closeObject) state.depth--
      } else if (code === comma || code === closeList) {
        keep(at)
        values.push({ text: state.parts.join(''), line: state.from })
        state.parts = []
        state.length = 0
        state.count++
        state.at = code === comma ? 'next' : 'end'
      }
      continue
    }
    if (code === 32 || (code >= 9 && code <= 13)) continue
    if (state.at === 'start' && code === openList) state.at = 'first'
    else if (state.at === 'first' && code === closeList) state.at = 'end'
    else if ((state.at === 'first' || state.at === 'next') && code !== comma && code !== closeList) {
      state.at = 'value'
      state.from = state.line
      begin = at
      state.inText = code === quote
      if (code === openList || code === openObject) state.depth++
    } else throw broken(state, state.at === 'end' ? 'something follows its end' : 'a value is missing')
  }
  if (state.at === 'value') keep(piece.length)
  return values
}

const broken = ({ at, line, count }: Splitting, why: string): UnreadableError =>
  new UnreadableError(
    at === 'start'
      ? 'this is not a JSON list of ids: it has to begin with ['
      : `this is not a JSON list of ids: ${why} in line ${line}, after ${count} entries`,
  )

const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const openList = 0x5b
const closeList = 0x5d
const openObject = 0x7b
const closeObject = 0x7d

/** The members of an object, as they are written: names, and the texts of their values. `text` is known to be sound. */
export const membersIn = (text: string): ReadonlyArray<readonly [name: string, value: string]> => {
  const members: Array<readonly [string, string]> = []
  let at = text.indexOf('{') + 1
  for (;;) {
    at = past(gap, text, at)
    if (text.charCodeAt(at) !== quote) return members
    const named = past(textual, text, at)
    const name = JSON.parse(text.slice(at, named)) as string
    at = past(gap, text, named)
    const end = endOf(text, at)
    members.push([name, text.slice(at, end)])
    at = end
  }
}

/** Where a value ends that begins there. */
const endOf = (text: string, from: number): number => {
  let depth = 0
  let at = from
  do {
    const code = text.charCodeAt(at)
    if (code === quote) at = past(textual, text, at)
    else if (code === openList || code === openObject) {
      depth++
      at++
    } else if (code === closeList || code === closeObject) {
      depth--
      at++
    } else at = past(depth > 0 ? between : plain, text, at)
  } while (depth > 0)
  return at
}

const past = (pattern: RegExp, text: string, from: number): number => {
  pattern.lastIndex = from
  pattern.test(text)
  return pattern.lastIndex === 0 ? from + 1 : pattern.lastIndex
}

const gap = /[\s,:]*/y
const textual = /"[^"\\]*(?:\\.[^"\\]*)*"/y
const plain = /[^\s,\]}]+/y
const between = /[^"[\]{}]+/y
