import { UsageError } from '../core/contract/error.ts'
import type { RecordOutcome, RunSummary } from '../core/contract/outcome.ts'
import { openIdentities } from '../core/intake/identities.ts'
import type { Ids } from '../core/intake/source.ts'
import type { FieldCheck, OpusRecord, WrongField } from './fields.ts'
import { type SubmitOutcome, type SubmitReport, type SubmitTotals, submitOutcomeOf, summaryOf } from './outcomes.ts'

/** Records as a caller hands them in. */
export type Records<Submitted extends OpusRecord = OpusRecord> =
  | (Iterable<Submitted> & object)
  | AsyncIterable<Submitted>

/** Where records come in and outcomes go out: between them a run knows them by their keys alone. */
export interface Desk {
  /** The keys of those that can be sent, as they are pulled. */
  readonly keys: Ids
  /** What is to be sent for a key that has no outcome yet. */
  readonly recordOf: (key: string) => OpusRecord
  readonly settle: (outcome: RecordOutcome) => void
  readonly totals: () => SubmitTotals
  readonly close: (summary: RunSummary) => SubmitReport
}

export const openDesk = (records: Records, check: FieldCheck): Desk => {
  const open = new Map<string, { readonly record: OpusRecord; readonly index: number }>()
  const seen = openIdentities()
  const outcomes: SubmitOutcome[] = []
  const totals = { submitted: 0, rejected: 0, invalid: 0, untouched: 0, unconfirmed: 0 }
  let taken = 0

  const put = (outcome: SubmitOutcome): void => {
    totals[outcome.status]++
    outcomes[outcome.index] = outcome
  }

  /** The key to send it under; `undefined` for a record that is not to be sent, which has its outcome then. */
  const take = (record: OpusRecord): string | undefined => {
    const index = taken++
    const fields = check(record)
    const key = rowKeyOf(record)
    if (fields.length > 0 || key === undefined) put({ index, ...(key && { rowKey: key }), status: 'invalid', fields })
    else if (!seen.add(key)) put({ index, rowKey: key, status: 'invalid', fields: [repeated] })
    else {
      open.set(key, { record, index })
      return key
    }
    return undefined
  }

  const settle = (outcome: RecordOutcome): void => {
    const entry = open.get(outcome.id)
    if (entry === undefined) throw new Error('a second outcome for a record')
    open.delete(outcome.id)
    put(submitOutcomeOf(outcome, entry.index))
  }

  return {
    keys: keysOf(records, take),
    recordOf: (key) => open.get(key)?.record as OpusRecord,
    settle,
    totals: () => ({ ...totals }),
    close: (summary) => {
      // What a slow source gave when the run was over already has gone nowhere.
      const why = summary.halted === undefined ? 'aborted' : 'halted'
      for (const [id] of open) settle({ id, status: 'untouched', why })
      const settled = Object.values(totals).reduce((sum, count) => sum + count, 0)
      const report = { ...summaryOf(summary, { ...totals }), outcomes }
      return settled === taken ? report : { ...report, halted: breach(taken, settled) }
    },
  }
}

const rowKeyOf = (record: unknown): string | undefined => {
  const key = typeof record === 'object' && record !== null ? (record as Partial<OpusRecord>).rowKey : undefined
  return typeof key === 'string' && key !== '' ? key : undefined
}

/** Which of the two should stand in the end can't be known: requests go out side by side. */
const repeated: WrongField = { field: 'rowKey', why: 'an earlier record has the same one' }

const breach = (taken: number, settled: number) => {
  const detail = `${taken} records were handed in and ${settled} have an outcome`
  return { because: 'defect', detail, error: { tag: 'Defect', detail, cause: undefined } } as const
}

const keysOf = (records: Records, take: (record: OpusRecord) => string | undefined): Ids => {
  if (typeof records === 'object' && records !== null) {
    if (Symbol.asyncIterator in records) return { [Symbol.asyncIterator]: () => slowKeys(records, take) }
    if (Symbol.iterator in records) {
      // What has an end that is safe to read to is read to it, whatever happens.
      const sized = 'length' in records || 'size' in records ? { length: 0 } : {}
      return { ...sized, [Symbol.iterator]: () => quickKeys(records, take) }
    }
  }
  throw new UsageError('records must be an iterable or async iterable of records, such as an array or a generator')
}

function* quickKeys(
  records: Iterable<OpusRecord>,
  take: (record: OpusRecord) => string | undefined,
): Generator<string> {
  for (const record of records) {
    const key = take(record)
    if (key !== undefined) yield key
  }
}

/** No generator: a run that ends closes the source at once, though it may be at work. */
const slowKeys = (
  records: AsyncIterable<OpusRecord>,
  take: (record: OpusRecord) => string | undefined,
): AsyncIterator<string> => {
  const source = records[Symbol.asyncIterator]()
  let closed = false
  return {
    next: async () => {
      while (!closed) {
        const { done, value } = await source.next()
        if (done === true) break
        const key = closed ? undefined : take(value)
        if (key !== undefined) return { done: false, value: key }
      }
      return { done: true, value: undefined }
    },
    return: async () => {
      closed = true
      await source.return?.()
      return { done: true, value: undefined }
    },
  }
}
