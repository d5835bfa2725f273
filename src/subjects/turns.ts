import type { Effect, RecordOutcome } from '../core/contract/outcome.ts'
import { type Links, recordsBySubject, subjectsOf } from './links.ts'

/** A system whose records go before those of another, subject by subject. */
export interface Earlier {
  readonly links: Links
  /** What kind of gone they must be at least. Default: any. */
  readonly needs?: Effect
}

export interface TurnsOptions {
  /** How many subjects there are. */
  readonly subjects: number
  readonly own: Links
  readonly earlier: ReadonlyArray<Earlier>
  /** Records that fill a batch: fewer are handed out only when no more can come. */
  readonly batch: number
}

/** Whose turn it is in one system: a record's, once all that its subjects have in the earlier systems is gone. */
export interface Turns {
  /** A record of an earlier system, by its place among them, has this outcome. */
  readonly settled: (earlier: number, record: number, outcome: RecordOutcome) => void
  /** Nothing more will be settled there in this run. */
  readonly ended: (earlier: number) => void
  /** Nothing more is wanted. */
  readonly stop: () => void
  /** Records whose turn it is, in order, up to `most`; empty when no others will follow in this run. */
  readonly next: (most: number) => Promise<ReadonlyArray<number>>
  /** Whether its turn has come. */
  readonly isReleased: (record: number) => boolean
  /** The earlier systems that a record waits for. */
  readonly waitsFor: (record: number) => ReadonlyArray<number>
}

export const openTurns = ({ subjects, own, earlier, batch }: TurnsOptions): Turns => {
  const mine = recordsBySubject(own, subjects)
  /** By earlier system: records of each subject that are not gone yet, and which were told as gone. */
  const open = earlier.map(({ links }) => {
    const counts = new Int32Array(subjects)
    for (let record = 0; record < links.first.length; record++)
      for (const subject of subjectsOf(links, record)) counts[subject] = (counts[subject] ?? 0) + 1
    return counts
  })
  const gone = earlier.map(({ links }) => new Uint8Array(links.first.length))
  const isReady = (subject: number): boolean => open.every((counts) => counts[subject] === 0)
  /** Of each own record: how many of its subjects are not ready. */
  const held = new Int32Array(own.first.length)
  const running = new Set(earlier.keys())
  let stopped = false
  let released: number[] = []
  let wake: (() => void) | undefined
  const ring = (): void => {
    wake?.()
    wake = undefined
  }

  for (let record = 0; record < held.length; record++) {
    held[record] = subjectsOf(own, record).filter((subject) => !isReady(subject)).length
    if (held[record] === 0) released.push(record)
  }

  const count = (subject: number, at: number): void => {
    const counts = open[at] as Int32Array
    counts[subject] = (counts[subject] ?? 0) - 1
    if (!isReady(subject)) return
    for (const record of mine(subject)) {
      held[record] = (held[record] ?? 0) - 1
      if (held[record] === 0) released.push(record)
    }
  }
  const isOver = (): boolean => stopped || running.size === 0
  /** Whole batches while more may come, so that none is sent that could have been fuller. */
  const take = (most: number): ReadonlyArray<number> | undefined => {
    const whole = most < batch ? most : Math.floor(most / batch) * batch
    const ready = isOver() ? released.length : Math.floor(released.length / batch) * batch
    const size = Math.min(isOver() ? most : whole, ready)
    if (size === 0) return undefined
    const taken = released.slice(0, size)
    released = released.slice(size)
    return taken.sort((one, other) => one - other)
  }

  return {
    settled: (at, record, outcome) => {
      const { links, needs } = earlier[at] as Earlier
      const told = gone[at] as Uint8Array
      if (told[record] !== 0 || !isGoneEnough(outcome, needs)) return
      told[record] = 1
      for (const subject of subjectsOf(links, record)) count(subject, at)
      if (released.length >= batch) ring()
    },
    ended: (at) => {
      running.delete(at)
      if (isOver()) ring()
    },
    stop: () => {
      stopped = true
      ring()
    },
    next: async (most) => {
      while (true) {
        const taken = stopped ? [] : take(most)
        if (taken !== undefined) return taken
        if (isOver()) return []
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    },
    isReleased: (record) => held[record] === 0,
    waitsFor: (record) =>
      [...earlier.keys()].filter((at) => subjectsOf(own, record).some((subject) => open[at]?.[subject] !== 0)),
  }
}

/** From the least to the most. */
const effects: ReadonlyArray<Effect> = ['unknown', 'marked', 'recoverable', 'erased']

/** Whether one kind of gone is at least another. */
export const isAtLeast = (effect: Effect, needs: Effect): boolean => effects.indexOf(effect) >= effects.indexOf(needs)

const isGoneEnough = (outcome: RecordOutcome, needs: Effect | undefined): boolean =>
  (outcome.status === 'deleted' || outcome.status === 'absent') &&
  (needs === undefined || isAtLeast(outcome.effect, needs))
