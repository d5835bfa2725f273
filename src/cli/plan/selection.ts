import {
  AskingFailedError,
  type AskOptions,
  type BulkRecordProvider,
  type DatoCmsSideEffects,
  ListChangedError,
  UsageError,
} from '../../index.ts'
import { type Expectation, selectingOf } from '../config/select.ts'
import type { JsonObject } from '../config/text.ts'
import type { IdEntry } from '../ids/entry.ts'
import type { Origin } from '../systems/provider.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted, grouped, percent } from '../terminal/figures.ts'

/** Where the records of a target come from that is selected: asked for once, while it is planned. */
export interface Selection {
  readonly entries: () => AsyncIterable<IdEntry>
  /** What a person may recognise a record by, once it was listed. */
  readonly titleOf: (id: string) => string | undefined
  /** How many records of the kind there are in all; `undefined` where the system can't count, or does not say. */
  readonly countAll: () => Promise<number | undefined>
  readonly sideEffects: () => Promise<DatoCmsSideEffects | undefined>
}

export const openSelection = (
  provider: BulkRecordProvider,
  name: string,
  select: JsonObject,
  { spot }: Origin,
  options: AskOptions,
): Selection => {
  const selecting = selectingOf(name)
  const titles = new Map<string, string>()
  const failed = (cause: unknown): unknown =>
    cause instanceof AskingFailedError || cause instanceof ListChangedError || cause instanceof UsageError
      ? new CommandError(`${spot(['select'])}: ${cause.message}`, undefined, cause)
      : cause
  const orUnknown = async <A>(asked: Promise<A> | undefined): Promise<A | undefined> => {
    try {
      return await asked
    } catch (cause) {
      if (cause instanceof AskingFailedError) return undefined
      throw cause
    }
  }

  async function* entries(): AsyncGenerator<IdEntry> {
    try {
      for await (const { id, title } of selecting?.list(provider, select, options).records() ?? []) {
        if (title !== undefined) titles.set(id, title)
        yield { id }
      }
    } catch (cause) {
      throw failed(cause)
    }
  }

  return {
    entries,
    titleOf: (id) => titles.get(id),
    countAll: () => orUnknown(selecting?.countAll?.(provider, select, options)),
    sideEffects: () => orUnknown(selecting?.sideEffects?.(provider, select, options)),
  }
}

/** Rejects with a `CommandError` where a target came to something else than was expected. */
export const demandExpected = (
  expect: Expectation | undefined,
  records: number,
  inAll: number | undefined,
  { spot }: Origin,
): void => {
  if (expect === undefined) return
  if ('records' in expect) {
    if (expect.records === records) return
    throw new CommandError(
      `${spot(['expect', 'records'])}: there are ${counted(records, 'record')}, and ${grouped(expect.records)} were expected: find out why before you change this`,
    )
  }
  const { atMostShare } = expect
  if (inAll === undefined)
    throw new CommandError(
      `${spot(['expect', 'atMostShare'])}: the system does not say how many records there are in all`,
    )
  if (records <= atMostShare * inAll) return
  throw new CommandError(
    `${spot(['expect', 'atMostShare'])}: ${grouped(records)} of ${counted(inAll, 'record')} is ${percent(records / inAll)}, more than ${percent(atMostShare)}`,
  )
}
