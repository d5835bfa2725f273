import { withoutPasswords } from '../config/secrets.ts'
import { nearest } from '../terminal/nearest.ts'
import { onOneLine } from '../terminal/output.ts'

/** A text out of a file, for a message: in quotes, so that blanks show, with what can't be seen written out, and cut where it is long. */
export const quoted = (text: string): string => {
  const shown = text.slice(0, mostShown)
  return `"${onOneLine(shown).replaceAll(invisible, written)}${shown.length < text.length ? '…' : ''}"`
}

/** The name of a column or a member as it goes on record and into reports: without a password, and nothing in it that steers. */
export const shownName = (name: string): string => withoutPasswords(onOneLine(name))

/** Several names, in quotes where blanks or marks would not show, and how many others there are. */
export const namesList = (texts: ReadonlyArray<string>): string => {
  const shown = texts
    .slice(0, mostNames)
    .map((text) => (/^[\p{L}\p{N}_-]{1,80}$/u.test(text) ? text : quoted(text)))
    .join(', ')
  return texts.length > mostNames ? `${shown} and ${texts.length - mostNames} others` : shown
}

/** The name that was probably meant. Names too long to be one are left out: comparing them takes long. */
export const nearestName = (given: string, names: ReadonlyArray<string>): string | undefined =>
  given.length > mostShown
    ? undefined
    : nearest(
        given,
        names.filter((name) => name.length <= mostShown),
      )

/** Whether an id begins or ends with a blank, or with a character that can't be seen. */
export const hasLooseEnds = (id: string): boolean =>
  isLoose(id.charCodeAt(0)) || isLoose(id.charCodeAt(id.length - 1)) ? looseEnds.test(id) : false

/** Printable ASCII never is; anything else is looked at closely. */
const isLoose = (code: number): boolean => !(code > 0x20 && code < 0x7f)

const looseEnds = /^[\s\p{Z}\p{Cc}\p{Cf}]|[\s\p{Z}\p{Cc}\p{Cf}]$/u

/** Spaces that are none of the usual, and marks that take no room. */
const invisible = /[\p{Cf}\p{Cs}\p{Zs}]/gu

const written = (mark: string): string =>
  mark === ' '
    ? mark
    : Array.from(mark, (each) => `\\u${(each.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`).join('')

const mostShown = 80

const mostNames = 20
