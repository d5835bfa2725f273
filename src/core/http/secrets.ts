/** A part of a text: from, and up to but not including. */
export type Span = readonly [from: number, to: number]

/** Where a secret stands in a text: in all the forms in which requests, answers and logs write it. Takes time in proportion to the text. */
export const spansOf = (text: string, secrets: Iterable<string>): Span[] => {
  const spans: Span[] = []
  let hasRun: boolean | undefined
  for (const secret of secrets) {
    const { plain, cores } = formsOf(secret)
    for (const form of plain) for (const at of placesOf(text, form)) spans.push([at, at + form.length])
    if (cores.length > 0) hasRun ??= encodedRun.test(text)
    if (hasRun !== true) continue
    for (const core of cores) {
      for (let at = text.indexOf(core); at >= 0; ) {
        const [from, to] = runAround(text, at, core.length)
        spans.push([from, to])
        at = text.indexOf(core, to)
      }
    }
  }
  return spans
}

/** The longest form of any of them, in characters. */
export const longestForm = (secrets: Iterable<string>): number => {
  let longest = 0
  for (const secret of secrets)
    for (const form of [...formsOf(secret).plain, ...formsOf(secret).cores]) longest = Math.max(longest, form.length)
  return longest
}

interface Forms {
  /** As a whole. */
  readonly plain: ReadonlyArray<string>
  /** What base64 makes of it, whatever stands before it (`id:secret`): the characters that it alone decides. */
  readonly cores: ReadonlyArray<string>
}

/** Secrets are few, and texts are many. */
const known = new Map<string, Forms>()
const mostKnown = 64

const formsOf = (secret: string): Forms => {
  const forms = known.get(secret)
  if (forms !== undefined) return forms
  const made = makeForms(secret)
  if (known.size >= mostKnown) known.clear()
  known.set(secret, made)
  return made
}

/** Shorter ones are part of ordinary words. */
const shortestSecret = 4
const shortestCore = 12
const encodedRun = /[\w+/-]{12}/

const makeForms = (secret: string): Forms => {
  const sound = secret.toWellFormed()
  const url = encodeURIComponent(sound)
  const inForm = new URLSearchParams({ '': sound }).toString().slice(1)
  const json = JSON.stringify(secret).slice(1, -1)
  const inner = JSON.stringify(json).slice(1, -1)
  const texts = [secret, url, lowerHex(url), inForm, lowerHex(inForm), json, inner, json.replaceAll('/', '\\/')]
  const bare = withoutPadding(secret)
  const plain = new Set([...texts, bare, urlSafe(bare)].filter((form) => form.length >= shortestSecret))
  const cores = [0, 1, 2].map((before) => coreOf(sound, before)).filter((core) => core.length >= shortestCore)
  return { plain: [...plain], cores: [...new Set(cores.flatMap((core) => [core, urlSafe(core)]))] }
}

const withoutPadding = (secret: string): string => {
  let end = secret.length
  while (secret[end - 1] === '=') end--
  return secret.slice(0, end)
}

const lowerHex = (encoded: string): string => encoded.replace(/%[\dA-F]{2}/g, (hex) => hex.toLowerCase())

const urlSafe = (encoded: string): string => encoded.replaceAll('+', '-').replaceAll('/', '_')

const coreOf = (secret: string, before: number): string => {
  const bytes = [...new Uint8Array(before), ...new TextEncoder().encode(secret)]
  const encoded = btoa(bytes.map((byte) => String.fromCharCode(byte)).join(''))
  return encoded.slice(Math.ceil((before * 8) / 6), Math.floor((bytes.length * 8) / 6))
}

const placesOf = function* (text: string, form: string): Iterable<number> {
  for (let at = text.indexOf(form); at >= 0; at = text.indexOf(form, at + form.length)) yield at
}

/** All of the base64 that it is a part of. */
const runAround = (text: string, at: number, length: number): Span => {
  let from = at
  let to = at + length
  while (from > 0 && ofBase64.test(text[from - 1] as string)) from--
  while (to < text.length && ofBase64.test(text[to] as string)) to++
  return [from, to]
}

const ofBase64 = /[\w+/=-]/
