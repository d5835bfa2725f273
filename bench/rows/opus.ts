import { type Match, type Outcome, rounds, scoreCells, scoreHead } from '../contest.ts'
import type { EmulatedSpec } from '../measured/emulated.ts'
import { type Measure, target } from '../section.ts'
import { median, seconds, times, whole } from '../table.ts'

const batchSize = 15
const concurrency = 10
const latencyMs = 100
const tokenLifetimeMs = 5_000

/** Small batches, a slow backend, and tokens that end in mid-run, with ten calls waiting for the next one. */
export const opus: Measure = {
  name: 'opus',
  title: 'AvePoint Opus (emulator): 15 a batch, 100 ms, tokens of 5 s',
  run: async (mode) => {
    const records = mode.full ? 60_000 : 30_000
    const emulated: EmulatedSpec = { system: 'opus', settings: { tokenLifetimeMs } }
    const against = (who: string, contestant: string): Match => ({
      who,
      contestant,
      task: { records, batchSize, concurrency },
      server: { kind: 'emulator', latencyMs, more: { ...emulated } },
    })
    const ours = against('expunge', 'expunge-systems#opus')
    const tuned = against('expunge, `undiciFetch`', 'expunge-systems#opusOverUndici')
    const loop = against('bare fetch loop', 'opus-loop#run')
    const all = await rounds([loop, ours, tuned], 3, mode)
    const idealMs = (Math.ceil(records / batchSize) / concurrency) * latencyMs
    const outcomes = ({ who }: Match): ReadonlyArray<Outcome> => all.get(who) ?? []
    const wall = (match: Match) => median(outcomes(match).map(({ wallMs }) => wallMs))
    const tokens = (match: Match) => Math.max(...outcomes(match).map(({ ledger }) => ledger?.counts['token'] ?? 0))
    const besideOf = (match: Match) =>
      median(outcomes(match).map(({ wallMs }, round) => wallMs / (outcomes(loop)[round]?.wallMs ?? 0)))
    const beside = besideOf(ours)
    // Renewed when a tenth of a life is left: a token serves for 4.5 s.
    const expiries = Math.ceil(Math.max(...outcomes(ours).map(({ wallMs }) => wallMs)) / (0.9 * tokenLifetimeMs))
    const row = (match: Match, ratio: number) => [
      match.who,
      seconds(wall(match)),
      times(wall(match) / idealMs, 3),
      times(ratio, 3),
      whole(tokens(match)),
      ...scoreCells(outcomes(match)),
    ]
    return {
      tables: [
        {
          head: ['client', 'time', '× ⌈N/15⌉ / 10 × 100 ms', '× loop', 'token requests', ...scoreHead],
          rows: [row(loop, 1), row(ours, beside), row(tuned, besideOf(tuned))],
        },
      ],
      targets: [
        target(
          'time beside ⌈N/15⌉ / concurrency × 100 ms, `undiciFetch`',
          'at most 1.05 ×',
          times(wall(tuned) / idealMs, 3),
          wall(tuned) / idealMs <= 1.05,
        ),
        target('time beside a bare loop', 'at most 1.05 ×', times(beside, 3), beside <= 1.05),
        target('token requests', `one an expiry: ${expiries}`, whole(tokens(ours)), tokens(ours) <= expiries),
      ],
      notes: [
        `${whole(records)} records; medians of 3. The loop is the control: what it needs over the ideal is the machine's, whose timers and processes come late when it is busy.`,
      ],
    }
  },
}
