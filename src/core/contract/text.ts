/**
 * A text of a backend on one line, without what a terminal would obey, or what would show it in another order than it is
 * written: control characters become a blank, invisible ones and halves of characters are left out.
 */
export const oneLine = (text: string): string => text.replace(unseen, '').replace(breaks, ' ').trim()

const breaks = /[\p{Cc}\p{Zl}\p{Zp}\s]+/gu
const unseen = /[\p{Bidi_Control}\p{Cs}\u00ad\u180e\u200b\u2060-\u2064\u206a-\u206f\ufeff\u{e0000}-\u{e007f}]/gu

/** What `encodeURIComponent` does, and the apostrophe, which URLs encode in a query. */
export const urlEncoded = (text: string): string =>
  unreserved.test(text) ? text : encodeURIComponent(text).replaceAll("'", '%27')

const unreserved = /^[\w.~-]*$/

/** As JSON, for people. What came from outside may be nested deeper than can be written. */
export const jsonOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? String(value)
  } catch {
    return 'more than can be shown'
  }
}

/** A part of a body, for people: a text as it is, anything else as JSON. */
export const wordsOf = (part: unknown): string => (typeof part === 'string' ? part : jsonOf(part))
