import { play, scoreCells, scoreHead } from '../contest.ts'
import { allowed, bound, type Case, cap } from '../isolation.ts'
import type { EmulatedSpec } from '../measured/emulated.ts'
import { type Measure, target } from '../section.ts'
import { fixed, percent, times, whole } from '../table.ts'

const records = 100_000
const p = 0.01

const cases = [
  { what: 'named', refusals: 'named, lists', names: true },
  { what: 'anonymous', refusals: 'anonymous, lists', names: false },
] as const

/** One bad record rolls a batch back: how many requests it takes to find them all. */
export const uuidList: Measure = {
  name: 'uuid-list',
  title: 'A list of UUIDs (emulator): one transaction a batch, 1 % of the records missing',
  run: async (mode) => {
    const rows: string[][] = []
    const targets = []
    for (const { what, refusals, names } of cases) {
      mode.say(`culprits ${what}`)
      const emulated: EmulatedSpec = { system: 'uuid-list', settings: { names }, missingShare: p }
      const outcome = await play({
        who: 'expunge',
        contestant: 'expunge-systems#uuids',
        task: { records, batchSize: cap, concurrency: 4 },
        server: { kind: 'emulator', more: { ...emulated } },
      })
      const one: Case = { refusals, p, spread: 'spread', bad: 'missing' }
      const requests = outcome.ledger?.counts['requests'] ?? 0
      const least = bound(one) * records
      const ratio = requests / least
      rows.push([
        what,
        whole(records),
        percent(p, 0),
        whole(requests),
        whole(least),
        fixed((requests / records) * 1_000, 1),
        times(ratio, 3),
        ...scoreCells([outcome]),
      ])
      const most = allowed(one)
      targets.push(target(`requests beside the bound, ${what}`, `at most ${most} ×`, times(ratio, 3), ratio <= most))
    }
    return {
      tables: [
        {
          head: ['culprits', 'records', 'missing', 'requests', 'bound', 'per 1,000 records', '× bound', ...scoreHead],
          rows,
        },
      ],
      targets,
      notes: [
        'The bound for named culprits is p + (1 − p)/B requests a record, for anonymous ones that of an optimal nested search. Fewer is possible where what exists can be listed and many are missing.',
        'The other shares, spread and clustered, missing and refused: `npm run bench:isolation`.',
      ],
    }
  },
}
