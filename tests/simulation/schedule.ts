import type { CallPurpose, Fault } from './scenario.ts'

/** Hands each call the fault that is meant for it: the first that fits. */
export const openSchedule = (faults: ReadonlyArray<Fault>): ((purpose: CallPurpose) => Fault | undefined) => {
  const counts = { delete: 0, read: 0, poll: 0, token: 0, any: 0 }
  return (purpose) => {
    counts[purpose]++
    counts.any++
    return faults.find(({ on, nth, times }) => {
      const number = on === purpose || on === 'any' ? counts[on] : 0
      return number >= nth && number < nth + times
    })
  }
}
