import type { RunEvent, Unstamped } from './events.ts'
import type { Settings } from './settings.ts'

/** Tells the listener, and survives it: one that throws, or whose promise rejects, hears of it once, and the run goes on. */
export const openEmitter = ({
  onEvent,
  clock,
}: Pick<Settings, 'onEvent' | 'clock'>): ((event: Unstamped<RunEvent>) => void) => {
  if (onEvent === undefined) return () => {}
  let failed = false
  const tell = (event: Unstamped<RunEvent>): void => {
    try {
      const returned: unknown = onEvent({ at: clock.now(), ...event } as RunEvent)
      if (returned instanceof Promise) returned.catch(onFailure)
    } catch (error) {
      onFailure(error)
    }
  }
  const onFailure = (error: unknown): void => {
    if (failed) return
    failed = true
    tell({ kind: 'listener-failed', detail: error instanceof Error ? error.message : String(error) })
  }
  return tell
}
