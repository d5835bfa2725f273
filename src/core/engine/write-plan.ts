import type { Journal, JournalPlan, PlanEntry } from '../contract/journal.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import { asGiven, openIntake } from '../intake/intake.ts'
import type { DurableOptions } from '../settings/options.ts'
import { type Settings, settingsOf } from '../settings/settings.ts'
import type { Sink } from './handover.ts'

/** Ids written at once. */
const chunk = 1_000

/** What a plan is made of: ids, or ids with what the input held beside them. */
export type PlanIds = Iterable<string | PlanInput> | AsyncIterable<string | PlanInput>
export type PlanInput = Pick<PlanEntry, 'id' | 'columns'>

/** Writes a plan and sends nothing; throws `UsageError` for misuse. */
export const writePlanInto = async (
  provider: BulkRecordProvider,
  ids: PlanIds,
  options: DurableOptions,
): Promise<JournalPlan> => writePlan(options.journal, provider, ids, settingsOf(provider, options))

/**
 * Writes a plan: every distinct identity in order, what is turned away and why. Exact, on disk, in flat memory. Rejects
 * with the source's own error, and leaves no plan then.
 */
export const writePlan = async (
  journal: Journal,
  provider: BulkRecordProvider,
  ids: PlanIds,
  settings: Settings,
  sink?: Sink,
): Promise<JournalPlan> => {
  const identityOf = provider.identityOf ?? asGiven
  // The journal tells repeats, so nothing of that kind is kept in memory.
  const judge = openIntake(provider, { ...settings, duplicates: 'allow' })
  let duplicates = 0
  let records = 0
  const entryOf = ({ id, columns }: PlanInput, reference: string | undefined): PlanEntry => {
    const judgement = judge(id)
    const held = reference === undefined ? {} : { refused: 'held' as const, reference }
    const refused = judgement === 'invalid-id' || judgement === 'protected' ? { refused: judgement } : held
    return { id, identity: identityOf(id), ...refused, ...(columns !== undefined && { columns }) }
  }
  await journal.beginPlan()
  await eachChunk(ids, async (some) => {
    const held = await settings.holds?.(some.map(({ id }) => id))
    const entries = some.map((input, index) => entryOf(input, held?.[index]))
    const fresh = await journal.addToPlan(entries)
    duplicates += fresh.filter((isNew) => !isNew).length
    for (const { id, refused } of entries.filter((_, place) => fresh[place] === true)) {
      const index = records++
      if (refused !== undefined) sink?.put({ id, status: 'untouched', why: refused }, index)
    }
    if (sink !== undefined) await roomIn(sink)
  })
  return journal.sealPlan({ duplicates, sourceEnded: true })
}

const roomIn = async (sink: Sink): Promise<void> => {
  let isFull = true
  while (isFull) {
    await new Promise<void>((resolve) => {
      isFull = sink.full(resolve)
      if (!isFull) resolve()
    })
  }
}

/** Hands on the ids some at a time; rejects for an entry that is no string. */
export const eachChunk = async (ids: PlanIds, take: (some: ReadonlyArray<PlanInput>) => unknown): Promise<void> => {
  let pulled = 0
  let waiting: PlanInput[] = []
  const add = (given: string | PlanInput): boolean => {
    pulled++
    const entry = typeof given === 'object' && given !== null ? given : { id: given }
    if (typeof entry.id !== 'string') throw new TypeError(`entry ${pulled} of the id source is not a string`)
    return waiting.push(entry) >= chunk
  }
  const hand = async (): Promise<void> => {
    const some = waiting
    waiting = []
    await take(some)
  }
  if (Symbol.asyncIterator in ids) {
    for await (const id of ids) if (add(id)) await hand()
  } else {
    for (const id of ids) if (add(id)) await hand()
  }
  if (waiting.length > 0) await hand()
}
