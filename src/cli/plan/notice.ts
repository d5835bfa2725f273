import type { BulkRecordProvider } from '../../index.ts'
import type { IdEntry } from '../ids/entry.ts'
import { hasLooseEnds } from '../ids/quoted.ts'

/** What is noticed of a list while it passes on its way into a plan. */
export interface Notice {
  /** Ids, repeats included. */
  readonly ids: number
  /** The first few. */
  readonly first: ReadonlyArray<IdEntry>
  /** The first few that the system does not take. */
  readonly bad: ReadonlyArray<IdEntry>
  /** Rows that hold nothing but separators. */
  readonly emptyRows: number
  /** Ids that begin or end with a blank or with a character that can't be seen, and the first of them. */
  readonly looseEnds: { readonly ids: number; readonly example?: IdEntry }
}

/** Watches ids pass, and changes none. `look` is called now and then meanwhile. */
export const openNotice = (provider: Pick<BulkRecordProvider, 'isValidId'>, look: () => void = () => {}) => {
  const first: IdEntry[] = []
  const bad: IdEntry[] = []
  let ids = 0
  let emptyRows = 0
  let loose = 0
  let example: IdEntry | undefined
  const note = (entry: IdEntry): void => {
    ids++
    if (ids % 1_024 === 0) look()
    if (first.length < fewEntries) first.push(entry)
    if (bad.length < fewEntries && !isTaken(provider, entry.id)) bad.push(entry)
    if (!hasLooseEnds(entry.id)) return
    loose++
    example ??= entry
  }
  async function* watched(entries: AsyncIterable<IdEntry> | Iterable<IdEntry>): AsyncGenerator<IdEntry> {
    for await (const entry of entries) {
      note(entry)
      yield entry
    }
  }
  return {
    watched,
    onEmptyRow: (): void => void emptyRows++,
    notice: (): Notice => ({
      ids,
      first,
      bad,
      emptyRows,
      looseEnds: { ids: loose, ...(example !== undefined && { example }) },
    }),
  }
}

/** That a check throws is for the plan to say. */
const isTaken = (provider: Pick<BulkRecordProvider, 'isValidId'>, id: string): boolean => {
  try {
    return id !== '' && provider.isValidId(id)
  } catch {
    return false
  }
}

const fewEntries = 3
