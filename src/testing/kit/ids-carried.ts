import type { SeenRequest } from '../backends/loopback.ts'
import { unescaped } from '../backends/spoil-xml.ts'
import type { ContractSubject } from './subject.ts'

/** Which of the ids a request carries, as the backend reads it. */
export const idsCarried = (
  { idsIn }: ContractSubject,
  request: SeenRequest,
  ids: ReadonlyArray<string>,
): ReadonlyArray<string> => {
  const words = new Set(idsIn === undefined ? wordsOf(request) : idsIn(request))
  return ids.filter((id) => words.has(id))
}

/** All values of a request: parts of the path, of the query, of a JSON body (or of its lines), of a form. */
const wordsOf = ({ path, target, body }: SeenRequest): ReadonlyArray<string> => {
  const query = target.slice(path.length + 1)
  return [...path.split('/').map(plain), ...pairsOf(query), ...bodyWords(body)]
}

const pairsOf = (query: string): ReadonlyArray<string> =>
  query.split('&').flatMap((pair) => {
    const value = pair.slice(pair.indexOf('=') + 1)
    const spaced = value.replaceAll('+', ' ')
    const whole = plain(value)
    return [
      whole,
      plain(spaced),
      ...value.split(/,|%2C/i).map(plain),
      ...spaced.split(/,|%2C/i).map(plain),
      ...quoted(whole),
    ]
  })

/** What stands in quotes: filters are languages of their own. */
const quoted = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/'([^']*)'|"([^"]*)"/g), (match) => match[1] ?? match[2] ?? '')

const bodyWords = (body: string): ReadonlyArray<string> => {
  if (body === '') return []
  const whole = parsed(body)
  if (whole !== undefined) return valuesOf(whole)
  const lines = body.split('\n').map(parsed)
  if (lines.some((line) => typeof line === 'object')) return lines.flatMap(valuesOf)
  return [...pairsOf(body), ...Array.from(body.matchAll(/>([^<]*)</g), (match) => unescaped(match[1] ?? ''))]
}

const valuesOf = (value: unknown): ReadonlyArray<string> => {
  const found: string[] = []
  const open: unknown[] = [value]
  while (open.length > 0) {
    const next = open.pop()
    if (typeof next === 'string') found.push(next)
    else if (typeof next === 'number') found.push(String(next))
    else if (typeof next === 'object' && next !== null) open.push(...Object.values(next))
  }
  return found
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const plain = (text: string): string => {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
