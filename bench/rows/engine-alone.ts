import { type Match, rounds } from '../contest.ts'
import { type Measure, target } from '../section.ts'
import { fixed, median, whole } from '../table.ts'

const million = 1_000_000

const alone = (who: string, member: string, records: number): Match => ({
  who,
  contestant: `engine#${member}`,
  task: { records, batchSize: 200, concurrency: 10 },
})
const ids = alone('making the ids', 'idsAlone', million)
const allow = alone('`duplicates: allow`', 'allowing', million)
const drop = alone('`duplicates: drop`, exact', 'dropping', million)
const ten = alone('`duplicates: allow`, 10,000,000', 'allowing', 10 * million)
const beside: Match = {
  who: 'bare undici loop, over HTTP',
  contestant: 'loops#bareUndici',
  task: { records: million, batchSize: 200, concurrency: 10 },
  server: { kind: 'deletion' },
}

/** What the engine costs where a backend costs nothing; what making the ids takes is taken off. */
export const engineAlone: Measure = {
  name: 'engine',
  title: 'The engine alone: a backend that answers at once',
  run: async (mode) => {
    const many = await rounds([ids, allow, drop, beside], mode.full ? 7 : 5, mode)
    const long = await rounds([ten], mode.full ? 3 : 1, mode)
    const outcomes = ({ who }: Match) => many.get(who) ?? long.get(who) ?? []
    const making = median(outcomes(ids).map(({ cpuUs }) => cpuUs / million))
    const cpu = (match: Match) => median(outcomes(match).map(({ cpuUs }) => cpuUs / match.task.records)) - making
    const peak = (match: Match) => median(outcomes(match).map(({ peakMb }) => peakMb))
    const row = (match: Match) => [match.who, fixed(cpu(match)), whole(peak(match))]
    const [cpuMore, bytesMore] = [cpu(drop) - cpu(allow), ((peak(drop) - peak(allow)) * 2 ** 20) / million]
    return {
      tables: [
        {
          head: ['`streamOutcomes`', 'CPU µs a record, without the ids', 'peak MB'],
          rows: [[ids.who, `(${fixed(making)})`, whole(peak(ids))], row(allow), row(ten), row(drop), row(beside)],
        },
      ],
      targets: [
        target('CPU a record', 'at most 1.0 µs', `${fixed(cpu(allow))} µs`, cpu(allow) <= 1),
        target('peak at 1,000,000', 'under 150 MB', `${whole(peak(allow))} MB`, peak(allow) < 150),
        target(
          'peak at 10,000,000',
          'at most 1.1 × that',
          `${fixed(peak(ten) / peak(allow))} ×`,
          peak(ten) <= 1.1 * peak(allow),
        ),
        target('exact de-duplication, CPU an id', 'at most 1.2 µs', `${fixed(cpuMore)} µs`, cpuMore <= 1.2),
        target('exact de-duplication, memory an id', 'at most 80 bytes', `${whole(bytesMore)} bytes`, bytesMore <= 80),
      ],
    }
  },
}
