import * as E from 'fp-ts/lib/Either.js'
import { describe, type ProviderError, type Reason } from '../contract/error.ts'
import type { Contents, RecordContent } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { isDoubted } from '../judge/record.ts'
import { keepAsking } from '../run/ask.ts'
import { leave, type Run } from '../run/run.ts'

/**
 * Before a batch goes out: reads what its records hold and has it kept. Answers with those that may be sent; any other is
 * left alone. Each sending has a copy of its own, because the record may have changed in between. Two go by the one they
 * have: records of a refused batch that is being searched, and those in doubt, which may be gone by the first sending.
 */
export const withCopies = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
  isSearched: boolean,
): Promise<ReadonlyArray<OpenRecord>> => {
  const due = records.filter((record) => !(record.copied && (isSearched || isDoubted(record))))
  if (due.length === 0 || run.ending.stop.reason() !== undefined) return records
  const read = await readAll(run, due)
  // What is stopping sends nothing, and says by itself why these are left.
  if (run.ending.stop.reason() !== undefined) return records
  if (E.isLeft(read)) {
    leaveUncopied(run, due, { code: 'unreadable', message: `its content could not be read: ${describe(read.left)}` })
    noteVain(run, read.left)
    return records.filter((record) => !record.settled)
  }
  const { found, absent, failure } = read.right
  const kept = due.filter((record) => found.has(run.identityOf(record.id)))
  if (kept.length > 0) {
    const copies = kept.map(({ id }) => ({ id, content: found.get(run.identityOf(id)) }))
    if (!(await run.books.copies.keep(copies))) return records
    run.known.experience.copied += kept.length
    for (const record of kept) record.copied = true
  }
  for (const record of due) {
    const identity = run.identityOf(record.id)
    if (!found.has(identity)) leaveUncopied(run, [record], absent.has(identity) ? notThere : leftOut(failure))
  }
  return records.filter((record) => !record.settled)
}

const leaveUncopied = (run: Run, records: ReadonlyArray<OpenRecord>, reason: Reason): void =>
  leave(run, records, 'not-backed-up', reason)

const notThere: Reason = { code: 'not-found', message: 'it was not there when its content was to be read' }

const leftOut = (failure: ProviderError | undefined): Reason => ({
  code: 'unreadable',
  message:
    failure === undefined
      ? 'the answers to reading its content left it out, or show that it is not whole'
      : `its content could not be read: ${describe(failure)}`,
})

interface Read {
  /** By identity. */
  readonly found: ReadonlyMap<string, unknown>
  readonly absent: ReadonlySet<string>
  readonly failure: ProviderError | undefined
}

const readAll = async (run: Run, records: ReadonlyArray<OpenRecord>): Promise<E.Either<ProviderError, Read>> => {
  const { readContent } = run.provider
  if (readContent === undefined)
    return E.left({ tag: 'Defect', detail: 'this provider can not read contents', cause: undefined })
  const batch = { number: run.known.experience.batches, ids: records.map(({ id }) => id) }
  const read = await keepAsking(run, (context) => readContent(batch, context), batch.number)
  return E.isLeft(read) ? read : E.right(byIdentity(run, read.right.answer))
}

/** Two contents of one record contradict each other: neither is believed. */
const byIdentity = (run: Run, { records, absent = [], failure }: Contents): Read => {
  const found = new Map<string, unknown>()
  const twice = new Set<string>()
  for (const { id, content } of records as ReadonlyArray<RecordContent>) {
    const identity = run.identityOf(id)
    if (found.has(identity)) twice.add(identity)
    if (content !== undefined && content !== null) found.set(identity, content)
  }
  for (const identity of twice) found.delete(identity)
  return { found, absent: new Set(Array.from(absent, run.identityOf)), failure }
}

/** So many reads in a row that showed nothing, with nothing read before, say that it is not the records. */
const mostVain = 3

const noteVain = (run: Run, error: ProviderError): void => {
  const { experience } = run.known
  experience.vainCopies++
  if (experience.copied > 0 || experience.vainCopies < mostVain) return
  run.ending.stop.halt({
    because: 'backup',
    detail: `no content can be read, and nothing is deleted without a copy: ${describe(error)}`,
    error,
  })
}
