import { hash } from 'node:crypto'
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

/** Makes links; `next` gives the number and the hash of the one over these outcomes. */
export const openLinks = (store: Store, target: number) => {
  let last: { readonly number: number; readonly hash: string } | undefined
  const before = () => {
    const sql = `SELECT link, hash FROM outcomes WHERE first BETWEEN ? AND ? AND hash IS NOT NULL ORDER BY link DESC LIMIT 1`
    const row = store.get(sql, target * span, target * span + span - 1)
    return row === undefined
      ? { number: 0, hash: beginOf(store, target) ?? '' }
      : { number: Number(row['link']), hash: hexOf(row['hash']) }
  }
  return {
    next: (covered: ReadonlyArray<ChainedOutcome>): { readonly number: number; readonly hash: Uint8Array } => {
      const { number, hash: previous } = last ?? before()
      const made = linkOf(previous, covered)
      last = { number: number + 1, hash: made.toString('hex') }
      recordHead(store, target, { links: last.number, head: last.hash })
      return { number: number + 1, hash: made }
    },
  }
}

/** Where the chain ends: without it, its last links could be taken away unseen. */
export interface ChainHead {
  readonly links: number
  readonly head: string
}

const headName = 'plan:chain'

/** With the transaction that is open. */
export const recordHead = (store: Store, target: number, head: ChainHead): void => {
  store.run('INSERT OR REPLACE INTO meta VALUES (?, ?, ?)', target, headName, JSON.stringify(head))
}

export const recordedHead = (store: Store, target: number): ChainHead | undefined => {
  const row = store.get('SELECT value FROM meta WHERE target = ? AND name = ?', target, headName)
  return row === undefined ? undefined : JSON.parse(String(row['value']))
}

/** Computes every link again. */
export const checkChain = (store: Store, target: number): JournalChain => {
  let head = beginOf(store, target)
  let records = 0
  let links = 0
  if (Number(store.get('PRAGMA user_version')?.['user_version']) < 2) return { links, records, head }
  let covered: ChainedOutcome[] = []
  for (const { row, link } of linkedRows(store, target)) {
    if (link !== links + 1) return { links, records, head, brokenAt: links + 1 }
    covered.push(chainedOf(row, target * span))
    if (row['hash'] === null) continue
    const made = linkOf(head ?? '', covered).toString('hex')
    if (made !== hexOf(row['hash'])) return { links, records, head, brokenAt: links + 1 }
    for (const { first, last } of covered) records += last - first + 1
    covered = []
    links++
    head = made
  }
  return { links, records, head, ...(covered.length > 0 ? { brokenAt: links + 1 } : {}) }
}

const pageSize = 1_000

/** In the order in which they were settled: sorted once, as numbers alone, and read a page at a time. */
function* linkedRows(store: Store, target: number): Generator<{ readonly row: Row; readonly link: number }> {
  const order = `SELECT json_group_array(first) AS firsts FROM
    (SELECT first FROM outcomes WHERE first BETWEEN ? AND ? AND link IS NOT NULL ORDER BY link, first)`
  const sql = `SELECT o.*, r.code, r.status AS http FROM json_each(?) e JOIN outcomes o ON o.first = e.value
    LEFT JOIN reasons r ON r.number = o.reason ORDER BY e.key`
  const firsts = JSON.parse(String(store.get(order, target * span, target * span + span - 1)?.['firsts']))
  for (let from = 0; from < firsts.length; from += pageSize) {
    for (const row of store.all(sql, JSON.stringify(firsts.slice(from, from + pageSize)))) {
      yield { row, link: Number(row['link']) }
    }
  }
}

/** Of a plan that was carried out while it was made, in the file's meta. */
export const growing = 'plan:growing'

export const isGrowing = (store: Store, target: number): boolean =>
  store.get('SELECT 1 FROM meta WHERE target = ? AND name = ?', target, growing) !== undefined

/** What the first link is over. */
const beginOf = (store: Store, target: number): string | undefined =>
  isGrowing(store, target) ? '' : digestOf(store, target)

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
