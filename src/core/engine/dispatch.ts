import type { OpenBatch } from '../contract/journal.ts'
import type { Source } from '../intake/source.ts'
import type { Work } from '../intake/work.ts'
import { sendSame } from '../run/requeue.ts'
import { type Run, settleUnconfirmed } from '../run/run.ts'
import { readSuspects, releaseHeld, settleHeldAtEnd } from '../settle/culprits.ts'
import { nextUnlisted } from '../settle/missing.ts'
import { endPasses, isInPasses, nextPass, parked, someParked } from '../settle/parking.ts'
import { openControl } from '../settle/reader.ts'
import { recover, recoveredRecords } from '../settle/recovery.ts'
import type { Bell } from './bell.ts'
import { conduct } from './conduct.ts'
import { openCutter } from './cutter.ts'

/**
 * Sends what there is to send while there is room for it, and returns when every record that was pulled has its
 * outcome: at the end of the source, or when the run stops and what was in flight is settled or given up. Returns
 * whether the source was read to its end. `open`: what was in flight when an earlier process ended.
 */
export const dispatch = async (
  run: Run,
  source: Source,
  accept: (id: unknown) => void,
  full: (onRoom: () => void) => boolean,
  bell: Bell,
  open: ReadonlyArray<OpenBatch> = [],
): Promise<boolean> => {
  const { concurrency, maxJobs } = run.settings
  const control = openControl(run)
  const cut = openCutter(run, source, accept)
  const busy = { submitting: 0, jobs: 0, open: 0 }

  const launch = (work: Work): void => {
    busy.submitting++
    let state: 'submitting' | 'job' | 'answered' = 'submitting'
    const onSubmitted = (job: boolean) => {
      busy.submitting--
      if (job) busy.jobs++
      state = job ? 'job' : 'answered'
      bell.ring()
    }
    watch(conduct(run, work, control, onSubmitted), work).then(() => {
      if (state === 'submitting') busy.submitting--
      if (state === 'job') busy.jobs--
      bell.ring()
    })
  }
  /** A task that throws is a defect: the run halts, and what it was about is in doubt. */
  const watch = async (task: Promise<void>, work: Work): Promise<void> => {
    busy.open++
    try {
      await task
    } catch (cause) {
      const message = haltForDefect(run, cause)
      const records = [...work.records, ...(work.search?.others ?? [])].filter((record) => !record.settled)
      settleUnconfirmed(run, records, { code: 'defect', message: `a bug cut its batch short: ${message}` })
    }
    busy.open--
    run.tell.settled()
  }
  const askSuspects = (): void => {
    const records = run.known.culprits.suspects.map((culprit) => culprit.record)
    watch(readSuspects(run), { records }).then(bell.ring)
  }

  const nextWork = (): Work | undefined => {
    try {
      return run.queue.works.shift() ?? nextUnlisted(run, false) ?? cut.next()
    } catch (cause) {
      haltForDefect(run, cause)
      return undefined
    }
  }
  const allSettled = async (): Promise<void> => {
    while (busy.open > 0) {
      if (busy.open === run.known.proofs.waiting()) run.known.proofs.giveUp()
      await bell.heard()
    }
  }
  /** Nothing else is to be sent: what reads did not list goes, too. */
  const sendUnlisted = (): boolean => {
    const work = nextUnlisted(run, true)
    if (work !== undefined) launch(work)
    return work !== undefined
  }
  const beginPass = (): void => {
    const records = parked(run).map(({ record }) => record)
    watch(nextPass(run), { records }).then(bell.ring)
  }

  /** While nothing may be sent, the end is not waited for if there is nothing to be sent. */
  const nothingWaits = (): boolean =>
    run.queue.works.length === 0 &&
    run.queue.unlisted.waiting() === 0 &&
    run.known.culprits.suspects.length === 0 &&
    run.known.culprits.held.length === 0 &&
    !someParked(run) &&
    cut.isDry()

  // A run that is stopping already (it is another place, say) asks nothing of what an earlier one left.
  for (const batch of run.ending.stop.reason() === undefined ? open : []) {
    const records = recoveredRecords(batch)
    for (const _ of records) run.books.ledger.accept()
    const jobs = batch.jobId === undefined ? 0 : 1
    busy.jobs += jobs
    const onJobOver = (): void => {
      busy.jobs -= jobs
      bell.ring()
    }
    watch(recover(run, batch, records, onJobOver), { records }).then(bell.ring)
  }
  while (run.ending.stop.reason() === undefined) {
    releaseHeld(run)
    const room =
      !full(bell.ring) &&
      !run.known.culprits.examining &&
      !(isInPasses(run) && busy.open > 0) &&
      run.pace.gate.admits(busy.submitting) &&
      busy.submitting + busy.jobs < maxJobs &&
      busy.open < concurrency + maxJobs
    if (run.known.culprits.suspects.length >= run.settings.batchSize) askSuspects()
    const work = room ? nextWork() : undefined
    if (work !== undefined) {
      launch(work)
      continue
    }
    const held = run.pace.steering.held() !== undefined
    if (held && busy.open === 0 && nothingWaits()) break
    const tried = run.books.guards.isTrying() && (cut.ended() || run.books.guards.allowance() <= 0)
    const nothingToSend = room && (cut.ended() || tried) && run.queue.batcher.waiting() === 0
    if (nothingToSend && sendUnlisted()) continue
    if (nothingToSend && run.known.culprits.suspects.length > 0) {
      askSuspects()
      continue
    }
    if (nothingToSend && busy.open === 0) {
      if (run.known.culprits.held.length > 0) settleHeldAtEnd(run)
      else if (someParked(run)) beginPass()
      else if (tried) {
        run.books.guards.passed()
        endPasses(run)
      } else break
      continue
    }
    if ((nothingToSend || (!room && !held)) && busy.open === run.known.proofs.waiting()) {
      run.known.proofs.giveUp()
    }
    await bell.heard()
  }

  for (const work of run.queue.works.splice(0)) sendSame(run, work)
  for (const record of run.queue.unlisted.drain()) sendSame(run, { records: [record] })
  for (const record of run.queue.batcher.drain()) sendSame(run, { records: [record] })
  await cut.finish()
  await allSettled()
  settleHeldAtEnd(run)
  if (run.known.culprits.suspects.length > 0) askSuspects()
  await allSettled()
  if (someParked(run)) beginPass()
  await allSettled()
  return cut.ended()
}

const haltForDefect = (run: Run, cause: unknown): string => {
  const message = cause instanceof Error ? cause.message : String(cause)
  run.ending.stop.halt({ because: 'defect', detail: message, error: { tag: 'Defect', detail: message, cause } })
  return message
}
