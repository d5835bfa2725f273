import { existsSync } from 'node:fs'
import type { Command } from 'commander'
import { type Explanation, explain, type OpenJournal, openJournal } from '../../journal/index.ts'
import { keyPathOf, readKey } from '../evidence/pseudonyms.ts'
import { kept, type PlannedTarget } from '../plan/run-plan.ts'
import { subjectIn } from '../report/by-subject.ts'
import { explainedJson, explainedText } from '../report/explain.ts'
import { builtIn } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted } from '../terminal/figures.ts'
import { nearest } from '../terminal/nearest.ts'
import { onOneLine, visible, widthOf } from '../terminal/output.ts'

interface ExplainCommandOptions {
  readonly target?: string
  readonly json?: true
  readonly subject?: string
}

/** `expunge explain run.db ID` */
export const addExplainCommand = (program: Command): void => {
  program
    .command('explain')
    .description(
      'Says all that is on record of one record, in order: when it was planned and sent, what was answered and read, what ' +
        'was in doubt, and what became of it; through the plans that this one takes up. Read-only.',
    )
    .argument('<run.db>', 'the journal of the run')
    .argument('[id]', 'the id of the record; after -- where it begins with a dash')
    .option('--target <name>', 'only in this target (default: wherever it is)')
    .option('--subject <name>', 'every record of one subject, in every system, instead of one id')
    .option('--json', 'as JSON')
    .addHelpText('after', examples)
    .action(explainRecord)
}

const examples = `
Examples:
  expunge explain run.db T4m4tPymSACFzsqbZS65WA
  expunge explain run.db 7f3ad0c2-6f0f-4d0e-9a55-0d6f5a3d7c10 --target max --json
  expunge explain run.db --subject anna
  expunge explain run.db -- -dashed-id`

const explainRecord = (path: string, id: string | undefined, options: ExplainCommandOptions): void => {
  const { target, json, subject } = options
  if ((id === undefined) === (subject === undefined))
    throw new CommandError('say of what: either an id, or --subject and its name')
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const known = targetsOf(journal, target)
    const about = (name: string, record: string): ReadonlyArray<Explanation> => {
      const told = journal.target(name).isSealed()
        ? explainSealed(journal, name, record)
        : explainPlain(journal, name, record)
      return told === undefined ? [] : [told]
    }
    if (subject !== undefined) {
      const { state, records } = subjectIn(journal, subject)
      const asked = records.filter((record) => known.includes(record.target))
      const told = asked.flatMap((record) => about(record.target, record.id))
      const head = `${onOneLine(subject)}: ${state}, ${counted(asked.length, 'record')}`
      const asText = (): string => [head, ...(told.length > 0 ? [textAbout(told)] : [])].join('\n\n')
      const asJson = (): string => JSON.stringify({ subject, state, records: told.map(explainedJson) })
      process.stdout.write(`${visible(json === true ? asJson() : asText())}\n`)
      return
    }
    const found = known.flatMap((name) => about(name, id ?? ''))
    if (found.length === 0) throw new CommandError(notThere(journal, id ?? '', target))
    process.stdout.write(`${visible(json === true ? jsonAbout(found) : textAbout(found))}\n`)
  } finally {
    journal.close()
  }
}

const explainPlain = (journal: OpenJournal, name: string, id: string): Explanation | undefined =>
  explain(journal.target(name), id, identityIn(journal, name))

/** By the key of the pseudonyms; spelled as it was in the plan, or as the provider tells records apart. */
const explainSealed = (journal: OpenJournal, name: string, id: string): Explanation | undefined => {
  const path = keyPathOf(journal.path)
  if (!existsSync(path))
    throw new CommandError(
      `${journal.path} is sealed, and ${path} is not there: without it nobody can tell which record is whose`,
    )
  const key = readKey(path)
  const place = kept(journal, 'plan')?.targets.find((target) => target.name === name)?.place.key ?? ''
  const spellings = new Set([id, identityIn(journal, name).identityOf?.(id) ?? id, id.toLowerCase(), id.toUpperCase()])
  for (const spelling of spellings) {
    const told = explain(journal.target(name), key.of(place, spelling).toString('hex'))
    if (told !== undefined) return { ...told, id: spelling }
  }
  return undefined
}

const targetsOf = (journal: OpenJournal, wanted: string | undefined): ReadonlyArray<string> => {
  const names = journal.targets()
  if (wanted === undefined) return names
  if (names.includes(wanted)) return [wanted]
  const meant = nearest(wanted, names)
  const hint =
    meant === undefined ? `they are ${names.map((name) => onOneLine(name)).join(', ')}` : `is it ${onOneLine(meant)}?`
  throw new CommandError(`${journal.path} has no target "${onOneLine(wanted)}": ${hint}`)
}

const notThere = (journal: OpenJournal, id: string, target: string | undefined): string => {
  const names = journal.targets()
  const where = target === undefined ? `any of ${counted(names.length, 'target')}` : `target "${onOneLine(target)}"`
  return `"${onOneLine(id)}" is not in the plan of ${where} of ${journal.path}: check the id, and whether this is the journal`
}

/** How ids of a built-in provider are spelled needs no secret: they are left out. */
const identityIn = (journal: OpenJournal, name: string): { readonly identityOf?: (id: string) => string } => {
  const planned = kept(journal, 'plan')?.targets.find((target) => target.name === name)
  const identityOf = planned === undefined ? undefined : identityOfPlanned(planned)
  return identityOf === undefined ? {} : { identityOf }
}

const identityOfPlanned = ({ provider, options }: PlannedTarget): ((id: string) => string) | undefined => {
  const known = builtIn(provider)
  if (known === undefined) return undefined
  const secrets = new Set(known.options.filter(({ secret }) => secret === true).map((option) => option.name))
  const open = Object.entries(options).filter(([option]) => !secrets.has(option))
  try {
    return known.build({ ...known.sample, ...Object.fromEntries(open) }).identityOf
  } catch {
    return known.build(known.sample).identityOf
  }
}

const jsonAbout = (found: ReadonlyArray<Explanation>): string => JSON.stringify({ records: found.map(explainedJson) })

const textAbout = (found: ReadonlyArray<Explanation>): string =>
  found.map((told) => explainedText(told, widthOf(process.stdout)).join('\n')).join('\n\n')
