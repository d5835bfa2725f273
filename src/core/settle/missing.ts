import * as E from 'fp-ts/lib/Either.js'
import type { ErrorOf } from '../contract/error.ts'
import type { OpenRecord, Work } from '../intake/work.ts'
import { type MissingMet, type Run, settleGone } from '../run/run.ts'
import { canRead, look } from './reader.ts'

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

/** Before a batch goes out: takes out those that a proven reader does not list, when there are likely to be some. Each record is read once. */
export const withoutMissing = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<ReadonlyArray<OpenRecord>> => {
  if (run.known.missing.refusedShare <= 0.5 || !mayLook(run) || records.some((record) => record.doubt !== undefined))
    return records
  const unread = records.filter((record) => !record.listed)
  const gone = unread.length === 0 ? undefined : await settleMissing(run, unread)
  if (gone === undefined) return records
  noteMissing(run, gone.size)
  run.known.missing.refusedShare = towards(run.known.missing.refusedShare, 0)
  return records.filter((record) => !gone.has(record))
}

/** After an anonymous refusal: true when reading found culprits, and `left` is what remains of the batch. */
export const readCulprits = async (
  run: Run,
  work: Work,
  refusal: ErrorOf<'Refused'>,
): Promise<ReadonlyArray<OpenRecord> | undefined> => {
  const { missing } = run.known
  const named = refusal.culprits.length > 0
  if (named || work.search !== undefined || work.records.length === 1 || refusal.blames === 'rejected') return undefined
  if (missing.readsPay <= worthAsking || !mayLook(run) || work.records.every((record) => record.listed))
    return undefined
  const gone = await settleMissing(run, work.records)
  missing.readsPay = towards(missing.readsPay, gone !== undefined && gone.size > 0 ? 1 : 0, 0.8)
  if (gone === undefined || gone.size === 0) return undefined
  noteMissing(run, gone.size)
  return work.records.filter((record) => !gone.has(record))
}

const mayLook = (run: Run): boolean =>
  run.provider.capabilities.atomicity === 'all-or-nothing' &&
  canRead(run) &&
  run.known.proofs.any() &&
  run.ending.stop.reason() === undefined

/** Undefined when nothing could be learnt. */
const settleMissing = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<ReadonlySet<OpenRecord> | undefined> => {
  const seen = await look(run, records)
  if (E.isLeft(seen) || !seen.right.proven) return undefined
  for (const record of seen.right.unlisted) settleGone(run, record, 'absent', 'read-back')
  for (const record of seen.right.listed) record.listed = true
  return new Set(seen.right.unlisted)
}
