import { play, scoreCells, scoreHead } from '../contest.ts'
import type { EmulatedSpec } from '../measured/emulated.ts'
import { type Measure, target } from '../section.ts'
import { seconds, times, whole } from '../table.ts'

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
    mode.say(`${whole(records)} records`)
    const outcome = await play({
      who: 'expunge',
      contestant: 'expunge-systems#opus',
      task: { records, batchSize, concurrency },
      server: { kind: 'emulator', latencyMs, more: { ...emulated } },
    })
    const idealMs = (Math.ceil(records / batchSize) / concurrency) * latencyMs
    const ratio = outcome.wallMs / idealMs
    const tokens = outcome.ledger?.counts['token'] ?? 0
    // Renewed when a tenth of a life is left: a token serves for 4.5 s.
    const expiries = Math.ceil(outcome.wallMs / (0.9 * tokenLifetimeMs))
    return {
      tables: [
        {
          head: ['client', 'records', 'time', '× ⌈N/15⌉ / 10 × 100 ms', 'token requests', ...scoreHead],
          rows: [
            [
              'expunge',
              whole(records),
              seconds(outcome.wallMs),
              times(ratio, 3),
              whole(tokens),
              ...scoreCells([outcome]),
            ],
          ],
        },
      ],
      targets: [
        target('time beside ⌈N/15⌉ / concurrency × 100 ms', 'at most 1.05 ×', times(ratio, 3), ratio <= 1.05),
        target('token requests', `one an expiry: ${expiries}`, whole(tokens), tokens <= expiries),
      ],
    }
  },
}
