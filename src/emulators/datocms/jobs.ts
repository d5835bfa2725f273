import { randomInt } from 'node:crypto'
import type { JobFault, Reply } from '../server/system.ts'
import type { Timers } from '../server/timers.ts'
import { refusal } from './errors.ts'

/** How a job ended: its real status, and a payload that is an error body outside 200 to 299. */
export interface JobEnd {
  readonly status: number
  readonly payload: unknown
}

export interface Jobs {
  /** Starts a job and answers 202. `work` runs at the end of its time; `broken` in its place when the job is broken. */
  readonly start: (work: () => JobEnd, broken: () => JobEnd, fault: JobFault | undefined) => Reply
  /** The result; 404 while the job runs, when its result has expired, and for a job that never was. */
  readonly result: (id: string) => Reply
}

export const createJobs = (timers: Timers, jobMs: number, jobResultMs: number): Jobs => {
  const ended = new Map<string, JobEnd & { readonly at: number }>()
  let lastId = randomInt(1000, 100_000)
  return {
    start: (work, broken, fault) => {
      lastId += 1
      const id = String(lastId)
      timers.later(jobMs, () => {
        const end = fault === undefined ? work() : broken()
        if (fault !== 'job-never-ends') ended.set(id, { ...end, at: performance.now() })
      })
      return { status: 202, json: { data: { type: 'job', id } } }
    },
    result: (id) => {
      const end = ended.get(id)
      if (end === undefined) return refusal(404, 'NOT_FOUND')
      if (performance.now() - end.at >= jobResultMs) {
        ended.delete(id)
        return refusal(404, 'NOT_FOUND')
      }
      const attributes = { status: end.status, payload: end.payload }
      return { status: 200, json: { data: { type: 'job_result', id, attributes } } }
    },
  }
}
