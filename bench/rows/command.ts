import { type Cost, type Played, playCommand } from '../command-run.ts'
import { play } from '../contest.ts'
import { type Measure, type Mode, target } from '../section.ts'
import { fixed, seconds, times, whole } from '../table.ts'

const steps = ['plan', 'run', 'report'] as const
type Step = (typeof steps)[number]

/** µs of CPU a record. */
const wanted: Readonly<Record<Step, number>> = { plan: 4, run: 6, report: 3 }
const mostMb = 200
const million = 1_000_000

interface Figures {
  readonly records: number
  readonly of: Readonly<Record<Step | 'bare', Cost>>
  readonly bytes: number
}

/** A list in a file from the first command to the last, beside the loop that only sends it. */
export const command: Measure = {
  name: 'command',
  title: 'The command from end to end',
  run: async (mode) => {
    const figures: Figures[] = []
    for (const records of [million / 10, million, ...(mode.full ? [10 * million] : [])])
      figures.push(await measureOf(records, mode))
    const started = await playStart(mode)
    const at = (records: number): Figures => figures.find((each) => each.records === records) as Figures
    const [small, large] = [at(million / 10), figures.at(-1) as Figures]
    /** What it costs to begin is no cost of a record; at 100,000 it would be most of it. */
    const a = (each: Figures, step: Step): number => (each.of[step].cpuUs - started[step].cpuUs) / each.records
    return {
      tables: [
        {
          head: ['records', 'step', 'CPU µs a record', 'of it the system', 'without the start', 'peak MB', 'time'],
          rows: figures
            .flatMap((each) => [
              ...steps.map((step) => [...cells(each, step, each.of[step]), fixed(a(each, step))]),
              [...cells(each, 'the bare loop, which sends alone', each.of.bare), ''],
            ])
            .map(([records = '', step = '', cpu = '', system = '', peak = '', time = '', without = '']) => [
              records,
              step,
              cpu,
              system,
              without,
              peak,
              time,
            ]),
        },
      ],
      targets: steps.flatMap((step) => {
        const cost = large.of[step]
        const flat = cost.peakMb / small.of[step].peakMb
        const most = Math.max(...figures.map(({ of }) => of[step].peakMb))
        return [
          target(
            `${step}: CPU a record, at ${whole(large.records)}`,
            `at most ${wanted[step]} µs`,
            `${fixed(cost.cpuUs / large.records)} µs`,
            cost.cpuUs / large.records <= wanted[step],
          ),
          target(`${step}: peak`, `at most ${mostMb} MB`, `${whole(most)} MB`, most <= mostMb),
          target(
            `${step}: peak at ${whole(large.records)}, beside ${whole(small.records)}`,
            'at most 1.1 ×',
            times(flat),
            flat <= 1.1,
          ),
        ]
      }),
      notes: [
        `Each step is a process of its own, \`expunge plan\`, \`run --approve\` and \`report --format csv\`, against a server in another one; batches of 200, ten in flight. CPU is of the whole process, its start included; without it in the column after. The file has ${fixed(large.bytes / large.records, 1)} bytes a record.`,
        'Before it sends anything, `run` computes what its digest covers from the file: that is in its figures.',
      ],
    }
  },
}

const cells = (
  { records }: Figures,
  step: string,
  { cpuUs, systemUs, peakMb, wallMs }: Cost,
): ReadonlyArray<string> => [
  whole(records),
  step,
  fixed(cpuUs / records),
  systemUs < 0 ? '' : fixed(systemUs / records),
  whole(peakMb),
  seconds(wallMs),
]

const measureOf = async (records: number, mode: Mode): Promise<Figures> => {
  const rounds = records >= million ? 1 : 3
  const played: Played[] = []
  for (let round = 1; round <= rounds; round++) {
    mode.say(`${whole(records)} records, round ${round} of ${rounds}`)
    played.push(await playCommand(records))
  }
  mode.say(`${whole(records)} records: the bare loop`)
  const { cpuUs, wallMs, peakMb } = await play({
    who: 'the bare loop',
    contestant: 'loops#bareUndici',
    task: { records, batchSize: 200, concurrency: 10 },
    server: { kind: 'deletion' },
  })
  const best = (step: Step): Cost =>
    played.map((each) => each[step]).toSorted((one, other) => one.cpuUs - other.cpuUs)[rounds >> 1] as Cost
  return {
    records,
    of: { plan: best('plan'), run: best('run'), report: best('report'), bare: { cpuUs, systemUs: -1, wallMs, peakMb } },
    bytes: played[0]?.bytes ?? 0,
  }
}

/** The same of two hundred records: what it costs to begin. */
const playStart = async (mode: Mode): Promise<Played> => {
  mode.say('two hundred records')
  return playCommand(200)
}
