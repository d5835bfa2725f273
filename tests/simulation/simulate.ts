/**
 * Plays many seeds, or one:
 *
 *     npm run simulate -- --seeds 200000 [--from N] [--family F]     tells which seeds fail, each shrunk, unless --whole
 *     npm run simulate -- --seed N [--whole]                         tells the story of one; a failing one shrunk, unless --whole
 *
 * `--json` prints the first failure as one line of JSON and nothing else. The exit code is 1 when a seed fails.
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { families } from './compose.ts'
import { playAll, type Tally } from './crew.ts'
import { judge, shrinkSeed } from './judge.ts'
import type { FamilyName } from './scenario.ts'
import { tell, tellFailure } from './tell.ts'

const { values: flags } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string', default: '20000' },
    from: { type: 'string', default: '0' },
    family: { type: 'string' },
    failures: { type: 'string', default: '5' },
    workers: { type: 'string', default: String(availableParallelism()) },
    whole: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
  },
})

const one = async (seed: number): Promise<number> => {
  const judged = await judge(seed)
  const shown = judged.complaints.length === 0 || flags.whole ? judged : await shrinkSeed(seed, judged)
  console.log(tell(shown.story, shown.complaints))
  return judged.complaints.length
}

const many = async (): Promise<number> => {
  const { family } = flags
  if (family !== undefined && !families.includes(family as FamilyName))
    throw new Error(`unknown family "${family}": known are ${families.join(', ')}`)
  const startedAt = performance.now()
  const tally = await playAll({
    seeds: Number(flags.seeds),
    from: Number(flags.from),
    ...(family !== undefined && { family: family as FamilyName }),
    families,
    workers: Number(flags.workers),
    mostFailures: flags.json ? 1 : Number(flags.failures),
    ...(process.stderr.isTTY && !flags.json && { onProgress }),
  })
  const [first] = tally.failures
  if (flags.json) {
    console.log(JSON.stringify(first ?? {}))
    return tally.failures.length
  }
  for (const { seed, complaints } of tally.failures)
    console.log(flags.whole ? `seed ${seed} fails: ${complaints.join('\n  ')}` : await tellFailure(seed, complaints))
  const seconds = (performance.now() - startedAt) / 1_000
  const rate = Math.round(tally.seeds / seconds)
  const figures = [`${tally.seeds} seeds`, `${tally.calls} calls`, `${tally.unjudged} outcomes beyond any promise`]
  console.log(`${figures.join(', ')}, ${tally.failures.length} failed; ${seconds.toFixed(1)} s, ${rate} a second`)
  return tally.failures.length
}

const onProgress = ({ seeds, failures }: Tally): void => {
  process.stderr.write(`\r${seeds} of ${flags.seeds} seeds, ${failures.length} failed `)
}

process.exitCode = (await (flags.seed === undefined ? many() : one(Number(flags.seed)))) > 0 ? 1 : 0
