/**
 * The proof of the judgement: walks every configuration until no new belief appears, and holds what was learnt against the
 * worlds.
 *
 *     npm run worlds [-- --only WORDS] [--always] [--most PAIRS] [--json]
 *     npm run worlds -- --mutants
 */
import { parseArgs } from 'node:util'
import { configurations, failuresOf, longest, type Result } from './configurations.ts'
import { tryMutants } from './mutants.ts'

const { values: flags } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    always: { type: 'boolean', default: false },
    most: { type: 'string', default: '1000000' },
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
  let failures = 0
  const all: Result['violations'][] = []
  for (const configuration of chosen) {
    const startedAt = performance.now()
    const result = configuration.run(Number(flags.most))
    const failed = failuresOf(configuration, result)
    failures += failed
    all.push(result.violations)
    if (!flags.json) print(configuration.name, configuration.shows, failed, result, performance.now() - startedAt)
  }
  if (flags.json) console.log(JSON.stringify(all))
  else console.log(`${chosen.length} configurations, ${failures} failures`)
  process.exitCode = failures > 0 || chosen.length === 0 ? 1 : 0
}

const print = (name: string, shows: string, failed: number, result: Result, ms: number): void => {
  const { violations, conclusions, examples, farthest } = result
  const found = Object.entries(violations).filter(([, count]) => count > 0)
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
