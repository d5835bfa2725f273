/** A process that is one contestant: does its task as soon as it is there, tells what it took, and ends. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { ClientResult, Contestant, Task } from './task.ts'

const [contestant = '', spec = '{}'] = process.argv.slice(2)
const task: Task = JSON.parse(spec)
const [file, member = 'run'] = contestant.split('#')
const module: Record<string, Contestant> = await import(`../contestants/${file}.js`)
const run = module[member]
if (run === undefined) throw new Error(`no contestant ${contestant}`)

if (task.beginsAt !== undefined) {
  const { perMs, offsetMs } = task.beginsAt
  await sleep((2 * perMs + offsetMs - (Date.now() % perMs)) % perMs)
}
const claims = new Uint8Array(task.records)
const before = process.cpuUsage()
const beganAt = Date.now()
const startedAt = performance.now()
const notes = await run(task, claims)
const wallMs = performance.now() - startedAt
const { user, system } = process.cpuUsage(before)
const peakMb = process.resourceUsage().maxRSS / 1_024
const result: ClientResult = { cpuUs: user + system, wallMs, beganAt, peakMb, claims, notes }
process.send?.(result, undefined, {}, () => process.exit(0))
