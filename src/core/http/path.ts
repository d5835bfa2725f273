import { urlEncoded } from '../contract/text.ts'

/**
 * A path that would not go out as it was written: `items/..` is `/` on the wire, whose deletion is another one. No encoding
 * helps, for `%2e` is read as a dot, too.
 */
export class UnsafePath extends Error {
  override readonly name = 'UnsafePath'
}

/** A text as one segment of a path, or one value of a query. Throws `UnsafePath` for `.` and `..`, which can't be one. */
export const urlComponent = (text: string): string => {
  if (text === '.' || text === '..') throw new UnsafePath(`"${text}" can not be part of a path`)
  return urlEncoded(text)
}

/** Throws `UnsafePath` for a path that a URL would rewrite: dot segments in any spelling, and what URLs drop or turn. */
export const demandSafe = (path: string): void => {
  const end = path.indexOf('?')
  const segments = end < 0 ? path : path.slice(0, end)
  if (dotSegment.test(segments) || segments.includes('\\') || rewritten.test(path))
    throw new UnsafePath('a path with . or .. or a line break in it is not sent as it is written')
}

const dotSegment = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i

/** Line breaks and tabs are dropped wherever they stand, control characters and blanks at the end; a # ends what is sent. */
const rewritten = /[\t\n\r#]|[\0-\x20]$/

/** Whether an id could do harm in a path that it was put into as it is: only then it costs to look closer. */
export const mayHarm = (id: string): boolean => suspect.test(id)

const suspect = /^(?:\.|%2e)|[/\\#\t\n\r]|[\0-\x20]$/i

/** What of these requests can't be built because of a path; other faults of a builder are no business of this one. */
export const isUnsafe = (build: () => unknown): boolean => {
  try {
    build()
    return false
  } catch (cause) {
    return cause instanceof UnsafePath
  }
}
