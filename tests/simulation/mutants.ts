/**
 * Shows that the simulation bites: makes each of the mistakes of `mutations.ts` in a copy of the engine, and plays seeds
 * until one fails.
 *
 *     npm run simulate:mutants [-- --seeds 20000] [--only 'WORDS|OTHER WORDS']
 *
 * Prints a table: the mutant, the first seed found to catch it, and its complaint. A survivor fails the run, and so does
 * a text that is not to be found any more.
 */
import { spawn } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import type { Failure } from './crew.ts'
import { type Mutation, missingTexts, mutations } from './mutations.ts'

const { values: flags } = parseArgs({
  options: { seeds: { type: 'string', default: '20000' }, only: { type: 'string', default: '' } },
})

const project = resolve(import.meta.dirname, '..', '..')
/** Inside the project, so that packages are found; ignored by git. */
const workshop = join(project, '.tmp', `mutants-${process.pid}`)

type Verdict = { readonly caughtBy: Failure } | { readonly survives: string }

const main = async (): Promise<void> => {
  const chosen = mutations.filter(({ name }) => flags.only.split('|').some((words) => name.includes(words)))
  const lost = chosen.flatMap((mutation) => missingTexts(mutation, project))
  if (lost.length > 0) {
    console.log(lost.join('\n'))
    process.exitCode = 1
    return
  }
  const survivors: string[] = []
  const queue = [...chosen.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, mutant] = next
      const verdict = await tryMutant(mutant, join(workshop, String(index)))
      console.log(row(mutant, verdict))
      if ('survives' in verdict) survivors.push(mutant.name)
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, lane))
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
  console.log(`${chosen.length} mutants, ${chosen.length - survivors.length} caught, ${survivors.length} survive`)
  process.exitCode = survivors.length > 0 || chosen.length === 0 ? 1 : 0
}

const tryMutant = async ({ edits }: Mutation, folder: string): Promise<Verdict> => {
  mkdirSync(folder, { recursive: true })
  cpSync(join(project, 'src'), join(folder, 'src'), { recursive: true })
  cpSync(join(project, 'tests', 'simulation'), join(folder, 'tests', 'simulation'), { recursive: true })
  for (const { file, find, replace } of edits) {
    const path = join(folder, 'src', 'core', file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(find, () => replace),
    )
  }
  const output = await run(folder)
  rmSync(folder, { recursive: true, force: true })
  try {
    const failure = JSON.parse(output.stdout) as Failure | Record<string, never>
    return 'seed' in failure ? { caughtBy: failure as Failure } : { survives: `${flags.seeds} seeds` }
  } catch {
    return { survives: `nothing was played: ${output.stderr.trim().split('\n').at(-1) ?? ''}` }
  }
}

const run = (folder: string): Promise<{ readonly stdout: string; readonly stderr: string }> =>
  new Promise((done, reject) => {
    const simulate = join(folder, 'tests', 'simulation', 'simulate.ts')
    const child = spawn(process.execPath, [simulate, '--json', '--workers', '1', '--seeds', flags.seeds])
    const texts = { stdout: '', stderr: '' }
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => {
        texts[stream] += text
      })
    }
    child.once('error', reject)
    child.once('close', () => done(texts))
  })

const row = ({ name }: Mutation, verdict: Verdict): string => {
  if ('survives' in verdict) return `SURVIVES  ${name.padEnd(68)} ${verdict.survives}`
  const { seed, complaints } = verdict.caughtBy
  return `caught    ${name.padEnd(68)} ${String(seed).padStart(5)}  ${(complaints[0] ?? '').slice(0, 90)}`
}

await main()
