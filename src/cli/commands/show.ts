import { type Command, Option } from 'commander'
import { openJournal } from '../../journal/index.ts'
import { madePlanIn } from '../plan/notes.ts'
import { planJson, shownText } from '../plan/text.ts'
import { readRunFile } from '../report/run-file.ts'
import { stateWords } from '../report/table.ts'
import { visible } from '../terminal/output.ts'

interface ShowOptions {
  readonly format: 'text' | 'json'
}

/** `expunge show run.db` */
export const addShowCommand = (program: Command): void => {
  program
    .command('show')
    .description(
      'Prints the plan of a journal again, whole, as it was when it was made: places, records, guards, authority, rate, samples, ' +
        'warnings, digest and phrase; and who has approved it. Read-only, asks no system, needs no secret.',
    )
    .argument('<run.db>', 'the journal with the plan')
    .addOption(new Option('--format <format>', 'as text or as JSON').choices(['text', 'json']).default('text'))
    .addOption(new Option('--json', 'short for --format json').implies({ format: 'json' }))
    .addHelpText('after', examples)
    .action(show)
}

const examples = `
Examples:
  expunge show run.db
  expunge show run.db --format json | jq .warnings`

const show = (path: string, { format }: ShowOptions): void => {
  const journal = openJournal(path, { readOnly: true, snapshot: true })
  try {
    const made = madePlanIn(journal)
    const { state, approval, approvals: named } = readRunFile(journal).head
    const approvals = [...named, ...(approval === undefined ? [] : [approval])]
    const text =
      format === 'json'
        ? JSON.stringify({ ...planJson(made, path), state, approvals }, null, 2)
        : shownText(made, stateWords[state], approvals)
    process.stdout.write(`${visible(text)}\n`)
  } finally {
    journal.close()
  }
}
