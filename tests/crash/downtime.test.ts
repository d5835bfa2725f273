import { join } from 'node:path'
import { realClock } from '../../src/core/settings/clock.ts'
import { startDatoCms } from '../../src/emulators/index.ts'
import { datoCms, deleteRecords, type RunEvent } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { newFolder } from '../cli/made-run.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('downtime', { deadlineMs: 30_000 })

test('jobs that ended while no process ran say nothing about how long jobs take', async ({ after }) => {
  const { folder, remove } = newFolder()
  after(remove)
  const emulator = await startDatoCms({ rate: 'none', jobMs: 40 })
  after(emulator.close)
  const ids = Array.from({ length: 120 }, (_, at) => `item-${`${at}`.padStart(17, '0')}`)
  emulator.seed(ids)
  const journal = openJournal(join(folder, 'run.db'))
  after(journal.close)
  const provider = datoCms(emulator.options)
  const stop = new AbortController()
  let started = 0
  const onEvent = (event: RunEvent): void => {
    if (event.kind === 'job-started' && ++started === 5) stop.abort()
  }
  const options = { journal: journal.target('cms'), batchSize: 10, jobDeadlineMs: 7_200_000 }
  await deleteRecords(provider, ids, { ...options, signal: stop.signal, onEvent, drainMs: 0 })
  assert.ok(started >= 5)
  // Whatever was sent takes effect meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 500))

  const anHourLater = { ...realClock, now: () => realClock.now() + 3_600_000 }
  const longest = { takenUp: 0, own: 0 }
  const startedAt = anHourLater.now()
  const heard = (event: RunEvent): void => {
    if (event.kind !== 'job-ended') return
    const kind = event.ms > 3_000_000 ? 'takenUp' : 'own'
    longest[kind] = Math.max(longest[kind], anHourLater.now() - startedAt)
  }
  const report = await deleteRecords(provider, undefined, { ...options, clock: anHourLater, onEvent: heard })
  assert.is(report.totals.deleted, 120)
  assert.ok(longest.takenUp > 0 && longest.takenUp < 8_000, `asked ${longest.takenUp} ms after the start`)
  assert.ok(longest.own > 0 && longest.own < 8_000, `asked ${longest.own} ms after the start`)
})
