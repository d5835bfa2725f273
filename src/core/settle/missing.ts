import * as E from 'fp-ts/lib/Either.js'
import type { ErrorOf } from '../contract/error.ts'
import type { OpenRecord, Sending, Work } from '../intake/work.ts'
import { culpritsNamed, type Found } from '../judge/isolation.ts'
import { isDoubted } from '../judge/record.ts'
import { type MissingMet, type Run, seem } from '../run/run.ts'
import { settleCulprits, tellRefused } from './culprits.ts'
import { settleSeen } from './doubt.ts'
import { canRead, type Look, look } from './reader.ts'

/** What is met at the start of a run: nothing, and every prospect that reading pays. */
export const openMissingMet = (): MissingMet => ({ refusedShare: 0, readsPay: 0.5 })

const memory = 0.9
const worthAsking = 0.2
/** More than this many at once teach no more. */
const mostCounted = 30

const towards = (mean: number, value: 0 | 1, weight = memory): number => mean * weight + value * (1 - weight)

export const noteMissing = ({ known: { missing } }: Run, count: number): void => {
  for (let met = 0; met < Math.min(count, mostCounted); met++) missing.refusedShare = towards(missing.refusedShare, 1)
}

/** All of these passed. Those that were read before they went teach nothing of the ones that were not. */
export const notePassed = ({ known: { missing } }: Run, records: ReadonlyArray<OpenRecord>): void => {
  if (records.every((record) => !record.listed)) missing.refusedShare = towards(missing.refusedShare, 0)
}

/** Whether anonymous refusals are settled by reading rather than by a search, so that batches may stay whole. */
export const readsInstead = (run: Run): boolean => canRead(run) && run.known.missing.readsPay > 0.5

/**
 * Before a batch goes out: takes out those that a proven reader does not list, when there are likely to be some. They go in a
 * batch of their own: that they were not listed says nothing yet. Each record is read once.
 */
export const withoutMissing = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<ReadonlyArray<OpenRecord>> => {
  if (run.known.missing.refusedShare <= 0.5 || !mayLook(run) || records.some(isDoubted)) return records
  const unread = records.filter((record) => !record.listed)
  const seen = unread.length === 0 ? undefined : await lookAhead(run, unread)
  if (seen === undefined) return records
  const { unlisted } = seen
  noteMissing(run, unlisted.length)
  run.known.missing.refusedShare = towards(run.known.missing.refusedShare, 0)
  if (unlisted.length === 0) return records
  run.queue.unlisted.addAgain(unlisted)
  seem(run, unlisted, 'absent')
  run.tell.wake()
  const gone = new Set(unlisted)
  return records.filter((record) => !gone.has(record))
}

/** Those that were not listed, as many as go together; all of them once nothing else is to be sent. */
export const nextUnlisted = (run: Run, isLast: boolean): Work | undefined => {
  const { unlisted, batcher } = run.queue
  const { count } = batcher.limits()
  if (unlisted.waiting() < (isLast ? 1 : count)) return undefined
  const { batch, tooLarge } = unlisted.take(count)
  batcher.addAgain(tooLarge)
  return batch.length === 0 ? undefined : { records: batch, unlisted: true }
}

/** A batch of those was refused, as was to be expected: whom it names, it says something of; the others are read again. */
export const suspectUnlisted = (
  run: Run,
  { work, batch, sentAt }: Sending,
  refusal: ErrorOf<'Refused'>,
): Promise<void> => {
  const named = new Map(culpritsNamed(work.records, refusal, run.identityOf).map((one) => [one.record, one]))
  const common = {
    refusal,
    sentAt,
    root: batch.number,
    rootSize: work.records.length,
    reason: refusal.reason ?? { code: 'refused', message: refusal.detail },
  }
  const alone = work.records.length === 1
  const culprits: Found[] = []
  for (const record of work.records) {
    const culprit = named.get(record)
    const is = culprit?.is ?? (alone ? refusal.blames : 'unknown')
    const by = alone ? 'alone' : culprit === undefined ? 'inference' : 'name'
    culprits.push({ record, ...common, is, by, ...(culprit?.reason && { reason: culprit.reason }) })
  }
  return settleCulprits(run, culprits)
}

/** After an anonymous refusal: true when reading found culprits, and `left` is what remains of the batch. */
export const readCulprits = async (
  run: Run,
  { work, batch, sentAt }: Sending,
  refusal: ErrorOf<'Refused'>,
): Promise<ReadonlyArray<OpenRecord> | undefined> => {
  const { missing } = run.known
  const named = refusal.culprits.length > 0
  if (named || work.search !== undefined || work.records.length === 1 || refusal.blames === 'rejected') return undefined
  if (missing.readsPay <= worthAsking || !mayLook(run) || work.records.every((record) => record.listed))
    return undefined
  const seen = await lookAhead(run, work.records)
  const isPaid = seen !== undefined && seen.unlisted.length > 0
  missing.readsPay = towards(missing.readsPay, isPaid ? 1 : 0, 0.8)
  if (!isPaid) return undefined
  const { unlisted, at } = seen
  noteMissing(run, unlisted.length)
  const reason = refusal.reason ?? { code: 'refused', message: refusal.detail }
  const common = { refusal, reason, sentAt, root: batch.number, rootSize: work.records.length } as const
  const culprits = unlisted.map((record): Found => ({ ...common, record, is: 'unknown', by: 'inference' }))
  for (const culprit of culprits) tellRefused(run, culprit)
  seem(run, unlisted, 'absent')
  // Where reads don't lag, the one that was made for orientation tells at once.
  if (at - run.settings.readLagMs >= sentAt) settleSeen(run, { ...seen, listed: [], unread: [] })
  run.known.culprits.suspects.push(...culprits.filter(({ record }) => !record.settled))
  run.tell.wake()
  const gone = new Set(unlisted)
  return work.records.filter((record) => !gone.has(record))
}

const mayLook = (run: Run): boolean =>
  run.provider.capabilities.atomicity === 'all-or-nothing' &&
  canRead(run) &&
  run.known.proofs.any() &&
  run.ending.stop.reason() === undefined

/** Undefined when nothing could be learnt. */
const lookAhead = async (run: Run, records: ReadonlyArray<OpenRecord>): Promise<Look | undefined> => {
  const seen = await look(run, records)
  if (E.isLeft(seen) || !seen.right.proven) return undefined
  for (const record of seen.right.listed) record.listed = true
  return seen.right
}
