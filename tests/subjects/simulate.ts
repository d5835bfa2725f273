/**
 * Plays many drawn cases of subjects in three systems, and tells those that end otherwise than they may:
 *
 *     npm run simulate:subjects -- --seeds 20000 [--from N]
 */
import { parseArgs } from 'node:util'
import { playSubjects } from './scene.ts'

const { values: flags } = parseArgs({
  options: { seeds: { type: 'string', default: '20000' }, from: { type: 'string', default: '1' } },
})
const from = Number(flags.from)
let failed = 0
for (let seed = from; seed < from + Number(flags.seeds); seed++) {
  const { problems } = await playSubjects(seed)
  if (problems.length === 0) continue
  failed++
  console.log([`seed ${seed}:`, ...problems.slice(0, 5)].join('\n  '))
}
console.log(`${flags.seeds} seeds, ${failed} failed`)
process.exitCode = failed > 0 ? 1 : 0
