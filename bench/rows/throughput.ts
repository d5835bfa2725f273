import { type Match, type Outcome, rounds, scoreCells, scoreHead } from '../contest.ts'
import { type Measure, target } from '../section.ts'
import { fixed, median, times, whole } from '../table.ts'

const records = 1_000_000
const yardstick = 'bare ky loop'

const deletion = { kind: 'deletion' } as const
const task = { records, batchSize: 200, concurrency: 10 }
const matches: ReadonlyArray<Match> = [
  { who: yardstick, contestant: 'loops#bareKy', task, server: deletion },
  { who: 'expunge, `streamOutcomes`', contestant: 'expunge#streamed', task, server: deletion },
  { who: 'expunge, `streamOutcomes`, `undiciFetch`', contestant: 'expunge#streamedOverUndici', task, server: deletion },
  { who: 'expunge, `deleteRecords`', contestant: 'expunge#collected', task, server: deletion },
  { who: 'bare fetch loop', contestant: 'loops#viaGlobalFetch', task, server: deletion },
  { who: 'bare undici loop', contestant: 'loops#bareUndici', task, server: deletion },
  { who: 'p-queue around fetch', contestant: 'loops#pQueue', task, server: deletion },
  { who: 'p-map around fetch', contestant: 'loops#pMapped', task, server: deletion },
  { who: 'elasticsearch bulk helper', contestant: 'elastic#run', task, server: { kind: 'bulk' } },
]

/** CPU and memory of a client that is never made to wait. */
export const throughput: Measure = {
  name: 'throughput',
  title: '1,000,000 records on loopback, nothing to wait for',
  run: async (mode) => {
    const all = await rounds(matches, mode.full ? 5 : 3, mode)
    const of = (who: string): ReadonlyArray<Outcome> => all.get(who) ?? []
    const cpu = (who: string) => median(of(who).map(({ cpuUs }) => cpuUs / records))
    const peak = (who: string) => median(of(who).map(({ peakMb }) => peakMb))
    const ratio = (who: string) =>
      median(of(who).map(({ cpuUs }, round) => cpuUs / (of(yardstick)[round]?.cpuUs ?? Number.NaN)))
    const rows = matches.map(({ who }) => [
      who,
      times(ratio(who)),
      fixed(cpu(who)),
      whole(peak(who)),
      whole(peak(who) - peak(yardstick)),
      whole(median(of(who).map(({ wallMs }) => (records / wallMs) * 1_000))),
      ...scoreCells(of(who)),
    ])
    const streamed = 'expunge, `streamOutcomes`'
    const above = peak(streamed) - peak(yardstick)
    return {
      tables: [
        {
          head: [
            'client',
            'CPU, × ky loop',
            'CPU µs a record',
            'peak MB',
            'MB above ky loop',
            'records a second',
            ...scoreHead,
          ],
          rows,
        },
      ],
      targets: [
        target(
          'CPU beside the bare ky loop, `streamOutcomes`',
          'at most 1.25 ×',
          times(ratio(streamed)),
          ratio(streamed) <= 1.25,
        ),
        target('memory above it, `streamOutcomes`', 'at most 60 MB', `${whole(above)} MB`, above <= 60),
      ],
      chart: {
        title: 'CPU of 1,000,000 deletions, nothing to wait for',
        bars: matches.map(({ who }) => ({ who: who.replaceAll('`', ''), group: '', value: ratio(who) })),
      },
    }
  },
}
