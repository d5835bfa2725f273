/**
 * Shows that the proof bites: makes each of the mistakes of `mutations.ts` in a copy of the judgement, and walks the
 * configurations of every test run, each up to some thousand pairs. Prints how many violations were found. A mutant without
 * any fails the run, and so does a text that is not to be found any more.
 */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, resolve } from 'node:path'
import { type Mutation, missingTexts } from '../simulation/mutations.ts'
import type { Violations } from './check.ts'
import { countOf } from './configurations.ts'
import { mutations } from './mutations.ts'

const project = resolve(import.meta.dirname, '..', '..')
/** Inside the project, so that packages are found; ignored by git. */
const workshop = join(project, '.tmp', `worlds-${process.pid}`)

export const tryMutants = async (only: string): Promise<boolean> => {
  const chosen = mutations.filter(({ name }) => name.includes(only))
  const lost = chosen.flatMap((mutation) => missingTexts(mutation, project))
  if (lost.length > 0) {
    console.log(lost.join('\n'))
    return false
  }
  // Without any mistake nothing may be found, or what is found shows nothing.
  const unchanged = await tryMutant({ name: 'none', edits: [] }, join(workshop, 'unchanged'))
  if (countIn(unchanged) !== 0) {
    console.log(`the judgement as it is: ${wordsFor(unchanged)}`)
    return false
  }
  const survivors: string[] = []
  const queue = [...chosen.entries()]
  const lane = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
      const [index, mutant] = next
      const told = await tryMutant(mutant, join(workshop, String(index)))
      const isCaught = countIn(told) > 0
      if (!isCaught) survivors.push(mutant.name)
      console.log(`${isCaught ? 'caught  ' : 'SURVIVES'}  ${mutant.name.padEnd(74)} ${wordsFor(told)}`)
    }
  }
  try {
    await Promise.all(Array.from({ length: availableParallelism() }, lane))
  } finally {
    rmSync(workshop, { recursive: true, force: true })
  }
  console.log(`${chosen.length} mutants, ${chosen.length - survivors.length} caught, ${survivors.length} survive`)
  return survivors.length === 0 && chosen.length > 0
}

const tryMutant = async ({ edits }: Mutation, folder: string): Promise<Violations | string> => {
  mkdirSync(folder, { recursive: true })
  for (const part of [
    ['src', 'core'],
    ['tests', 'worlds'],
    ['tests', 'simulation', 'mutations.ts'],
  ]) {
    cpSync(join(project, ...part), join(folder, ...part), { recursive: true })
  }
  for (const { file, find, replace } of edits) {
    const path = join(folder, 'src', 'core', file)
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace(find, () => replace),
    )
  }
  const told = await run(join(folder, 'tests', 'worlds', 'worlds.ts'))
  rmSync(folder, { recursive: true, force: true })
  return told
}

/** A string where nothing was walked. */
const run = (worlds: string): Promise<Violations | string> =>
  new Promise((done) => {
    execFile(process.execPath, [worlds, '--json', '--always', '--most', '6000'], (_, stdout, stderr) => {
      try {
        done(JSON.parse(stdout) as Violations)
      } catch {
        done(stderr.trim().split('\n').at(-1) ?? '')
      }
    })
  })

const countIn = (told: Violations | string): number => (typeof told === 'string' ? -1 : countOf(told))

const wordsFor = (told: Violations | string): string => {
  if (typeof told === 'string') return `nothing was walked: ${told}`
  const kinds = Object.entries(told).filter(([, count]) => count > 0)
  return kinds.map(([kind, count]) => `${kind} ${count}`).join(', ')
}
