import type { FaultKind, FaultWhen } from './emulator.ts'

/** What a fault may be aimed at: a call's purpose words and path, and whether it starts a job. */
export interface Target {
  readonly words: ReadonlyArray<string>
  readonly path: string
  readonly startsJob: boolean
}

export interface FaultBook {
  readonly set: (kind: FaultKind, when?: FaultWhen) => void
  /** Counts the call for every fault that it matches, and takes the first one that is due. */
  readonly take: (target: Target) => FaultKind | undefined
}

/** The faults set so far. `words` are all purpose words of the system; any other `route` is looked for in the path. */
export const faultBook = (words: ReadonlySet<string>, hasJobs: boolean): FaultBook => {
  let pending: Array<Fault> = []
  return {
    set: (kind, when = {}) => {
      const { route, nth = 1, times = 1 } = when
      if (!kinds.has(kind)) throw new TypeError(`No such fault: '${kind}'`)
      if (isJobFault(kind) && !hasJobs) throw new TypeError(`This system has no jobs: '${kind}' can't happen`)
      if (!(Number.isInteger(nth) && nth >= 1)) throw new RangeError(`nth counts from 1, not ${nth}`)
      if (!(times >= 1)) throw new RangeError(`times is at least 1, not ${times}`)
      pending.push({ kind, matches: matcher(kind, route, words), nth, left: times, seen: 0 })
    },
    take: (target) => {
      if (pending.length === 0) return undefined
      const matching = pending.filter((fault) => fault.matches(target))
      for (const fault of matching) fault.seen += 1
      const due = matching.find((fault) => fault.seen >= fault.nth)
      if (due === undefined) return undefined
      due.left -= 1
      if (due.left < 1) pending = pending.filter((fault) => fault !== due)
      return due.kind
    },
  }
}

interface Fault {
  readonly kind: FaultKind
  readonly matches: (target: Target) => boolean
  readonly nth: number
  left: number
  seen: number
}

const kinds: ReadonlySet<string> = new Set<FaultKind>([
  'lost-before',
  'lost-after',
  'late',
  '401',
  '403',
  '429',
  '500',
  '503',
  'html',
  'truncated',
  'slow',
  'job-fails',
  'job-never-ends',
])

const isJobFault = (kind: FaultKind): boolean => kind === 'job-fails' || kind === 'job-never-ends'

const matcher = (kind: FaultKind, route: string | undefined, words: ReadonlySet<string>) => {
  const onRoute = routeMatcher(route, words)
  return isJobFault(kind) ? (target: Target) => target.startsJob && onRoute(target) : onRoute
}

const routeMatcher = (route: string | undefined, words: ReadonlySet<string>) => {
  if (route === undefined) return (target: Target) => !target.words.includes('token')
  if (words.has(route)) return (target: Target) => target.words.includes(route)
  return (target: Target) => target.path.includes(route)
}
