import type { Command } from 'commander'
import type { BulkRecordProvider } from '../../index.ts'
import { copyFacts } from '../systems/copies.ts'
import { type BuiltIn, type ProviderOption, registry } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { grouped, spanOf } from '../terminal/figures.ts'
import { nearest } from '../terminal/nearest.ts'
import { widthOf, wrap } from '../terminal/output.ts'
import { type Column, tableOf } from '../terminal/table.ts'

/** `expunge providers [NAME]` */
export const addProvidersCommand = (program: Command): void => {
  program
    .command('providers')
    .description(
      'Lists the built-in providers; with a name: what it can do, its options, and which of them are secret.',
    )
    .argument('[name]', 'one of them')
    .option('--json', 'as JSON')
    .addHelpText('after', '\nExamples:\n  expunge providers\n  expunge providers datocms\n  expunge providers --json')
    .action(providers)
}

const providers = (name: string | undefined, { json }: { readonly json?: true }): void => {
  const chosen = name === undefined ? registry : [demandBuiltIn(name)]
  const say = (text: string): void => void process.stdout.write(`${text}\n`)
  if (json === true)
    return say(JSON.stringify(name === undefined ? chosen.map(dataOf) : chosen.map(dataOf)[0], undefined, 2))
  if (name === undefined) {
    for (const line of listOf(chosen)) say(line)
    say('\nOptions of one: expunge providers NAME. Any other system: "provider": "./my-adapter.ts#myProvider"')
    return
  }
  for (const each of chosen) for (const line of linesAbout(each)) say(line)
}

/** The provider of a name; a `CommandError` with a suggestion where there is none. */
export const demandBuiltIn = (name: string): BuiltIn => {
  const found = registry.find((each) => each.name === name)
  if (found !== undefined) return found
  const names = registry.map((each) => each.name)
  const meant = nearest(name, names)
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw new CommandError(`there is no built-in provider "${name}": they are ${names.join(', ')}.${suggestion}`)
}

const dataOf = (each: BuiltIn) => {
  const provider = each.build(each.sample)
  return {
    name: each.name,
    summary: each.summary,
    verified: provider.verified,
    capabilities: provider.capabilities,
    readsBack: provider.findExisting !== undefined,
    saysWhere: provider.identify !== undefined,
    jobs: provider.followJob !== undefined,
    readsContent: provider.readContent !== undefined,
    ...(copyFacts[each.name] !== undefined && { copy: copyFacts[each.name] }),
    options: each.options,
  }
}

const listOf = (chosen: ReadonlyArray<BuiltIn>): ReadonlyArray<string> =>
  tableOf(
    columns,
    chosen.map((each) => ({ each, provider: each.build(each.sample) })),
  )

const columns: ReadonlyArray<Column<{ readonly each: BuiltIn; readonly provider: BulkRecordProvider }>> = [
  ['Provider', 'left', ({ each }) => each.name],
  ['verified by', 'left', ({ provider }) => provider.verified],
  ['gone is', 'left', ({ each, provider }) => effectWord(each, provider)],
  ['a batch', 'left', ({ provider }) => `up to ${grouped(provider.capabilities.maxBatchSize)}`],
  ['read back', 'left', ({ provider }) => (provider.findExisting === undefined ? 'no' : 'yes')],
  ['deletes', 'left', ({ each }) => each.summary],
]

const effectWord = ({ options }: BuiltIn, { capabilities }: BulkRecordProvider): string => {
  const deciding = options.find(({ decidesEffect }) => decidesEffect)
  return deciding === undefined ? capabilities.effect : `as ${deciding.name} says`
}

const linesAbout = (each: BuiltIn): ReadonlyArray<string> => {
  const provider = each.build(each.sample)
  const { capabilities } = provider
  const { rate } = capabilities
  const facts: ReadonlyArray<readonly [string, string]> = [
    ['verified', verifiedWords[provider.verified]],
    ['gone is', effectWord(each, provider)],
    ['a batch', `up to ${grouped(capabilities.maxBatchSize)} records; ${atomicityWords[capabilities.atomicity]}`],
    ['sent twice', capabilities.replay === 'safe' ? 'without harm' : 'not without harm'],
    ['jobs', provider.followJob === undefined ? 'no: the answer is the result' : 'yes: the result is asked for'],
    ['read back', provider.findExisting === undefined ? 'no: what is in doubt stays unconfirmed' : 'yes'],
    [
      'rate limit',
      rate === undefined
        ? 'none declared; learnt from answers'
        : `${grouped(rate.requests)} requests in ${spanOf(rate.perMs)}`,
    ],
  ]
  return [
    `${each.name}: ${each.summary}`,
    '',
    ...facts.map(([word, fact]) => `  ${word.padEnd(10)}  ${fact}`),
    ...copyLines(each, provider),
    '',
    'Options',
    ...each.options.flatMap(optionLines),
    '',
    'Every secret may also come from a file, { "file": "/run/secrets/…" }, or a command, { "command": ["vault", …] }.',
  ]
}

/** What `backup` is good for. */
const copyLines = ({ name }: BuiltIn, { readContent }: BulkRecordProvider): ReadonlyArray<string> => {
  const copy = copyFacts[name]
  const facts: ReadonlyArray<readonly [string, string]> =
    readContent === undefined || copy === undefined
      ? [['backup', 'no: it can not read what a record holds']]
      : [
          ['backup', 'yes: "backup" keeps what each record holds before it is deleted'],
          ['goes back', copy.back],
          ['lacks', copy.lacks],
        ]
  const width = Math.min(100, widthOf(process.stdout)) - 2
  return facts.flatMap(([word, fact]) =>
    wrap(`${word.padEnd(12)}${fact}`, width, 12)
      .split('\n')
      .map((line) => `  ${line}`),
  )
}

const verifiedWords: Readonly<Record<BulkRecordProvider['verified'], string>> = {
  live: 'against the live system',
  recorded: 'against recorded answers of the live system',
  documentation: "from the vendor's documentation only: it has not met the live system",
}

const atomicityWords = {
  'per-record': 'each is deleted or refused by itself',
  'all-or-nothing': 'one that is refused keeps the others from being deleted, and is searched for',
} as const

const optionLines = ({ name, required, secret, variable, meaning }: ProviderOption): ReadonlyArray<string> => {
  const usual = variable === undefined ? '' : ` { "env": "${variable}" }`
  const notes = [
    ...(required ? ['required'] : []),
    ...(secret === undefined ? [] : [`secret, from the environment:${usual}`]),
  ]
  const text = `${meaning}${notes.length === 0 ? '' : ` (${notes.join('; ')})`}`
  const width = Math.min(100, widthOf(process.stdout)) - 2
  return wrap(`${name.padEnd(16)}${text}`, width, 16)
    .split('\n')
    .map((line) => `  ${line}`)
}
