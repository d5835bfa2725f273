/**
 * The proof of the judgement: walks every configuration until no new belief appears, and holds what was learnt against the
 * worlds.
 *
 *     npm run worlds [-- --only WORDS] [--always] [--most PAIRS] [--json]
 *     npm run worlds -- --mutants
 */
import { parseArgs } from 'node:util'
import type { Violations } from './check.ts'
import { type Configuration, configurations, countOf, failuresOf, longest, type Result } from './configurations.ts'
import { tryMutants } from './mutants.ts'

/** More pairs than any configuration has. */
const everything = '1000000'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    always: { type: 'boolean', default: false },
    most: { type: 'string', default: everything },
    json: { type: 'boolean', default: false },
    mutants: { type: 'boolean', default: false },
  },
})

const main = async (): Promise<void> => {
  if (flags.mutants) {
    process.exitCode = (await tryMutants(flags.only)) ? 0 : 1
    return
  }
  const chosen = configurations.filter(({ name, always }) => name.includes(flags.only) && (always || !flags.always))
  const failures: Violations = { missing: 0, surplus: 0, unsound: 0, loose: 0, astray: 0 }
  let unclosed = 0
  for (const configuration of chosen) {
    const startedAt = performance.now()
    const result = configuration.run(Number(flags.most))
    const found = failuresOf(configuration, result)
    for (const kind of Object.keys(found) as Array<keyof Violations>) failures[kind] += found[kind] ?? 0
    // Unless it is closed, the proof covers only histories of some length.
    if (!result.closed && flags.most === everything) unclosed += 1
    if (!flags.json) print(configuration, countOf(found), result, performance.now() - startedAt)
  }
  const count = countOf(failures) + unclosed
  console.log(flags.json ? JSON.stringify(failures) : `${chosen.length} configurations, ${count} failures`)
  process.exitCode = count > 0 || chosen.length === 0 ? 1 : 0
}

const print = ({ name, shows }: Configuration, failed: number, result: Result, ms: number): void => {
  const { violations, conclusions, examples, farthest } = result
  // Of a safe one nothing else was asked.
  const found = Object.entries(violations).filter(
    ([kind, count]) => count > 0 && (shows !== 'safe' || kind === 'unsound'),
  )
  const concluded = Object.entries(conclusions).map(([kind, count]) => `${kind} ${inWords(count)}`)
  const lines = [
    `${failed > 0 ? 'FAIL' : 'ok  '} ${name}: ${shows}${result.closed ? '' : ', NOT CLOSED'}  (${(ms / 1_000).toFixed(1)} s)`,
    `     ${inWords(result.worlds)} worlds, ${inWords(result.bruteBeliefs)} sets of them, ${inWords(result.beliefs)} beliefs; ` +
      `${inWords(result.pairs)} pairs, ${inWords(result.transitions)} transitions`,
    `     ${inWords(result.histories)} histories of up to ${longest} facts; an outcome is at most ${farthest} facts away`,
    `     ${concluded.join(', ')}`,
    ...(found.length > 0 ? [`     ${found.map(([kind, count]) => `${kind} ${inWords(count)}`).join(', ')}`] : []),
    ...(failed > 0 ? examples.map((example) => `       ${example}`) : []),
  ]
  console.log(lines.join('\n'))
}

const inWords = (count: number): string => count.toLocaleString('en-US')

await main()
