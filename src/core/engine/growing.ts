import { UsageError } from '../contract/error.ts'
import type { Journal, PlanEntry, PlannedRecord } from '../contract/journal.ts'
import type { RunSummary } from '../contract/outcome.ts'
import { openIntake } from '../intake/intake.ts'
import type { Source } from '../intake/source.ts'
import type { Run } from '../run/run.ts'
import { beginOnRecord, figuresOf, messageOf, type Planned } from './durable.ts'
import type { Sink } from './handover.ts'
import { openPlannedHandover, tooMany } from './handover.ts'
import { pendingOf } from './pending.ts'

/**
 * A plan that is carried out while its source is still being read. What an earlier process has planned is taken up first; of
 * the source, which has to be handed in again, what it gave before is known by its identity. The plan is sealed once the source has ended.
 */
export const openGrowing = async (
  run: Run,
  journal: Journal,
  given: Source | undefined,
  sink: Sink,
  wake: () => void,
): Promise<Planned> => {
  if (journal.growPlan === undefined) throw new UsageError('planFirst: false needs a journal whose plan can grow')
  if (given === undefined)
    throw new UsageError('this journal has a plan that is not whole yet: hand in the same source again to go on')
  const known = await journal.growPlan()
  const open = await beginOnRecord(run, journal, known)
  const fail = (error: unknown) => run.ending.stop.halt({ because: 'journal', detail: messageOf(error) })
  const earlier = pendingOf(journal, open, wake, fail)
  const later = openLater(run, journal, given, known, sink, wake, fail)
  return {
    source: limited(inOrder(earlier, later.source), run.settings.limit),
    accept: openPlannedHandover(run, openIntake(run.provider, { ...run.settings, duplicates: 'allow' })),
    open,
    close: async (summary) => {
      await run.books.recorder.flush()
      try {
        return await closed(journal, summary, later.figures())
      } catch (error) {
        fail(error)
        const halted = run.ending.stop.halted()
        return { ...summary, sourceEnded: false, ...(halted && { halted }) }
      }
    },
  }
}

interface Figures {
  readonly records: number
  readonly duplicates: number
  readonly ended: boolean
}

/** Whole once its source has ended: then it is a plan as any other. */
const closed = async (journal: Journal, summary: RunSummary, { ended, ...figures }: Figures): Promise<RunSummary> => {
  const isWhole = ended && summary.sourceEnded
  const plan = isWhole ? await journal.sealPlan({ duplicates: figures.duplicates, sourceEnded: true }) : figures
  const ofPlan = { ...(await figuresOf(journal, plan, summary)), sourceEnded: isWhole }
  await journal.runEnded(ofPlan)
  return ofPlan
}

/** What the source gives is put into the plan as it is pulled; what is new there is handed on. */
const openLater = (
  run: Run,
  journal: Journal,
  given: Source,
  known: number,
  sink: Sink,
  wake: () => void,
  fail: (error: unknown) => void,
) => {
  const judge = openIntake(run.provider, { ...run.settings, duplicates: 'allow' })
  let ready: ReadonlyArray<PlannedRecord> = []
  let next = 0
  let records = known
  let pulled = 0
  let state: 'more' | 'waiting' | 'ended' = 'more'
  let isWriting = false

  const entryOf = (id: string): PlanEntry => {
    const judgement = judge(id)
    const refused = judgement === 'invalid-id' || judgement === 'protected' ? { refused: judgement } : {}
    return { id, identity: run.identityOf(id), ...refused }
  }
  const arrived = (entries: ReadonlyArray<PlanEntry>, fresh: ReadonlyArray<boolean>): void => {
    const some: PlannedRecord[] = []
    for (const [place, { id, refused }] of entries.entries()) {
      if (fresh[place] !== true) continue
      const index = records++
      if (refused === undefined) some.push({ id, index })
      else sink.put({ id, status: 'untouched', why: refused }, index)
    }
    if (records > run.settings.maxRecords && !run.settings.dryRun)
      run.ending.stop.halt(tooMany(run.settings.maxRecords))
    ready = some
    next = 0
  }
  const add = (ids: ReadonlyArray<string>): void => {
    try {
      const entries = ids.map(entryOf)
      const fresh = journal.addToPlan(entries)
      if (!(fresh instanceof Promise)) return arrived(entries, fresh)
      isWriting = true
      void fresh
        .then((answers) => arrived(entries, answers), fail)
        .then(() => {
          isWriting = false
          wake()
        })
    } catch (error) {
      fail(error)
      state = 'ended'
    }
  }
  const take = (most: number): void => {
    const ids: string[] = []
    state = given.pull(most, (id) => {
      pulled++
      if (typeof id === 'string') ids.push(id)
      else run.ending.stop.halt({ because: 'source', detail: `entry ${pulled} of the id source is not a string` })
    })
    if (ids.length > 0 && run.ending.stop.reason() === undefined) add(ids)
  }
  const source: Source = {
    sized: false,
    pull: (most, accept) => {
      let handed = 0
      while (handed < most) {
        const record = ready[next]
        if (record !== undefined) {
          next++
          handed++
          accept(record)
        } else if (isWriting) return 'waiting'
        else if (state === 'ended' || run.ending.stop.reason() !== undefined) return 'ended'
        else {
          take(most - handed)
          if (state === 'waiting' && ready[next] === undefined) {
            state = 'more'
            return 'waiting'
          }
        }
      }
      return 'more'
    },
    // What was read ahead comes again: the same source has to be handed in.
    close: () => given.close(() => {}),
  }
  return {
    source,
    figures: (): Figures => ({
      records,
      duplicates: Math.max(0, pulled - records),
      ended: state === 'ended' && !isWriting && ready[next] === undefined,
    }),
  }
}

const inOrder = (first: Source, then: Source): Source => {
  let isFirst = true
  return {
    sized: false,
    pull: (most, accept) => {
      let handed = 0
      const count = (id: unknown): void => {
        handed++
        accept(id)
      }
      if (isFirst) {
        const state = first.pull(most, count)
        if (state !== 'ended') return state
        isFirst = false
      }
      return handed === most ? 'more' : then.pull(most - handed, accept)
    },
    close: then.close,
  }
}

const limited = (source: Source, limit: number): Source => {
  let left = limit
  if (limit === Number.POSITIVE_INFINITY) return source
  return {
    ...source,
    pull: (most, accept) => {
      if (left === 0) return 'ended'
      return source.pull(Math.min(most, left), (id) => {
        left--
        accept(id)
      })
    },
  }
}
