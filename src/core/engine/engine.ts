/**
 * The room of the run from top to bottom: opens it, sends while there is room, and closes the accounts. With a journal,
 * the same over a plan that outlives the process; and questions to a backend, each a run that deletes nothing.
 * May import: contract, settings, intake, pace, http, judge, run, settle.
 * Begin with `prepareRun`; then dispatch.ts (the loop), conduct.ts (one batch), durable.ts (with a journal), look-up.ts
 * (questions).
 */

import type { Journal } from '../contract/journal.ts'
import type { RunSummary } from '../contract/outcome.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import { openIntake } from '../intake/intake.ts'
import { type Ids, openSource, type Source } from '../intake/source.ts'
import type { Run } from '../run/run.ts'
import type { AnyOptions } from '../settings/options.ts'
import { type Settings, settingsOf } from '../settings/settings.ts'
import { openBell } from './bell.ts'
import { dispatch } from './dispatch.ts'
import { messageOf, openPlanned, type Planned } from './durable.ts'
import { openGrowing } from './growing.ts'
import { openHandover, type Sink, tooMany } from './handover.ts'
import { closeRun, openRun } from './open-run.ts'

/**
 * Checks everything that can be misused, throwing `UsageError`, and returns the run: called once, it deletes, and
 * resolves when every record has its outcome. Nothing is sent before it is called. It rejects only where a journal can't
 * give it anything to do.
 */
export const prepareRun = (
  provider: BulkRecordProvider,
  ids: Ids | undefined,
  options: AnyOptions | undefined,
  sink: Sink,
  onOpen?: (run: Run) => void,
): (() => Promise<RunSummary>) => {
  const settings = settingsOf(provider, options)
  const { journal } = settings
  const bell = openBell()
  const intake = openIntake(provider, settings)
  let onSourceError = (_: unknown): void => {}
  const given = ids === undefined && journal !== undefined ? [] : (ids as Ids)
  const source = openSource(given, settings.clock, bell.ring, (error) => onSourceError(error))

  return async () => {
    const startedAt = new Date(settings.clock.now()).toISOString()
    const run = openRun(provider, settings, sink, bell.ring)
    onOpen?.(run)
    let sourceFailed = false
    onSourceError = (error) => {
      sourceFailed = true
      run.ending.stop.halt({ because: 'source', detail: `the id source failed: ${messageOf(error)}` })
    }
    run.tell.emit({
      kind: 'run-started',
      provider: provider.name,
      verified: provider.verified,
      capabilities: provider.capabilities,
    })
    run.ending.stop.listen()
    try {
      const planned = journal === undefined ? undefined : await openOnRecord(run, journal, ids, source, sink, bell.ring)
      if (planned === undefined && source.sized && countsOver(ids as Iterable<unknown>, provider, settings))
        run.ending.stop.halt(tooMany(settings.maxRecords))
      const accept = planned?.accept ?? openHandover(run, intake)
      const sourceEnded = await dispatched(run, planned?.source ?? source, accept, sink.full, bell, planned?.open ?? [])
      closeAccounts(run)
      run.tell.settled()
      const halted = run.ending.stop.halted()
      const summary: RunSummary = {
        provider: provider.name,
        totals: run.books.ledger.totals(),
        duplicates: run.books.ledger.duplicates(),
        requests: run.known.experience.requests,
        startedAt,
        endedAt: new Date(settings.clock.now()).toISOString(),
        sourceEnded: sourceEnded && !sourceFailed,
        ...(halted === undefined ? {} : { halted }),
      }
      const report = planned === undefined ? summary : await planned.close(summary)
      run.tell.emit({ kind: 'run-ended', report })
      return report
    } finally {
      closeRun(run)
    }
  }
}

/** With a journal: what is left of its plan, or a plan that grows while it is carried out. */
const openOnRecord = async (
  run: Run,
  journal: Journal,
  ids: Ids | undefined,
  source: Source,
  sink: Sink,
  wake: () => void,
): Promise<Planned> =>
  run.settings.planFirst || (await journal.plan()) !== undefined
    ? openPlanned(run, journal, ids, sink, wake)
    : openGrowing(run, journal, ids === undefined ? undefined : source, sink, wake)

/** A bug anywhere in the dispatcher ends in the report, like everything else. */
const dispatched = async (...dispatching: Parameters<typeof dispatch>): Promise<boolean> => {
  const [run] = dispatching
  try {
    return await dispatch(...dispatching)
  } catch (cause) {
    run.ending.stop.halt({
      because: 'defect',
      detail: messageOf(cause),
      error: { tag: 'Defect', detail: messageOf(cause), cause },
    })
    return false
  }
}

/** Every accepted record has exactly one outcome, or the report says that it has a defect. */
const closeAccounts = (run: Run): void => {
  try {
    run.books.ledger.close()
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause)
    run.ending.stop.halt({ because: 'defect', detail, error: { tag: 'Defect', detail, cause } })
  }
}

/** Whether a list that can be read twice holds more records to send than allowed: better known before the first is sent. */
const countsOver = (ids: Iterable<unknown>, provider: BulkRecordProvider, settings: Settings): boolean => {
  if (settings.maxRecords === Number.POSITIVE_INFINITY || settings.dryRun) return false
  const judge = openIntake(provider, settings)
  let toSend = 0
  try {
    for (const id of ids) {
      if (typeof id === 'string' && judge(id) === 'send' && ++toSend > settings.maxRecords) return true
    }
  } catch {
    // What throws here throws again where ids are pulled, and is reported there.
  }
  return false
}
