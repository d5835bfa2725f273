/** How entries of a format are looked at. */
export interface EntryForm<Entry> {
  readonly names: (entry: Entry, is: (value: string) => boolean) => boolean
  readonly renamed: (entry: Entry, is: (value: string) => boolean, to: string) => Entry
  /** Whether it says something of a record, without its name. */
  readonly isNameless: (entry: Entry) => boolean
}

interface Element {
  readonly tag: string
  readonly from: number
  to: number
  readonly parent: Element | undefined
  readonly children: Element[]
}

type SpoilList = (list: ReadonlyArray<string>, form: EntryForm<string>) => ReadonlyArray<string> | undefined

/**
 * Spoils the lists of an XML text; undefined: there is none. A list is what stands side by side in an element, whatever
 * each is called (`Deleted` beside `Error`), as long as it holds others, or several of one name.
 */
export const spoiltXml = (text: string, spoil: SpoilList): string | undefined => {
  for (const parent of elementsOf(text)) {
    const inner = parent.children
    const isList = inner.some(({ children }) => children.length > 0) || new Set(inner.map(({ tag }) => tag)).size === 1
    const entries = inner.filter(({ tag, children }) => children.length > 0 || tag === inner[0]?.tag)
    const first = entries[0]
    if (!isList || first === undefined) continue
    const list = entries.map(({ from, to }) => text.slice(from, to))
    const changed = spoil(list, xmlEntry)
    if (changed === undefined) continue
    // What stands between the entries (counts, marks of more to come) is kept, in front of them.
    const others = inner.filter((one) => !entries.includes(one)).map(({ from, to }) => text.slice(from, to))
    const begin = inner[0]?.from ?? first.from
    const end = inner.at(-1)?.to ?? first.to
    return text.slice(0, begin) + [...others, ...changed].join('') + text.slice(end)
  }
  return undefined
}

const tagOrText = /<(\/?)([\w:.-]+)[^>]*?(\/?)>/g

/** All elements, outer ones first. */
const elementsOf = (text: string): ReadonlyArray<Element> => {
  const found: Element[] = []
  let open: Element | undefined
  for (const match of text.matchAll(tagOrText)) {
    const [whole, closing, tag = '', empty] = match
    if (closing !== '') {
      if (open === undefined) continue
      open.to = match.index + whole.length
      open = open.parent
      continue
    }
    const element: Element = { tag, from: match.index, to: match.index + whole.length, parent: open, children: [] }
    open?.children.push(element)
    found.push(element)
    if (empty === '') open = element
  }
  return found
}

const texts = />([^<]*)</g

const xmlEntry: EntryForm<string> = {
  names: (entry, is) => Array.from(entry.matchAll(texts), ([, text = '']) => unescaped(text)).some(is),
  renamed: (entry, is, to) =>
    entry.replace(texts, (whole, text: string) => (is(unescaped(text)) ? `>${escaped(to)}<` : whole)),
  isNameless: (entry) => /<[^>]+>\s*</.test(entry),
}

/** What a text of XML says. */
export const unescaped = (text: string): string =>
  text
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&apos;', "'")
    .replaceAll('&amp;', '&')

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
