/**
 * What planning a long list costs with the built command: time, CPU and peak memory for a million ids in a text file, and
 * for a tenth of them, which shows that memory is flat. `npm run bench:plan [records]`; build before.
 */
import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeFileSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import { startUuidList } from '../src/emulators/index.ts'

const records = Number(argv[2] ?? 1_000_000)
const command = join(import.meta.dirname, '../dist/cli/main.js')

/** Told by the process itself, at its end. */
const telling = `data:text/javascript,${encodeURIComponent(`process.on('exit', () => {
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage()
  console.error('usage ' + JSON.stringify({ maxRSS, cpu: (userCPUTime + systemCPUTime) / 1e6 }))
})`)}`

interface Usage {
  /** In KiB. */
  readonly maxRSS: number
  /** In seconds. */
  readonly cpu: number
}

const folder = mkdtempSync(join(tmpdir(), 'expunge-bench-'))
// Planning asks this system nothing.
const emulator = await startUuidList()
try {
  const small = measure(records / 10)
  const whole = measure(records)
  if (whole.maxRSS > 1.5 * small.maxRSS) throw new Error('memory is not flat')
} finally {
  await emulator.close()
  rmSync(folder, { recursive: true, force: true })
}

function measure(count: number): Usage {
  const expected = writeFiles(count)
  const startedAt = performance.now()
  const words = ['plan', join(folder, 'cleanup.json'), '-o', join(folder, `run-${count}.db`), '--json']
  const { stdout, stderr, status } = spawnSync(process.execPath, ['--import', telling, command, ...words], {
    encoding: 'utf8',
  })
  const seconds = (performance.now() - startedAt) / 1_000
  const told = /usage (.*)/.exec(stderr)?.[1]
  if (status !== 0 || told === undefined) throw new Error(`plan ended with ${status}: ${stderr}`)
  const [target] = JSON.parse(stdout).targets
  const counts = [target.records, target.toSend, target.duplicates, target.invalid].join()
  if (counts !== expected) throw new Error(`planned ${counts}, not ${expected}`)
  const usage = JSON.parse(told) as Usage
  const peak = `${Math.round(usage.maxRSS / 1_024)} MiB at its peak`
  console.log(`${count} ids planned in ${seconds.toFixed(1)} s, ${usage.cpu.toFixed(1)} s of CPU, ${peak}`)
  return usage
}

/** Writes the list and the configuration; answers with the counts that the plan must have. */
function writeFiles(count: number): string {
  const file = openSync(join(folder, 'ids.txt'), 'w')
  for (let index = 0; index < count; index += 1_000) {
    const lines = Array.from({ length: 1_000 }, (_, at) => `${idOf(index + at)}\n`)
    writeSync(file, lines.join(''))
  }
  // A repeat of the first, in another letter case, and something that is no id.
  writeSync(file, `${idOf(0).toUpperCase()}\nnothing\n`)
  closeSync(file)
  const target = {
    name: 'max',
    provider: 'uuid-list',
    ids: 'ids.txt',
    options: { ...emulator.options, permanentDelete: true },
  }
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets: [target] }))
  return [count + 1, count, 1, 1].join()
}

/** As long as a UUID, in no order. */
function idOf(index: number): string {
  const one = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
  const two = index.toString(16).padStart(8, '0')
  return `${one}-${two.slice(0, 4)}-4${two.slice(4, 7)}-8${one.slice(0, 3)}-${two}${one.slice(4)}`
}
