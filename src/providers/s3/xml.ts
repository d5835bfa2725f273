/** `fast-xml-parser` is an optional peer: only who uses this adapter installs it. */
export const loadXml = async (): Promise<Xml> => {
  const { XMLBuilder, XMLParser } = await import('fast-xml-parser').catch(() => {
    throw new Error('the package fast-xml-parser is not installed: npm install fast-xml-parser')
  })
  const builder = new XMLBuilder({
    ignoreAttributes: false,
    processEntities: false,
    tagValueProcessor: (_, value) => escaped(String(value)),
  })
  const parser = new XMLParser({
    ignoreAttributes: true,
    parseTagValue: false,
    trimValues: false,
    isArray: (tag) => tag === 'Deleted' || tag === 'Error',
  })
  return { write: (value) => builder.build(value), read: (text) => parser.parse(text) }
}

/** Blanks at the ends and breaks are written as numbers: some readers drop them, or turn one into another. */
const escaped = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replace(/^\s|\s$|[\t\n\r]/g, (blank) => `&#${blank.codePointAt(0)};`)

/** What is needed of it. */
export interface Xml {
  readonly write: (value: unknown) => string
  /** Texts, lists of `Deleted` and `Error`; throws for what is no XML. */
  readonly read: (text: string) => unknown
}
