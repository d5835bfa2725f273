import { type Exchange, hangUp, sendHalf } from './answer.ts'
import type { FaultKind } from './emulator.ts'
import type { FailureStatus, JobFault, Reply, System, Task } from './system.ts'
import type { Timers } from './timers.ts'

/** What a fault may work with: a call that the system has let in, and whose work waits to be done. */
export interface Stage {
  readonly task: Task
  readonly system: System
  readonly timers: Timers
  readonly lateMs: number
  readonly slowMs: number
  readonly exchange: Exchange
  readonly answer: (reply: Reply) => void
  readonly headers: Readonly<Record<string, string>>
}

/** What each kind of fault does, in place of `answer(task.run())`. */
export const play: Readonly<Record<FaultKind, (stage: Stage) => void>> = {
  'lost-before': (stage) => hangUp(stage.exchange),
  'lost-after': (stage) => {
    stage.task.run()
    hangUp(stage.exchange)
  },
  late: (stage) =>
    stage.timers.later(stage.lateMs, () => {
      stage.task.run()
      hangUp(stage.exchange)
    }),
  '401': (stage) => refuseWith(401, stage),
  '403': (stage) => refuseWith(403, stage),
  '429': (stage) => refuseWith(429, stage),
  '500': (stage) => refuseWith(500, stage),
  '503': (stage) => refuseWith(503, stage),
  html: (stage) => stage.answer({ status: 200, html: signInPage }),
  truncated: (stage) => sendHalf(stage.exchange, stage.task.run(), stage.headers),
  slow: (stage) => {
    const reply = stage.task.run()
    stage.timers.later(stage.slowMs, () => stage.answer(reply))
  },
  'job-fails': (stage) => breakJob('job-fails', stage),
  'job-never-ends': (stage) => breakJob('job-never-ends', stage),
}

const signInPage = '<!doctype html><title>Please sign in</title><h1>Please sign in</h1>'

const refuseWith = (status: FailureStatus, stage: Stage): void => stage.answer(stage.system.fail(status))

const breakJob = (fault: JobFault, stage: Stage): void => stage.answer(stage.task.run(fault))
