import { type Match, type Outcome, play, scoreCells, scoreHead } from '../contest.ts'
import type { Faults } from '../measured/deletion-api.ts'
import { type Measure, target } from '../section.ts'
import { seconds, whole } from '../table.ts'

const records = 100_000
const faults: Faults = { throttled: 20, lostAfter: 25, lostBefore: 33 }

const task = { records, batchSize: 200, concurrency: 10, more: { atomicity: 'all-or-nothing', reads: true } }
const server = { kind: 'deletion', more: { faults } } as const
const matches: ReadonlyArray<Match> = [
  { who: 'bare fetch loop', contestant: 'loops#viaGlobalFetch', task, server },
  { who: 'ky, which tries again', contestant: 'loops#retryingKy', task, server },
  { who: 'p-queue around fetch', contestant: 'loops#pQueue', task, server },
  { who: 'p-map around fetch', contestant: 'loops#pMapped', task, server },
  { who: 'expunge', contestant: 'expunge#collected', task, server },
]

const busy = { kind: 'bulk', more: { busy: 100 } } as const
const bulkMatches: ReadonlyArray<Match> = [
  { who: 'elasticsearch bulk helper', contestant: 'elastic#run', task, server: busy },
  { who: 'expunge', contestant: 'expunge-systems#bulk', task, server: busy },
]

/** What the reports are worth when things go wrong. */
export const trouble: Measure = {
  name: 'trouble',
  title: 'Reports under trouble, held against the ledger',
  run: async (mode) => {
    const outcomes: Outcome[] = []
    for (const match of [...matches, ...bulkMatches]) {
      mode.say(match.who)
      outcomes.push(await play({ ...match, mayLeave: true }))
    }
    const [plain, bulk] = [outcomes.slice(0, matches.length), outcomes.slice(matches.length)]
    const wrongOf = ({ score }: Outcome) => (score?.lost ?? 0) + (score?.falseAlarms ?? 0) + (score?.unsaid ?? 0)
    const ours = Math.max(...outcomes.filter(({ who }) => who === 'expunge').map(wrongOf))
    const remains = ({ ledger }: Outcome) =>
      whole(records - (ledger?.deleted.reduce((sum, times) => sum + times, 0) ?? 0))
    const row = (one: Outcome) => [one.who, seconds(one.wallMs), remains(one), ...scoreCells([one])]
    return {
      tables: [
        { head: ['all or nothing', 'time', 'still there', ...scoreHead], rows: plain.map(row) },
        { head: ['`_bulk`, 1 % always busy', 'time', 'still there', ...scoreHead], rows: bulk.map(row) },
      ],
      targets: [target('records that expunge reports wrongly, or not at all', 'none', whole(ours), ours === 0)],
      notes: [
        `${whole(records)} records. In the first table every 20th deletion is answered 429, every 25th is done and its answer lost, and every 33rd is lost before it is done; in the second every 100th record is answered 429 as often as it is sent.`,
        'The bulk helper names no record that it deleted: its two counters are held against the ledger, and what neither holds is unsaid.',
        'expunge stops itself in the second table once all that is left comes to nothing again and again (`halted: unavailable`), and says `untouched` of the rest.',
      ],
    }
  },
}
