import { existsSync, writeFileSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { fileURLToPath } from 'node:url'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { readConfig } from '../config/config.ts'
import { canAsk } from '../plan/approval.ts'
import { type BuiltIn, registry, secretOptionsOf } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { visible } from '../terminal/output.ts'
import { destinationOf } from '../terminal/output-file.ts'
import { forceOption } from './options.ts'
import { demandBuiltIn } from './providers.ts'

interface InitOptions {
  readonly provider?: string
  readonly ids?: string
  readonly column?: string
  readonly set: Readonly<Record<string, string>>
  readonly production?: 'yes' | 'no'
  readonly output: string
  readonly force?: true
}

/** `expunge init` */
export const addInitCommand = (program: Command): void => {
  program
    .command('init')
    .description(
      'Writes a first cleanup.json: asks which system, where the ids are, where in the system, and whether that is production. ' +
        'What is given as an option is not asked. Asks no system, and takes no secret: the file says where it comes from.',
    )
    .option('--provider <name>', `which system: ${registry.map(({ name }) => name).join(', ')}`)
    .option('--ids <file>', 'the file with the ids: .txt, .csv, .json or .ndjson')
    .option('--column <name>', 'of a table: the column that holds the ids')
    .option('--set <option=value>', 'an option of the provider; may be given more than once', readSet, {})
    .addOption(new Option('--production <answer>', 'whether it is production').choices(['yes', 'no']))
    .option('-o, --output <file>', 'the configuration to be written', 'cleanup.json')
    .addOption(forceOption())
    .addHelpText('after', examples)
    .action(init)
}

const examples = `
Examples:
  expunge init
  expunge init --provider datocms --ids cms.txt --set environment=main --production no
  expunge init --provider uuid-list --ids max.csv --column uuid --set baseUrl=https://max.example.com \\
    --set object=io_showcase --set permanentDelete=true --production yes`

const readSet = (text: string, before: Readonly<Record<string, string>>): Readonly<Record<string, string>> => {
  const at = text.indexOf('=')
  if (at < 1) throw new InvalidArgumentError('It must be an option and its value, such as environment=main.')
  return { ...before, [text.slice(0, at)]: text.slice(at + 1) }
}

const init = async (options: InitOptions): Promise<void> => {
  const { output, force = false } = options
  const to = destinationOf(output, { option: '-o', keep: [], force })
  const asker = openAsker()
  try {
    const target = await targetOf(options, asker)
    const text = `${JSON.stringify({ $schema: schemaFor(output), targets: [target] }, undefined, 2)}\n`
    if (to.kind !== 'file') {
      process.stdout.write(text)
      return
    }
    writeFileSync(to.path, text, { mode: 0o600 })
    // What was typed may be wrong in ways that only the whole file shows.
    readConfig(to.path, secretOptionsOf)
    process.stderr.write(visible(nextSteps(output, target)))
  } finally {
    asker.close()
  }
}

interface Target {
  readonly name: string
  readonly provider: string
  readonly ids: string
  readonly column?: string
  readonly options: Readonly<Record<string, unknown>>
  readonly production?: true
}

const targetOf = async (given: InitOptions, { ask }: Asker): Promise<Target> => {
  const names = registry.map(({ name }) => name).join(', ')
  const known = demandBuiltIn(given.provider ?? (await ask('--provider', `Which system (${names})?`)))
  const ids = given.ids ?? (await ask('--ids', 'Which file holds the ids?'))
  const isTable = /\.csv(?:\.gz)?$/i.test(ids)
  const column = given.column ?? (isTable ? await ask('--column', 'Which of its columns?') : undefined)
  for (const name of Object.keys(given.set)) demandOption(known, name)
  const options: Record<string, unknown> = {}
  for (const { name, meaning } of known.options.filter((option) => isAsked(known, option.name))) {
    const value = given.set[name] ?? (await ask(`--set ${name}=…`, `${name}: ${meaning}?`))
    options[name] = plainOf(value)
  }
  for (const [name, value] of Object.entries(given.set)) options[name] = plainOf(value)
  for (const { name, variable } of secretsOf(known)) options[name] = { env: variable ?? name.toUpperCase() }
  const production = given.production ?? (await ask('--production', 'Is that production (yes or no)?'))
  if (!/^(?:y|yes|n|no)$/i.test(production)) throw new CommandError('whether it is production is yes or no')
  return {
    name: known.name,
    provider: known.name,
    ids,
    ...(column !== undefined && { column }),
    options,
    ...(/^y/i.test(production) && { production: true as const }),
  }
}

const demandOption = (known: BuiltIn, name: string): void => {
  const option = known.options.find((each) => each.name === name)
  if (option === undefined)
    throw new CommandError(
      `--set ${name}: ${known.name} has no such option: they are ${known.options.map((each) => each.name).join(', ')}`,
    )
  if (option.secret === true)
    throw new CommandError(`--set ${name}: a secret is not taken here, where others of the machine can see it`)
}

/** Where, and how irrevocably: what has to be written out, and what some systems need besides. */
const isAsked = (known: BuiltIn, name: string): boolean => {
  const option = known.options.find((each) => each.name === name)
  if (option?.secret === true) return false
  return option?.required === true || (alsoAsked[known.name] ?? []).includes(name)
}

const alsoAsked: Readonly<Record<string, ReadonlyArray<string>>> = {
  'avepoint-opus': ['region', 'clientId'],
  couchdb: ['username'],
}

/** Those that must be there; where one of several does, the first. */
const secretsOf = ({ options }: BuiltIn) => {
  const secrets = options.filter(({ secret }) => secret === true)
  const required = secrets.filter((option) => option.required === true)
  return required.length > 0 ? required : secrets.slice(0, 1)
}

const plainOf = (text: string): unknown => (text === 'true' || text === 'false' ? text === 'true' : text)

/** As editors find it: beside the file where the package is installed there, else where this command is. */
const schemaFor = (output: string): string => {
  const near = './node_modules/expunge/schema/cleanup.schema.json'
  if (existsSync(resolve(dirname(output), near))) return near
  for (let folder = dirname(fileURLToPath(import.meta.url)); dirname(folder) !== folder; folder = dirname(folder)) {
    const path = join(folder, 'schema/cleanup.schema.json')
    if (existsSync(path)) return path
  }
  return near
}

const nextSteps = (output: string, { options }: Target): string => {
  const variables = Object.values(options).flatMap((value) =>
    typeof value === 'object' && value !== null && 'env' in value ? [String(value.env)] : [],
  )
  return `${output} is written. Set ${variables.join(' and ')}, then: expunge plan ${output}\n`
}

interface Asker {
  /** Asks on the terminal; without one, says which option answers. */
  readonly ask: (option: string, question: string) => Promise<string>
  readonly close: () => void
}

const openAsker = (): Asker => {
  const terminal = canAsk() ? createInterface({ input: process.stdin, output: process.stderr }) : undefined
  return {
    ask: async (option, question) => {
      if (terminal === undefined) throw new CommandError(`without a terminal, ${option} has to be given: ${question}`)
      for (let tries = 0; tries < 3; tries++) {
        const answer = (await terminal.question(`${question}\n> `)).trim()
        if (answer !== '') return answer
      }
      throw new CommandError(`${option}: nothing was answered, and nothing was written`)
    },
    close: () => terminal?.close(),
  }
}
