/** A limit of so many requests in each window, and where in a window the first one comes. */
export interface Windows {
  readonly requests: number
  readonly perMs: number
  /** How much of the first window had passed. */
  readonly offsetMs: number
}

/**
 * How long the best schedule takes that knows everything beforehand, in ms: one submit and one poll a job, each as early
 * as the windows have room, submits first, for that is what lets the polls begin earliest; no latency.
 */
export const clairvoyantMs = (jobs: number, jobMs: number, { requests, perMs, offsetMs }: Windows): number => {
  const used = new Map<number, number>()
  /** The earliest moment from `from` on whose window has room. */
  const place = (from: number): number => {
    let window = Math.floor((from + offsetMs) / perMs)
    while ((used.get(window) ?? 0) >= requests) window++
    used.set(window, (used.get(window) ?? 0) + 1)
    return Math.max(from, window * perMs - offsetMs)
  }
  const submits = Array.from({ length: jobs }, () => place(0))
  return submits.reduce((last, submittedAt) => Math.max(last, place(submittedAt + jobMs)), 0)
}
