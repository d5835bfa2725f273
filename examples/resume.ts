/**
 * A run that outlives its process: the first one is killed in the middle, without a chance to say anything, and a second one
 * takes up its journal. No record is lost, none is guessed, and what was in flight is looked at before anything is sent.
 *
 *     node examples/resume.ts
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { assertAllGone, deleteRecords } from 'expunge'
import { startUuidList } from 'expunge/emulators'
import { openJournal } from 'expunge/journal'
import { uuidList } from 'expunge/providers/uuid-list'

const uuid = (n: number): string => `0b3f1c9e-5a0e-4b1c-9f43-${n.toString(16).padStart(12, '0')}`
const ids = Array.from({ length: 2_000 }, (_, n) => uuid(n))
// "Still there" counts once an unanswered request can no longer come into effect: here, twice this after it was sent.
const callTimeoutMs = 500
const [, , journalPath, url] = process.argv

if (journalPath !== undefined && url !== undefined) await beKilled(journalPath, url)
else await goOn()

/** The process that dies: once a part of the records is gone it ends as if the machine had lost its power. */
async function beKilled(path: string, baseUrl: string): Promise<void> {
  const provider = uuidList({ baseUrl, object: 'io_showcase', token: 'uuid-list-token', permanentDelete: true })
  const journal = openJournal(path).target('service')
  await deleteRecords(provider, ids, {
    journal,
    callTimeoutMs,
    onEvent: (event) => {
      if (event.kind === 'settled' && event.totals.deleted >= 800) process.kill(process.pid, 'SIGKILL')
    },
  })
}

async function goOn(): Promise<void> {
  const service = await startUuidList({ latencyMs: 5 })
  service.seed(ids)
  const path = join(mkdtempSync(join(tmpdir(), 'resume-')), 'run.db')

  const child = spawn(process.execPath, [import.meta.filename, path, service.url], { stdio: 'inherit' })
  const [, signal] = await once(child, 'exit')
  console.log(`the first process was ended by ${signal}; a part is gone: ${service.existing().size < ids.length}`)

  const journal = openJournal(path)
  const provider = uuidList({ ...service.options, permanentDelete: true })
  // No ids: the plan is in the journal. What was in flight is read back first; what is not settled goes on.
  const report = await deleteRecords(provider, undefined, { journal: journal.target('service'), callTimeoutMs })
  assertAllGone(report)
  console.log(report.totals, `over ${journal.target('service').runs().length} processes`)
  console.log(`${service.existing().size} records are left, ${[...report.outcomes].length} outcomes are on record`)
  journal.close()
  await service.close()
}
