import { openJournal } from '../../journal/index.ts'
import type { PlanDraft, TargetDraft } from '../plan/draft.ts'
import { CommandError } from '../terminal/command-error.ts'
import { targetDraftOf } from './retry-draft.ts'
import { demandIds, readRunFile, type TargetFile } from './run-file.ts'

/**
 * The draft of a plan of everything that runs have deleted, or found gone: after a backup was restored it may have come back.
 * Authority, policy, holds and pace are those of the run that was planned last; targets of one name and place are one.
 */
export const replayDraftOf = (paths: ReadonlyArray<string>): PlanDraft | undefined => {
  const runs = paths.map(readOne).sort((one, other) => (one.plan.plannedAt < other.plan.plannedAt ? -1 : 1))
  const latest = runs.at(-1)
  if (latest === undefined) throw new CommandError('name the journals of the runs')
  const merged = new Map<string, TargetDraft>()
  for (const { path, plan, targets } of runs) {
    for (const target of targets) {
      const name = nameFor(merged, target)
      const draft = targetDraftOf(target, path, plan.config, { statuses: gone, returned: false }, [])
      merged.set(name, together(merged.get(name), { ...draft, name }))
    }
  }
  if (merged.size === 0) return undefined
  const { config, authority, rate, guards, policy, holds } = latest.plan
  const { halt, canary, ...others } = guards
  return {
    config,
    guards: others,
    ...(authority === undefined ? {} : { authority }),
    ...(rate === undefined ? {} : { rate }),
    ...(policy === undefined ? {} : { policy }),
    ...(holds === undefined ? {} : { holds: holds.filter(({ target }) => merged.has(target)) }),
    targets: [...merged.values()],
  }
}

const gone = ['deleted', 'absent'] as const

const readOne = (path: string) => {
  const journal = openJournal(path, { readOnly: true })
  try {
    demandIds(journal)
    const { plan, head, targets } = readRunFile(journal)
    if (head.state === 'running') throw new CommandError(`${path} is being run: wait for its end`)
    return { path, plan, targets: targets.filter(({ totals }) => totals.deleted + totals.absent > 0) }
  } finally {
    journal.close()
  }
}

/** The name of the target, or the next one that is free where another place has it. */
const nameFor = (merged: ReadonlyMap<string, TargetDraft>, { name, planned }: TargetFile): string => {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? name : `${name}-${number}`
    const there = merged.get(candidate)
    if (there === undefined || isSamePlace(there, planned)) return candidate
  }
}

const isSamePlace = (one: TargetDraft, { provider, options }: TargetFile['planned']): boolean =>
  one.provider === provider && JSON.stringify(one.options) === JSON.stringify(options)

const together = (before: TargetDraft | undefined, next: TargetDraft): TargetDraft =>
  before === undefined
    ? next
    : {
        ...next,
        entries: function* () {
          yield* (before.entries?.() ?? []) as Iterable<{ readonly id: string }>
          yield* (next.entries?.() ?? []) as Iterable<{ readonly id: string }>
        },
      }
