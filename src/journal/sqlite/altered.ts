import { createHash } from 'node:crypto'
import { journalFailure } from '../words/error.ts'
import { read } from '../words/text.ts'
import { checkChain, recordedHead } from './chain.ts'
import { span } from './schema.ts'
import type { Store } from './store.ts'

/** What a plan comes to now, computed from its records and not from what is said of them. */
export interface PlanNow {
  /** SHA-256 of the identities in order, as the plan has it. */
  readonly digest: string
  readonly records: number
  readonly toSend: number
  /** Records that the plan turned away. */
  readonly invalid: number
  readonly protected: number
  readonly held: number
  /** SHA-256 of which records are no ids or protected: their places in order. What is held may change, and is asked again. */
  readonly refusals: string
}

/** Who keeps to the digest alone can still be made to delete what was protected: this tells which records were. */
export const sealedRefusals = 'plan:refusals'

/** Both are computed once, and again when another program has written to the file. */
export const openPlanCheck = (store: Store, target: number) => {
  let known: Known = { version: -1 }

  const fresh = (): Known => {
    const version = store.version()
    if (known.version !== version) known = { version }
    return known
  }
  const computed = (): NonNullable<Known['now']> => {
    const memory = fresh()
    memory.now ??= computePlan(store, target)
    return memory.now
  }
  const planNow = (): PlanNow => computed().plan
  /** What was altered since the plan was sealed, in words; undefined where nothing was. */
  const altered = (identityOf?: IdentityOf): string | undefined => {
    const memory = fresh()
    memory.altered ??= alteration(store, target, planNow()) ?? 'not'
    if (memory.altered !== 'not') return memory.altered
    if (identityOf === undefined || memory.own === identityOf || computed().own === 0) return undefined
    const strange = strangeIdentity(store, target, identityOf)
    if (strange !== undefined) return `record ${strange} has an id that is not of its identity`
    memory.own = identityOf
    return undefined
  }
  /** Once it was asked: throws when another program has altered the plan since, in mid-run. */
  const demandSame = (): void => {
    const isSame = known.version === store.version()
    if (known.altered === undefined || (isSame && known.altered === 'not')) return
    const { own } = known
    const said = altered(own)
    if (said !== undefined) throw journalFailure('altered', store.path, said)
  }
  /** What this process writes itself is what it was told to. */
  const sealing = (): string => {
    known = { version: store.version(), altered: 'not' }
    return refusalsNow(store, target).sealed
  }
  return { planNow, altered, demandSame, sealing }
}

type IdentityOf = (id: string) => string

interface Known {
  readonly version: number
  now?: ReturnType<typeof computePlan>
  altered?: string | 'not'
  /** By whose rules the ids were held against their identities. */
  own?: IdentityOf
}

/** Rows of SQLite that are read at once. */
const chunk = 2_000

/** `own`: how many identities are not the id itself. */
const computePlan = (store: Store, target: number): { readonly plan: PlanNow; readonly own: number } => {
  const { digest, records, own } = digestOfIdentities(store, target)
  const { counts, refusals } = refusalsNow(store, target)
  const { 'invalid-id': invalid, protected: guarded, held } = counts
  const toSend = records - invalid - guarded - held
  return { plan: { digest, records, toSend, invalid, protected: guarded, held, refusals }, own }
}

/** Written together by SQLite, as `digestible` does it: less than half of what a row each costs. As text, which V8 gives up sooner than bytes. */
const digestOfIdentities = (store: Store, target: number) => {
  const hash = createHash('sha256')
  const sql = `SELECT count(*) AS rows, count(identity) AS own, max(number) AS last, group_concat(CASE typeof(it)
      WHEN 'text' THEN octet_length(it) || ':' || it
      WHEN 'blob' THEN '~' || length(it) || ':' || lower(hex(it))
      ELSE typeof(it) || ':' || it END, '') AS text
    FROM (SELECT number, identity, coalesce(identity, id) AS it FROM identities
      WHERE number >= ? AND number < ? ORDER BY number LIMIT ${chunk})`
  const end = (target + 1) * span
  let [records, own] = [0, 0]
  for (let from = target * span; ; ) {
    const row = store.get(sql, from, end)
    const rows = Number(row?.['rows'] ?? 0)
    own += Number(row?.['own'] ?? 0)
    if (rows > 0) hash.update(String(row?.['text']))
    records += rows
    if (rows < chunk) return { digest: hash.digest('hex'), records, own }
    from = Number(row?.['last']) + 1
  }
}

