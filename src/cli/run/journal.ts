import { existsSync, rmSync } from 'node:fs'
import { type OpenJournal, openJournal } from '../../journal/index.ts'
import { digestOf, phraseOf } from '../plan/digest.ts'
import { keep, kept, type RunPlan } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'

/** A journal for a new plan. `discard` takes it away again, where nothing came of it. */
export interface NewJournal {
  readonly journal: OpenJournal
  readonly discard: () => void
}

/** Creates a journal; one that holds a plan is left as it is, and a `CommandError` says so. */
export const newJournal = (path: string, warn: (message: string) => void): NewJournal => {
  if (existsSync(path)) {
    const old = openJournal(path, { onWarning: warn })
    // What a program has planned by the library is a plan, too.
    const isOurs = kept(old, 'begun') === true || old.targets().length === 0
    const isFinished = kept(old, 'plan') !== undefined
    const runs = old.targets().some((name) => old.target(name).runs().length > 0)
    old.close()
    if (!isOurs || isFinished || runs) {
      throw new CommandError(`${path} holds a plan already: choose another file with -o, or run that one`)
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

const remove = (path: string): void => {
  for (const ending of ['', '-wal', '-shm', '-journal', '.lock', '.lock-journal'])
    rmSync(path + ending, { force: true })
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
    if (sealed?.digest !== identities) throw new CommandError(`target "${name}": the records are not those of the plan`)
  }
}
