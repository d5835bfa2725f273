import * as E from 'fp-ts/lib/Either.js'
import { describe, type ProviderError } from '../contract/error.ts'
import { type Existing, listingOf } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { see } from '../judge/record.ts'
import { keepAsking } from '../run/ask.ts'
import type { Run } from '../run/run.ts'

/**
 * What one look showed. It is a fact about `unlisted` records only as far as the reader is proven: it must have listed some
 * record of this run, in the same form of reading.
 */
export interface Look {
  readonly listed: ReadonlyArray<OpenRecord>
  readonly unlisted: ReadonlyArray<OpenRecord>
  /** Those that the answers say nothing of. */
  readonly unread: ReadonlyArray<OpenRecord>
  readonly proven: boolean
  /** The form of reading that it was made in. */
  readonly form: string
  /** Whether that is the provider's usual one. */
  readonly usual: boolean
  /** When the look began: what it shows was so no earlier. */
  readonly at: number
}

/** Whether this run may and can read back. */
export const canRead = (run: Run): boolean => run.provider.findExisting !== undefined && run.settings.verify !== 'never'

/** Looks which of the records exist; repeats a look that failed, within `attempts`. The error is the last one's. */
export const look = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  attempts = run.settings.attempts,
): Promise<E.Either<ProviderError, Look>> => {
  const { findExisting } = run.provider
  if (findExisting === undefined)
    return E.left({ tag: 'Defect', detail: 'this provider can not read', cause: undefined })
  const batch = { number: run.known.experience.batches, ids: records.map((record) => record.id) }
  const seen = await keepAsking(run, (context) => findExisting(batch, context), batch.number, attempts)
  return E.isLeft(seen) ? seen : shown(run, records, seen.right.answer, seen.right.at)
}

/** Asks again for what the answers left out, as long as that tells of some of it, and so often at most. */
const mostParts = 8

/** The same, until every record was read or the answers say no more. */
export const lookAtAll = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<E.Either<ProviderError, Look>> => {
  const first = await look(run, records)
  if (E.isLeft(first)) return first
  let whole = first.right
  for (let part = 1; part < mostParts && whole.unread.length > 0 && !run.ending.stop.over.aborted; part++) {
    const more = await look(run, whole.unread)
    if (E.isLeft(more) || more.right.form !== whole.form || more.right.unread.length === whole.unread.length) break
    const { listed, unlisted, unread, proven } = more.right
    whole = {
      ...whole,
      listed: [...whole.listed, ...listed],
      unlisted: [...whole.unlisted, ...unlisted],
      unread,
      proven: whole.proven || proven,
    }
  }
  return E.right(whole)
}

const usualForm = 'usual'

const indexesOf = (records: ReadonlyArray<OpenRecord>): ReadonlyArray<number> => records.map(({ index }) => index)

const shown = (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  answer: Existing,
  at: number,
): E.Either<ProviderError, Look> => {
  const { ids, complete, unread = [], form = usualForm } = listingOf(answer)
  const identities = new Set(Array.from(ids, run.identityOf))
  const untold = new Set(Array.from(unread, run.identityOf))
  const listed: OpenRecord[] = []
  const unlisted: OpenRecord[] = []
  const left: OpenRecord[] = []
  const found = new Set<string>()
  for (const record of records) {
    const identity = run.identityOf(record.id)
    if (identities.has(identity)) {
      found.add(identity)
      listed.push(record)
    } else if (complete && !untold.has(identity)) unlisted.push(record)
    else left.push(record)
  }
  // A list of others is an answer to another question: what it does not hold is not gone for that.
  if (found.size < identities.size) {
    return E.left({ tag: 'Garbled', detail: 'the reader lists records that were not asked for', paths: [] })
  }
  if (listed.length > 0) run.known.proofs.prove(form)
  const proven = run.known.proofs.isProven(form)
  const seen = { kind: 'read', form, at, proven } as const
  if (run.books.recorder.isKept)
    run.books.recorder.note({
      ...seen,
      listed: indexesOf(listed),
      unlisted: indexesOf(unlisted),
      unread: indexesOf(left),
    })
  return E.right({ listed, unlisted, unread: left, proven, form, usual: form === usualForm, at })
}

/**
 * Looks until what the look shows is proven, or nothing is left in the run that could prove it. An unproven look at
 * records that are not listed waits: a later batch may show that the reader can see.
 */
export const lookWithProof = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<E.Either<ProviderError, Look>> => {
  const first = await lookAtAll(run, records)
  if (E.isLeft(first) || first.right.proven) return first
  const endWait = run.tell.waits.begin('proof', records.length)
  const proven = await run.known.proofs.wait()
  endWait()
  return proven ? lookAtAll(run, records) : first
}

/**
 * The positive control. Batches are read before they are deleted until the reader has listed something: the first one,
 * while all others wait, and as a rule that is one request a run; then each. What such a look does not list is sent all
 * the same: its deletion, not the look, is the evidence. A look that is refused, or can't be read, was the last one; of
 * others that fail a few are tried.
 */
export const openControl = (run: Run): ((records: ReadonlyArray<OpenRecord>) => Promise<void>) => {
  let first: Promise<void> | undefined
  let failures = 0
  const isOver = () => failures >= mostFailures || run.known.proofs.any() || !canRead(run)
  const control = async (records: ReadonlyArray<OpenRecord>): Promise<void> => {
    const seen = await look(run, records.slice(0, controlSize), 1)
    if (E.isRight(seen) && seen.right.proven) noteSeen(run, seen.right)
    if (E.isLeft(seen)) failures += seen.left.tag === 'Refused' || seen.left.tag === 'Garbled' ? mostFailures : 1
  }
  return async (records) => {
    if (isOver()) return
    if (first === undefined) {
      first = control(records)
      return first
    }
    await first
    if (!isOver() && run.ending.stop.reason() === undefined) await control(records)
  }
}

const mostFailures = 3

/** Records of a batch that a control asks for: one that is there is enough, and some systems are asked one by one. */
const controlSize = 3

/** Before a record is sent, a read tells of it only where nobody else changes it. */
const noteSeen = (run: Run, { listed, unlisted, at }: Look): void => {
  for (const record of listed) record.listed = true
  if (run.settings.others === 'may') return
  for (const record of listed) see(record, { listed: true, from: at - run.settings.readLagMs }, run.settings)
  for (const record of unlisted) see(record, { listed: false, from: at - run.settings.readLagMs }, run.settings)
}

/** Why a look settles nothing. */
export const unreadable = (failure: ProviderError | undefined): { readonly code: string; readonly message: string } =>
  failure === undefined
    ? {
        code: 'reader-unproven',
        message: 'it is not listed, but the reader has not listed any record of this run: that proves nothing',
      }
    : { code: 'unreadable', message: `it could not be read back: ${describe(failure)}` }
