import type { Culprit, ErrorOf, Reason } from '../contract/error.ts'
import type { OpenRecord, Search, Work } from '../intake/work.ts'

/**
 * Finds the records that make a batch be refused. A named culprit is settled and the rest goes again, refilled. An
 * anonymous refusal begins a nested search: a part is sent; if it passes, the culprit is among the others; if it is
 * refused, the search goes on inside it and nothing is known of the others any more. Nothing is settled by inference:
 * the refusal may have been of the moment, so the one that is left to blame is asked about.
 */
export interface Isolated {
  /** Culprits, with what the refusal says of each; `alone`: it was the only record of the refused request, or was named. */
  readonly culprits: ReadonlyArray<Found>
  /** Nothing is known against these: they go again with any others. */
  readonly free: ReadonlyArray<OpenRecord>
  /** What to send next, exactly as it is. */
  readonly next?: Work
}

/** A record to blame, and for what; `unknown`: the refusal did not say whether it is missing or refused. */
export interface Found {
  readonly record: OpenRecord
  readonly is: 'absent' | 'rejected' | 'unknown'
  readonly reason: Reason
  readonly refusal: ErrorOf<'Refused'>
  /** The batch whose refusal led here, and how many records it held. */
  readonly root: number
  readonly rootSize: number
  /** When the request left whose refusal it was in last. */
  readonly sentAt: number
  /** It was the only record of the refused request; it was named by the refusal; or it is the only one left to blame. */
  readonly by: 'alone' | 'name' | 'inference'
}

/** What the run has seen so far of good and bad records. */
export interface Experience {
  readonly passed: number
  readonly bad: number
}

/** The part of bad records to expect: what was seen so far, with one record of doubt either way. */
export const badRate = ({ passed, bad }: Experience): number =>
  bad === 0 ? 0.5 / (passed + 100) : bad / (passed + bad)

/** The best size of a first group when refusals name nobody and a part `p` of the records is bad. */
export const firstGroup = (p: number): number => (p > 0.38 ? 1 : Math.max(1, Math.round(Math.LN2 / p)))

export const afterRefusal = (
  work: Work,
  refusal: ErrorOf<'Refused'>,
  batch: number,
  experience: Experience,
  identityOf: (id: string) => string,
  sentAt: number,
): Isolated => {
  const { records, search } = work
  const others = search?.others ?? []
  const begun = { root: search?.root ?? batch, rootSize: search?.rootSize ?? records.length, sentAt, others: [] }
  const whole = { ...begun, refusal }
  const named = culpritsNamed(records, refusal, identityOf).map(({ record, is, reason }): Found => {
    const plain = found(record, whole, records.length === 1 ? 'alone' : 'name')
    return { ...plain, is, reason: reason ?? plain.reason }
  })
  if (named.length > 0) {
    const settled = new Set(named.map((found) => found.record))
    const free = [...records.filter((record) => !settled.has(record)), ...others]
    const probe = free[probeAt(free.length, begun.root)]
    if (experience.passed > 0 || probe === undefined) return { culprits: named, free }
    return { culprits: named, free: free.filter((record) => record !== probe), next: { records: [probe] } }
  }
  // What names only records that were not sent speaks of those: that they are missing, say, tells nothing of ours.
  const ofOthers = refusal.culprits.length > 0
  const inner: Search = { ...begun, refusal: ofOthers ? { ...refusal, blames: 'unknown' } : refusal }
  const [only] = records
  if (records.length === 1 && only !== undefined) return { culprits: [found(only, inner, 'alone')], free: others }
  return { culprits: [], free: others, next: split(records, inner, experience) }
}

/** A part of a search passed: the culprit is among the others. */
export const afterPass = (search: Search, experience: Experience): Isolated => {
  const [only] = search.others
  if (only === undefined) return { culprits: [], free: [] }
  if (search.others.length === 1) return { culprits: [found(only, search, 'inference')], free: [] }
  return { culprits: [], free: [], next: split(search.others, search, experience) }
}

/** While nothing has ever passed, one record is sent alone: perhaps it is not the records. */
const split = (suspects: ReadonlyArray<OpenRecord>, search: Search, experience: Experience): Work => {
  if (experience.passed === 0) {
    const at = probeAt(suspects.length, search.root)
    return { records: suspects.slice(at, at + 1), search: { ...search, others: suspects.toSpliced(at, 1) } }
  }
  const size = splitSize(suspects.length, badRate(experience))
  return { records: suspects.slice(0, size), search: { ...search, others: suspects.slice(size) } }
}

/** Which one is sent alone: another place in each batch, for lists in which each batch begins, say, with a bad one. */
const probeAt = (count: number, root: number): number => (root * 37) % Math.max(1, count)

/** Of `count` records of which at least one is bad, so many that they are free of bad ones about every second time. */
export const splitSize = (count: number, p: number): number => {
  const good = 1 - p
  if (good <= 0) return 1
  const half = p < 1e-9 ? count / 2 : Math.log((1 + good ** count) / 2) / Math.log(good)
  return Math.min(count - 1, Math.max(1, Math.round(half)))
}

const found = (record: OpenRecord, { refusal, root, rootSize, sentAt }: Search, by: Found['by']): Found => ({
  record,
  is: refusal.blames,
  reason: refusal.reason ?? {
    code: 'refused',
    message: refusal.detail,
    ...(refusal.status > 0 && { status: refusal.status }),
  },
  refusal,
  root,
  rootSize,
  sentAt,
  by,
})

/** A record that a refusal names, and as what. */
export interface Named {
  readonly record: OpenRecord
  readonly is: Found['is']
  readonly reason?: Reason
}

/** The culprits that the refusal names and that were really sent. One that it names as two different things is neither. */
export const culpritsNamed = (
  records: ReadonlyArray<OpenRecord>,
  { culprits }: Pick<ErrorOf<'Refused'>, 'culprits'>,
  identityOf: (id: string) => string,
): ReadonlyArray<Named> => {
  if (culprits.length === 0) return []
  const blamed = new Map<string, Culprit | undefined>()
  for (const culprit of culprits) {
    const identity = identityOf(culprit.id)
    const agrees = !blamed.has(identity) || blamed.get(identity)?.is === culprit.is
    blamed.set(identity, agrees ? culprit : undefined)
  }
  return records.flatMap((record): Named[] => {
    const identity = identityOf(record.id)
    if (!blamed.has(identity)) return []
    const culprit = blamed.get(identity)
    return [{ record, is: culprit?.is ?? 'unknown', ...(culprit?.is === 'rejected' && { reason: culprit.reason }) }]
  })
}
