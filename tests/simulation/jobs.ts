import { part } from './random.ts'
import type { Circumstances } from './server.ts'
import type { World } from './world.ts'

/** A job of the backend: what it did is decided when it ends. */
export interface Job<Result> {
  readonly id: string
  readonly ids: ReadonlyArray<string>
  state: { readonly is: 'running' } | { readonly is: 'failed' } | { readonly is: 'ended'; readonly result: Result }
  /** When its result is forgotten. */
  keptUntil: number
}

/** Runs jobs; `act` deletes, and returns what the job's result will say. */
export const openJobs = <Result>(world: World, act: (ids: ReadonlyArray<string>, fails: boolean) => Result) => {
  const jobs = new Map<string, Job<Result>>()
  const { clock, scenario } = world
  const [least, most] = scenario.traits.jobMs

  const start = (ids: ReadonlyArray<string>, { fault, overBy }: Circumstances): Job<Result> => {
    const number = jobs.size + 1
    const job: Job<Result> = {
      id: `job-${number}`,
      ids,
      state: { is: 'running' },
      keptUntil: Number.POSITIVE_INFINITY,
    }
    jobs.set(job.id, job)
    const wanted = least + Math.floor(part(scenario.seed, 1_000 + number) * (most - least))
    const endsAt = clock.now() + wanted
    const some = ids.slice(0, Math.floor(ids.length * (fault?.part ?? 1)))
    const last = async () => {
      await clock.sleep(Math.min(endsAt, overBy) - clock.now())
      // A job that nobody knows of is over by then; one whose start was answered takes its time.
      if (world.jobs.heard.has(job.id)) await clock.sleep(endsAt - clock.now())
    }
    void last().then(async () => {
      if (fault?.kind === 'job-fails') {
        act(some, true)
        job.state = { is: 'failed' }
      } else if (fault?.kind === 'job-never-ends') {
        act(some, true)
        // What it has left, it does when nobody waits for it any more.
        void clock.sleep(2 * scenario.options.jobDeadlineMs).then(() => act(ids, true))
        return
      } else if (fault?.kind === 'job-twice') {
        act(ids, false)
        if (world.jobs.heard.has(job.id)) await clock.sleep(Math.floor(fault.part * 1_000))
        job.state = { is: 'ended', result: act(ids, false) }
      } else job.state = { is: 'ended', result: act(ids, false) }
      job.keptUntil = clock.now() + (fault?.kind === 'job-expires' ? 0 : scenario.traits.keptMs)
    })
    return job
  }

  return {
    start,
    /** Undefined: never heard of it, or not any more. */
    find: (id: string): Job<Result> | undefined => {
      const job = jobs.get(id)
      return job === undefined || clock.now() >= job.keptUntil ? undefined : job
    },
  }
}
