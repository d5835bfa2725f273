import { hash } from 'node:crypto'
import type { Span } from '../words/spans.ts'
import { span } from './schema.ts'
import type { Row, Store } from './store.ts'

/** What is settled is chained: each link's hash is over the one before, the first one's over the plan's digest. */
export interface JournalChain {
  readonly links: number
  /** Records that the links cover: those that were settled by runs of a release that chains. */
  readonly records: number
  /** SHA-256, in hexadecimal, of the last link; the plan's digest where there is none. */
  readonly head: string | undefined
  /** The first link that does not fit what is on record. */
  readonly brokenAt?: number
}

/** An outcome as a link covers it: neighbours in the plan that ended alike. */
export interface ChainedOutcome {
  readonly first: number
  readonly last: number
  readonly status: string
  readonly evidence: string | null
  readonly effect: string | null
  readonly why: string | null
  /** The reason's code and HTTP status; its words may be sealed away later. */
  readonly code: string | null
  readonly http: number | null
  readonly attempts: number
  readonly at: number
}

/** Adds links, each with what it covers. */
export const openLinks = (store: Store, target: number) => {
  let last: { readonly number: number; readonly hash: string } | undefined
  const before = () => {
    const row = store.get('SELECT number, hash FROM links WHERE target = ? ORDER BY number DESC LIMIT 1', target)
    return row === undefined
      ? { number: 0, hash: digestOf(store, target) ?? '' }
      : { number: Number(row['number']), hash: hexOf(row['hash']) }
  }
  return {
    /** `covered`: what was written, ascending. */
    add: (covered: ReadonlyArray<ChainedOutcome>): void => {
      if (covered.length === 0) return
      const { number, hash: previous } = last ?? before()
      const made = linkOf(previous, covered)
      store.run('INSERT INTO links VALUES (?, ?, ?, ?)', target, number + 1, JSON.stringify(spansIn(covered)), made)
      last = { number: number + 1, hash: made.toString('hex') }
    },
  }
}

/** Computes every link again. */
export const checkChain = (store: Store, target: number): JournalChain => {
  let head = digestOf(store, target)
  let records = 0
  let links = 0
  for (;;) {
    const row = store.get('SELECT * FROM links WHERE target = ? AND number = ?', target, links + 1)
    if (row === undefined) break
    const spans = readSpans(row['records'])
    const made = linkOf(
      head ?? '',
      spans.flatMap((part) => outcomesWithin(store, target, part)),
    ).toString('hex')
    if (spans.length === 0 || made !== hexOf(row['hash'])) return { links, records, head, brokenAt: links + 1 }
    for (const [first, last] of spans) records += last - first + 1
    links++
    head = made
  }
  const more = store.get('SELECT max(number) AS last FROM links WHERE target = ?', target)?.['last']
  return { links, records, head, ...(Number(more ?? 0) > links ? { brokenAt: links + 1 } : {}) }
}

const digestOf = (store: Store, target: number): string | undefined => {
  const digest = store.get('SELECT digest FROM targets WHERE number = ?', target)?.['digest'] ?? undefined
  return digest === undefined ? undefined : String(digest)
}

const linkOf = (previous: string, covered: ReadonlyArray<ChainedOutcome>): Buffer => {
  let text = `${previous}\n`
  for (const { first, last, status, evidence, effect, why, code, http, attempts, at } of covered) {
    const quoted = code === null ? '' : JSON.stringify(code)
    text += `${first}-${last} ${status} ${evidence ?? ''} ${effect ?? ''} ${why ?? ''} ${quoted} ${http ?? ''} ${attempts} ${at}\n`
  }
  return hash('sha256', text, 'buffer')
}

const hexOf = (bytes: unknown): string => Buffer.from(bytes as Uint8Array).toString('hex')

const spansIn = (covered: ReadonlyArray<ChainedOutcome>): ReadonlyArray<Span> => {
  const spans: Array<[number, number]> = []
  for (const { first, last } of covered) {
    const before = spans.at(-1)
    if (before !== undefined && before[1] + 1 === first) before[1] = last
    else spans.push([first, last])
  }
  return spans
}

/** A link that was tampered with covers nothing. */
const readSpans = (text: unknown): ReadonlyArray<Span> => {
  try {
    const spans: unknown = JSON.parse(String(text))
    const isSpan = (part: unknown): part is Span =>
      Array.isArray(part) && part.length === 2 && part.every((place) => Number.isSafeInteger(place))
    return Array.isArray(spans) && spans.every(isSpan) ? spans : []
  } catch {
    return []
  }
}

const outcomesWithin = (store: Store, target: number, [first, last]: Span): ReadonlyArray<ChainedOutcome> => {
  const base = target * span
  const sql = `SELECT o.*, r.code, r.status AS http FROM outcomes o LEFT JOIN reasons r ON r.number = o.reason
    WHERE o.first BETWEEN ? AND ? ORDER BY o.first`
  return store.all(sql, base + first, base + last).map((row) => chainedOf(row, base))
}

const chainedOf = (row: Row, base: number): ChainedOutcome => ({
  first: Number(row['first']) - base,
  last: Number(row['last']) - base,
  status: String(row['status']),
  evidence: textOf(row['evidence']),
  effect: textOf(row['effect']),
  why: textOf(row['why']),
  code: textOf(row['code']),
  http: row['http'] === null ? null : Number(row['http']),
  attempts: Number(row['attempts']),
  at: Number(row['settled_at']),
})

const textOf = (value: unknown): string | null => (value === null ? null : String(value))
