/**
 * What a journal costs: CPU a record for planning with exact de-duplication and for executing, held against the same run
 * without a journal; syncs a batch; the size of the file. `npm run bench:journal [records]`; memory is flat, so ten
 * million is a matter of patience: `npm run bench:journal -- 10000000`.
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { argv } from 'node:process'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { BatchReply, BulkRecordProvider } from '../src/core/contract/provider.ts'
import { collect, stream } from '../src/core/engine/stream.ts'
import { openJournal } from '../src/journal/index.ts'

const records = Number(argv[2] ?? 1_000_000)
const batchSize = 200

const allDeleted: BatchReply = { kind: 'AllDeleted' }

/** Answers at once, so that what is measured is ours. */
const provider: BulkRecordProvider = {
  specification: 1,
  name: 'instant',
  verified: 'documentation',
  capabilities: { maxBatchSize: batchSize, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: (id) => id.length > 0,
  deleteBatch: () => TE.right(allDeleted),
}

/** As long as a UUID, in no order. */
function* ids(): Generator<string> {
  for (let index = 0; index < records; index++) {
    const one = (Math.imul(index + 1, 0x9e3779b1) >>> 0).toString(16).padStart(8, '0')
    const two = index.toString(16).padStart(8, '0')
    yield `${one}-${two.slice(0, 4)}-4${two.slice(4, 7)}-8${one.slice(0, 3)}-${two}${one.slice(4)}`
  }
}

interface Figures {
  readonly cpu: number
  /** The part of it that the system took, for reading, writing and syncing. */
  readonly system: number
  readonly wall: number
}

/** µs a record. */
const measure = async (work: () => unknown): Promise<Figures> => {
  const cpu = process.cpuUsage()
  const from = performance.now()
  await work()
  const { user, system } = process.cpuUsage(cpu)
  return {
    cpu: (user + system) / records,
    system: system / records,
    wall: ((performance.now() - from) * 1_000) / records,
  }
}

const tell = (what: string, { cpu, system, wall }: Figures, note = ''): void =>
  console.log(
    `${what.padEnd(44)} ${cpu.toFixed(2).padStart(6)} µs CPU (system ${system.toFixed(2)}) ${wall.toFixed(2).padStart(7)} µs  ${note}`,
  )

const folder = mkdtempSync(join(tmpdir(), 'journal-bench-'))
const path = join(folder, 'run.db')
try {
  console.log(`${records} records, batches of ${batchSize}; a record each`)
  const reading = await measure(() => {
    for (const _ of ids());
  })
  tell('making the ids', reading)

  const journal = openJournal(path)
  const target = journal.target('bench')
  const planning = await measure(async () => {
    await target.beginPlan()
    let waiting: Array<{ id: string; identity: string }> = []
    for (const id of ids()) {
      waiting.push({ id, identity: id })
      if (waiting.length < 1_000) continue
      await target.addToPlan(waiting)
      waiting = []
    }
    await target.addToPlan(waiting)
    await target.sealPlan({ duplicates: 0, sourceEnded: true })
  })
  const peakMb = (): string => `peak ${Math.round(process.resourceUsage().maxRSS / 1_024)} MB`
  tell('planning, exact and on disk', planning, peakMb())

  const without = await measure(async () => {
    for await (const _ of stream(provider, ids(), { duplicates: 'allow' }));
  })
  tell('the run without a journal', without, peakMb())
  const executing = await measure(() => collect(provider, undefined, { journal: target })())
  tell('the run with a journal', executing, peakMb())
  const listing = await measure(() => {
    for (const _ of target.outcomes('aborted'));
  })
  tell('reading every outcome', listing, peakMb())

  const { deleted } = await target.totals()
  if (deleted !== records) throw new Error(`${deleted} of ${records} are on record`)
  journal.close()
  const bare = without.cpu - reading.cpu
  console.log()
  console.log(`planning: ${(planning.cpu - reading.cpu).toFixed(2)} µs CPU a record (at most 6)`)
  console.log(`executing: ${(executing.cpu - bare).toFixed(2)} µs CPU a record over the run without (at most 3)`)
  console.log(`the file: ${(statSync(path).size / records).toFixed(1)} bytes a record`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