/** What was turned away has its outcome from the plan on, without a time. `sealed` is of all of it. */
const refusalsNow = (store: Store, target: number) => {
  const base = target * span
  const sql = `SELECT first, last, why FROM outcomes
    WHERE first >= ? AND first < ? AND settled_at IS NULL ORDER BY first LIMIT ${chunk}`
  const [all, lasting] = [openPlaces(), openPlaces()]
  const counts = { 'invalid-id': 0, protected: 0, held: 0 }
  for (let from = base; ; ) {
    const rows = store.all(sql, from, base + span)
    for (const row of rows) {
      const [first, last, why] = [Number(row['first']) - base, Number(row['last']) - base, String(row['why'])]
      all.add(first, last, why)
      if (why !== 'held') lasting.add(first, last, why)
      if (why in counts) counts[why as keyof typeof counts] += last - first + 1
    }
    if (rows.length < chunk) return { counts, sealed: all.digest(), refusals: lasting.digest() }
    from = Number(rows.at(-1)?.['first']) + 1
  }
}

/** Neighbours are taken together, however they were written. */
const openPlaces = () => {
  const hash = createHash('sha256')
  let current: { first: number; last: number; why: string } | undefined
  const end = (): void => {
    if (current !== undefined) hash.update(`${current.first}-${current.last} ${current.why}\n`)
  }
  return {
    add: (first: number, last: number, why: string): void => {
      if (current?.last === first - 1 && current.why === why) {
        current.last = last
        return
      }
      end()
      current = { first, last, why }
    },
    digest: (): string => {
      end()
      return hash.digest('hex')
    },
  }
}

/** In the order of what it would lead to. */
const alteration = (store: Store, target: number, now: PlanNow): string | undefined => {
  const base = target * span
  const sealed = store.get("SELECT * FROM targets WHERE number = ? AND state = 'sealed'", target)
  if (sealed === undefined) return 'the plan is not sealed'
  const places = store.get(
    `SELECT (SELECT min(number) FROM identities WHERE number >= ?1 AND number < ?2) AS first,
      (SELECT max(number) FROM identities WHERE number >= ?1 AND number < ?2) AS last`,
    base,
    base + span,
  )
  const isWhole = now.records === 0 || (places?.['first'] === base && places['last'] === base + now.records - 1)
  if (sealed['digest'] !== now.digest || Number(sealed['records']) !== now.records || !isWhole)
    return 'the records are not those that were planned'
  const refusals = recorded(store, target)
  if (
    Number(sealed['to_send']) !== now.toSend ||
    (refusals !== undefined && refusals !== refusalsNow(store, target).sealed)
  )
    return 'what the plan turned away is not what it turns away now'
  const odd = store.get(
    `SELECT max(last) AS last, sum(first <= before) AS twice, sum(settled_at IS NULL AND
        (status <> 'untouched' OR attempts <> 0 OR coalesce(why, '') NOT IN ('invalid-id', 'protected', 'held'))) AS strange
      FROM (SELECT *, lag(last) OVER (ORDER BY first) AS before FROM outcomes WHERE first >= ? AND first < ?)`,
    base,
    base + span,
  )
  if (Number(odd?.['last'] ?? 0) >= base + now.records) return 'there is an outcome of no record'
  if (Number(odd?.['twice']) > 0) return 'a record has two outcomes'
  if (Number(odd?.['strange']) > 0) return 'there is an outcome that no run has settled'
  return chainAlteration(store, target, refusals !== undefined)
}

/** The refusals as they were sealed; a release that did not chain what was settled has not recorded them either. */
const recorded = (store: Store, target: number): string | undefined => {
  const row = store.get('SELECT value FROM meta WHERE target = ? AND name = ?', target, sealedRefusals)
  return row === undefined ? undefined : JSON.parse(String(row['value']))
}

/** `isAll`: a release that did not chain has settled none of it. */
const chainAlteration = (store: Store, target: number, isAll: boolean): string | undefined => {
  const loose =
    'SELECT 1 FROM outcomes WHERE first >= ? AND first < ? AND settled_at IS NOT NULL AND link IS NULL LIMIT 1'
  if (isAll && store.get(loose, target * span, target * span + span) !== undefined)
    return 'there is an outcome that no run has settled'
  const { links, head, brokenAt } = checkChain(store, target)
  const last = recordedHead(store, target)
  if (last === undefined && links === 0 && brokenAt === undefined && !isAll) return undefined
  return brokenAt !== undefined || last?.links !== links || last.head !== head
    ? 'what was settled is not what the runs have settled'
    : undefined
}

/** The first record whose id does not come to its identity: the digest covers the one, and the other is sent. */
const strangeIdentity = (store: Store, target: number, identityOf: IdentityOf): number | undefined => {
  const base = target * span
  const sql = `SELECT number, id, identity FROM identities
    WHERE number >= ? AND number < ? AND identity IS NOT NULL ORDER BY number LIMIT ${chunk}`
  for (let from = base; ; ) {
    const rows = store.all(sql, from, base + span)
    for (const { number, id, identity } of rows) {
      if (typeof id === 'number' || identityOf(read(id)) !== read(identity)) return Number(number) - base + 1
    }
    if (rows.length < chunk) return undefined
    from = Number(rows.at(-1)?.['number']) + 1
  }
}
