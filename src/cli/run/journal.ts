import { existsSync, renameSync, rmSync, statSync } from 'node:fs'
import { JournalError, type OpenJournal, openJournal } from '../../journal/index.ts'
import { digestOf, phraseOf, sealOf } from '../plan/digest.ts'
import { keep, kept, type PlannedTarget, type RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { besideJournal, isDatabase } from '../terminal/output-file.ts'

/** A journal for a new plan. */
export interface NewJournal {
  readonly journal: OpenJournal
  /** The plan is whole: closes it, and puts it where it was asked for. */
  readonly finish: () => void
  /** Takes it away again, where nothing came of it. */
  readonly discard: () => void
}

/**
 * Creates a journal. What is there is left as it is, and a `CommandError` says so; `force` replaces it, but not a journal
 * that has begun: that one alone knows what was sent. It is replaced when the new plan is whole, and at once.
 */
export const newJournal = (path: string, warn: (message: string) => void, force = false): NewJournal => {
  const isThere = existsSync(path) && statSync(path).size > 0
  if (isThere) demandReplaceable(path, warn, force)
  const at = isThere ? `${path}.unfinished-${process.pid}` : path
  if (isThere) remove(at)
  const journal = openJournal(at, { onWarning: warn })
  keep(journal, 'begun', true)
  const discard = (): void => {
    journal.close()
    remove(at)
  }
  const finish = (): void => {
    journal.close()
    if (at === path) return
    try {
      // Planning takes a while: somebody may have begun it meanwhile.
      demandReplaceable(path, warn, force)
      renameSync(at, path)
    } finally {
      remove(at)
    }
  }
  return { journal, finish, discard }
}

/** Throws a `CommandError` where a file may not be replaced. */
const demandReplaceable = (path: string, warn: (message: string) => void, force: boolean): void => {
  if (!existsSync(path)) return
  if (!isDatabase(path)) {
    if (force) return
    throw new CommandError(`${path} is there already, and is no journal: choose another file with -o`)
  }
  const old = openOld(path, warn)
  // What a program has planned by the library is a plan, too.
  const isOurs = kept(old, 'begun') === true || old.targets().length === 0
  const isFinished = kept(old, 'plan') !== undefined
  const isBegun =
    kept(old, 'approval') !== undefined || old.targets().some((name) => old.target(name).runs().length > 0)
  old.close()
  // One that was begun and never finished: nothing was sent by it.
  if (isOurs && !isBegun && (!isFinished || force)) return
  const begun = isBegun ? ', and it has begun' : ''
  throw new CommandError(`${path} holds a plan already${begun}: choose another file with -o, or run that one`)
}

/** A database of another program is a mistake in what was typed, and no failure of a journal. */
const openOld = (path: string, warn: (message: string) => void): OpenJournal => {
  try {
    return openJournal(path, { onWarning: warn })
  } catch (cause) {
    if (!(cause instanceof JournalError) || cause.code !== 'foreign') throw cause
    throw new CommandError(`${cause.message}: choose another file with -o`, undefined, cause)
  }
}

const remove = (path: string): void => {
  for (const ending of ['', ...besideJournal]) rmSync(path + ending, { force: true })
}

/** Opens a journal that is there. */
export const openRun = (path: string, warn: (message: string) => void): OpenJournal => {
  if (!existsSync(path)) throw new CommandError(`${path}: there is no such file`)
  return openJournal(path, { onWarning: warn })
}

/**
 * The plan is the one that its digest was made of, by the formula of the release that made it, and the records are those of
 * the plan: which they are, which of them are turned away, and what became of them. Otherwise a `CommandError`, exit 2.
 */
export const demandUnchanged = (journal: OpenJournal, plan: RunPlan): void => {
  if (!isAsMade(plan)) throw new CommandError(`${journal.path}: the plan was changed after it was made: plan again`)
  const approval = kept(journal, 'approval')
  if (approval !== undefined && approval.digest !== plan.digest && (plan.format !== 1 || approval.digest !== undefined))
    throw new CommandError(`${journal.path}: the approval on record is not of this plan: plan again`)
  for (const target of plan.targets) {
    demandNot(journal, target.name, alterationOf(journal, target))
  }
}

/** What was edited by hand may lack anything. */
const isAsMade = ({ digest, phrase, seal, ...rest }: RunPlan): boolean => {
  try {
    const isSealed = rest.format === 1 || seal === sealOf({ ...rest, digest, phrase })
    return isSealed && digestOf(rest) === digest && phraseOf(rest.targets) === phrase
  } catch {
    return false
  }
}

const alterationOf = (journal: OpenJournal, planned: PlannedTarget): string | undefined => {
  if (!journal.targets().includes(planned.name)) return 'there are none'
  const target = journal.target(planned.name)
  const altered = target.altered()
  if (altered !== undefined) return altered
  const now = { ...target.planNow(), duplicates: (target.plan() as JournalPlan).duplicates }
  if (now.digest !== planned.identities) return 'they are others'
  if (planned.refusals !== undefined && target.meta.get('plan:chain') === undefined)
    return 'where what was settled ends is not on record'
  if (planned.refusals !== undefined && planned.refusals !== now.refusals) return 'others are turned away'
  const counts = ['records', 'toSend', 'invalid', 'protected', 'duplicates'] as const
  if (now.held !== (planned.held ?? 0)) return 'others are held'
  const wrong = counts.find((name) => planned[name] !== now[name])
  return wrong === undefined ? undefined : `${wrong} is ${now[wrong]}, and was planned to be ${planned[wrong]}`
}

type JournalPlan = { readonly duplicates: number }

/** The same of the ids, which only the rules of their system can hold against their identities. */
export const demandOwnIds = (journal: OpenJournal, name: string, identityOf = (id: string): string => id): void =>
  demandNot(journal, name, journal.target(name).altered(identityOf))

const demandNot = (journal: OpenJournal, name: string, altered: string | undefined): void => {
  if (altered === undefined) return
  throw new CommandError(
    `${journal.path}: target "${name}": the records are not those of the plan: ${altered}. Restore a copy of the journal, or plan again`,
  )
}
