/**
 * How much memory the engine allocates for a record, in bytes: what the collector has to clear away is CPU that no
 * profile shows beside its cause. Run with a young generation so large that nothing is collected in between, and on one
 * thread, so that code is compiled at the same record each time:
 * `node --expose-gc --min-semi-space-size=256 --max-semi-space-size=256 --single-threaded bench/allocations.ts`.
 */
import { type PerformanceEntry, PerformanceObserver } from 'node:perf_hooks'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { BatchReply, BulkRecordProvider } from '../src/core/contract/provider.ts'
import { stream } from '../src/core/engine/stream.ts'

const records = 100_000
const allDeleted: BatchReply = { kind: 'AllDeleted' }

const provider: BulkRecordProvider = {
  specification: 1,
  name: 'instant',
  verified: 'documentation',
  capabilities: { maxBatchSize: 200, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  isValidId: (id) => id.length > 0,
  deleteBatch: () => TE.right(allDeleted),
}

const ids = Array.from({ length: records }, (_, index) => `record-${index}`)

const allocated = async (duplicates: 'allow' | 'drop'): Promise<number> => {
  globalThis.gc?.()
  const before = process.memoryUsage()
  for await (const _ of stream(provider, ids, { duplicates }));
  const after = process.memoryUsage()
  return (after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers) / records
}

let collections = 0
// The first runs pay for what is made once.
for (const duplicates of ['allow', 'drop', 'allow', 'drop'] as const) await allocated(duplicates)
const observer = new PerformanceObserver((list) => {
  // Those that were asked for are of the other kind.
  collections += list.getEntries().filter(isYoung).length
})
observer.observe({ entryTypes: ['gc'] })
const allow = await allocated('allow')
const drop = await allocated('drop')
await new Promise((resolve) => setImmediate(resolve))
console.log(JSON.stringify({ allow, drop, collections }))

function isYoung(entry: PerformanceEntry): boolean {
  return (entry as PerformanceEntry & { readonly detail: { readonly kind: number } }).detail.kind === 1
}
