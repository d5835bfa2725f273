import type { OpenRecord } from '../intake/work.ts'
import { isDoubted } from '../judge/record.ts'
import { type Run, settle } from './run.ts'

/**
 * Those of the records that are not held now; the others end here. Asked for each batch, since a hold may come while the run
 * goes on. Where it can't be told the run halts, and nothing of the batch may be sent.
 */
export const withoutHeld = async (run: Run, records: ReadonlyArray<OpenRecord>): Promise<ReadonlyArray<OpenRecord>> => {
  const references = await referencesOf(run, records)
  if (references === undefined || references.every((reference) => reference === undefined)) return records
  const free: OpenRecord[] = []
  for (const [index, record] of records.entries()) {
    const reference = references[index]
    if (reference === undefined) free.push(record)
    else settleHeld(run, record, reference)
  }
  return free
}

/** What an earlier request may have done to it is not undone by a hold. */
const settleHeld = (run: Run, record: OpenRecord, reference: string): void => {
  const doubted = isDoubted(record) ? record.doubt : undefined
  if (doubted === undefined) settle(run, record, { status: 'untouched', why: 'held', reference })
  else settle(run, record, { status: 'unconfirmed', reason: doubted.reason })
}

/** Whether any of them is held by now, or it can't be told. */
export const someHeld = async (run: Run, records: ReadonlyArray<OpenRecord>): Promise<boolean> => {
  const references = await referencesOf(run, records)
  return references === undefined || references.some((reference) => reference !== undefined)
}

const referencesOf = async (
  run: Run,
  records: ReadonlyArray<OpenRecord>,
): Promise<ReadonlyArray<string | undefined> | undefined> => {
  try {
    const references = await run.settings.holds?.(records.map(({ id }) => id))
    if (references === undefined) return records.map(() => undefined)
    if (references.length === records.length) return references
    throw new Error(`holds answered for ${references.length} of ${records.length} ids`)
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause)
    run.ending.stop.halt({ because: 'guard', detail: `what is held can't be told: ${message}` })
    return undefined
  }
}
