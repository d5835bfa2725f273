import { type Match, rounds, scoreCells, scoreHead } from '../contest.ts'
import { type Measure, target } from '../section.ts'
import { median, seconds, times } from '../table.ts'

const records = 400_000
const batchSize = 200
const concurrency = 10
const latencyMs = 20

const task = { records, batchSize, concurrency }
const server = { kind: 'deletion', latencyMs } as const
const ky: Match = { who: 'bare ky loop', contestant: 'loops#bareKy', task, server }
const expunge: Match = { who: 'expunge, `streamOutcomes`', contestant: 'expunge#streamed', task, server }

/** Ten in flight, and a backend that takes its time: whether the engine keeps all ten busy. */
export const latency: Measure = {
  name: 'latency',
  title: '400,000 records at 20 ms, ten requests in flight',
  run: async (mode) => {
    const all = await rounds([ky, expunge], 5, mode)
    const walls = ({ who }: Match) => (all.get(who) ?? []).map(({ wallMs }) => wallMs)
    const idealMs = (records / batchSize / concurrency) * latencyMs
    const ratio = median(walls(expunge).map((wallMs, round) => wallMs / (walls(ky)[round] ?? Number.NaN)))
    const row = (match: Match, beside: number) => [
      match.who,
      seconds(median(walls(match))),
      times(beside, 3),
      times(median(walls(match)) / idealMs, 3),
      ...scoreCells(all.get(match.who) ?? []),
    ]
    return {
      tables: [
        {
          head: ['client', 'time', '× ky loop', '× batches / 10 × 20 ms', ...scoreHead],
          rows: [row(ky, 1), row(expunge, ratio)],
        },
      ],
      targets: [target('time beside the bare ky loop, median of 5', 'at most 1.03 ×', times(ratio, 3), ratio <= 1.03)],
    }
  },
}
