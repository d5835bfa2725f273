/**
 * The last step of a migration: what has arrived at the new system is deleted from the old one. Ids are found while others
 * are deleted already, outcomes are written down as they come, and Ctrl-C stops cleanly.
 *
 *     node examples/migrate.ts
 */
import { appendFileSync, mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type RunEvent, streamOutcomes } from 'expunge'
import { startUuidList } from 'expunge/emulators'
import { uuidList } from 'expunge/providers/uuid-list'

// Stands in for the old system, which loses an answer now and then.
const old = await startUuidList()
const uuid = (n: number): string => `0b3f1c9e-5a0e-4b1c-9f43-${n.toString(16).padStart(12, '0')}`
old.seed(Array.from({ length: 5_000 }, (_, n) => uuid(n)))
old.refuse([uuid(17)])
old.fault('lost-after', { route: 'delete', nth: 3 })

/** A page at a time from the new system: nothing is read that there is no room for, and the end of a run closes it. */
async function* arrived(): AsyncGenerator<string> {
  try {
    for (let page = 0; page < 50; page++) {
      for (let n = 0; n < 100; n++) yield uuid(100 * page + n)
    }
  } finally {
    console.log('the cursor is closed')
  }
}

const stop = new AbortController()
process.once('SIGINT', () => stop.abort())

const onEvent = (event: RunEvent): void => {
  if (event.kind === 'in-doubt') console.log(`${event.size} records are in doubt: ${event.detail}`)
  if (event.kind === 'halted') console.log(`stopped itself: ${event.detail}`)
  if (event.kind === 'run-ended') console.log(event.report.totals, 'source read to its end:', event.report.sourceEnded)
}

const provider = uuidList({ ...old.options, permanentDelete: true })
const left = join(mkdtempSync(join(tmpdir(), 'migrate-')), 'left.ndjson')

// `duplicates: 'allow'` keeps memory flat, however many there are. `signal` and `break` both end with every account closed.
const options = { duplicates: 'allow', signal: stop.signal, onEvent, callTimeoutMs: 2_000 } as const
for await (const outcome of streamOutcomes(provider, arrived(), options)) {
  if (outcome.status === 'deleted' || outcome.status === 'absent') continue
  appendFileSync(left, `${JSON.stringify(outcome)}\n`)
}

console.log(readFileSync(left, 'utf8').trim())
console.log(`${old.existing().size} records are left in the old system`)
await old.close()
