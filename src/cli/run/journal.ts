import { existsSync, rmSync, statSync } from 'node:fs'
import { JournalError, type OpenJournal, openJournal } from '../../journal/index.ts'
import { digestOf, phraseOf } from '../plan/digest.ts'
import { keep, kept, type RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { besideJournal, isDatabase } from '../terminal/output-file.ts'

/** A journal for a new plan. `discard` takes it away again, where nothing came of it. */
export interface NewJournal {
  readonly journal: OpenJournal
  readonly discard: () => void
}

/**
 * Creates a journal. What is there is left as it is, and a `CommandError` says so; `force` replaces it, but not a journal
 * that has begun: that one alone knows what was sent.
 */
export const newJournal = (path: string, warn: (message: string) => void, force = false): NewJournal => {
  if (existsSync(path) && statSync(path).size > 0 && !isDatabase(path)) {
    if (!force) throw new CommandError(`${path} is there already, and is no journal: choose another file with -o`)
    remove(path)
  }
  if (existsSync(path)) {
    const old = openOld(path, warn)
    // What a program has planned by the library is a plan, too.
    const isOurs = kept(old, 'begun') === true || old.targets().length === 0
    const isFinished = kept(old, 'plan') !== undefined
    const isBegun =
      kept(old, 'approval') !== undefined || old.targets().some((name) => old.target(name).runs().length > 0)
    old.close()
    if (!isOurs || isBegun || (isFinished && !force)) {
      const begun = isBegun ? ', and it has begun' : ''
      throw new CommandError(`${path} holds a plan already${begun}: choose another file with -o, or run that one`)
    }
    // Begun and never finished: nothing was sent by it.
    remove(path)
  }
  const journal = openJournal(path, { onWarning: warn })
  keep(journal, 'begun', true)
  return {
    journal,
    discard: () => {
      journal.close()
      remove(path)
    },
  }
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

/** The plan is the one that its digest was made of, and the records are those of the plan. */
export const demandUnchanged = (journal: OpenJournal, { digest, phrase, ...rest }: RunPlan): void => {
  if (digestOf(rest) !== digest || phraseOf(rest.targets) !== phrase)
    throw new CommandError(`${journal.path}: the plan was changed after it was made: plan again`)
  for (const { name, identities } of rest.targets) {
    const sealed = journal.target(name).plan() as { readonly digest: string } | undefined
    const isSame = sealed?.digest === identities && journal.target(name).identitiesNow() === identities
    if (!isSame) throw new CommandError(`target "${name}": the records are not those of the plan`)
  }
}
