import type { RunEvent, Unstamped } from '../contract/events.ts'
import { oneLine } from '../contract/text.ts'
import type { Settings } from '../settings/settings.ts'

/**
 * Tells the listener, one event at a time: what it sets off itself is told when it has heard what it is hearing. A
 * listener that throws, or whose promise rejects, hears of it once, and the run goes on.
 */
export const openEmitter = ({
  onEvent,
  clock,
}: Pick<Settings, 'onEvent' | 'clock'>): ((event: Unstamped<RunEvent>) => void) => {
  if (onEvent === undefined) return () => {}
  const waiting: RunEvent[] = []
  let telling = false
  let failed = false
  let ended = false

  const emit = (event: Unstamped<RunEvent>): void => {
    // The report comes last; that hearing it failed is told to nobody.
    if (ended) return
    ended = event.kind === 'run-ended'
    waiting.push({ at: clock.now(), ...event, ...('jobId' in event && { jobId: oneLine(event.jobId) }) } as RunEvent)
    if (telling) return
    telling = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) tell(next)
    telling = false
  }
  const tell = (event: RunEvent): void => {
    try {
      const returned: unknown = onEvent(event)
      if (returned instanceof Promise) returned.catch(onFailure)
    } catch (error) {
      onFailure(error)
    }
  }
  const onFailure = (error: unknown): void => {
    if (failed) return
    failed = true
    emit({ kind: 'listener-failed', detail: error instanceof Error ? error.message : String(error) })
  }
  return emit
}
