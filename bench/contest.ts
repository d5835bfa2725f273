import { type Counted, type Score, score, scoreCounted } from './measured/claims.ts'
import type { Ledger, ServingSpec } from './measured/serving.ts'
import type { ClientResult, Task } from './measured/task.ts'
import { runClient, startServer } from './processes.ts'
import type { Mode } from './section.ts'
import { whole } from './table.ts'

/** One client against one server of its own. */
export interface Match {
  /** What the tables call it. */
  readonly who: string
  /** `file#member` below `contestants/`. */
  readonly contestant: string
  readonly task: Omit<Task, 'url'>
  /** None for what sends nothing. */
  readonly server?: Omit<ServingSpec, 'lifetimeMs' | 'records'>
  readonly timeoutMs?: number
  /** What leaves records or stops itself early is no match for what does it all. Default false. */
  readonly mayLeave?: boolean
}

export interface Outcome extends ClientResult {
  readonly who: string
  readonly ledger?: Ledger
  /** How the report compares with the ledger. */
  readonly score?: Score
}

/** Plays one match; both processes are over when it ends. */
export const play = async (match: Match): Promise<Outcome> => {
  const { who, contestant, task, timeoutMs = 300_000 } = match
  if (match.server === undefined) {
    return { who, ...(await runClient({ contestant, task: { ...task, url: '' }, timeoutMs })) }
  }
  const lifetimeMs = timeoutMs + 30_000
  const server = await startServer({ ...match.server, records: task.records, lifetimeMs })
  try {
    const more = { ...task.more, ...server.more }
    const result = await runClient({ contestant, task: { ...task, url: server.url, more }, timeoutMs })
    const { counted } = (result.notes ?? {}) as { readonly counted?: Counted }
    const ledger = await server.ledger()
    const { deleted } = ledger
    if (match.mayLeave !== true && deleted.includes(0))
      throw new Error(`${who} left records: ${JSON.stringify(result.notes)}`)
    const found = counted === undefined ? score(result.claims, deleted) : scoreCounted(counted, deleted)
    return { who, ...result, ledger, score: found }
  } finally {
    server.stop()
  }
}

/** Plays all of them in turn, `rounds` times, so that what else the machine does meets them alike. */
export const rounds = async (
  matches: ReadonlyArray<Match>,
  count: number,
  mode: Mode,
): Promise<ReadonlyMap<string, ReadonlyArray<Outcome>>> => {
  const all = new Map<string, Outcome[]>(matches.map(({ who }) => [who, []]))
  for (let round = 1; round <= count; round++) {
    for (const match of matches) {
      mode.say(`round ${round} of ${count}: ${match.who}`)
      all.get(match.who)?.push(await play(match))
    }
  }
  return all
}

/** The four ways in which a report can be wrong, or say nothing. */
export const scoreHead = ['said gone, is there', 'said there, is gone', 'unsaid', 'in doubt']

export const scoreCells = (outcomes: ReadonlyArray<Outcome>): ReadonlyArray<string> => {
  const worst = (of: (score: Score) => number) =>
    whole(Math.max(...outcomes.map(({ score }) => (score === undefined ? 0 : of(score)))))
  return [
    worst(({ lost }) => lost),
    worst(({ falseAlarms }) => falseAlarms),
    worst(({ unsaid }) => unsaid),
    worst(({ inDoubt }) => inDoubt),
  ]
}
