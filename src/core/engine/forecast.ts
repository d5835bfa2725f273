import type { BulkRecordProvider, Capabilities } from '../contract/provider.ts'
import { openBatcher } from '../intake/batcher.ts'
import { openIntake } from '../intake/intake.ts'
import { type Ids, openSource } from '../intake/source.ts'
import { openRecord } from '../intake/work.ts'
import type { AnyOptions } from '../settings/options.ts'
import { type Settings, settingsOf } from '../settings/settings.ts'

/** What a run would send. Counts of records and requests; `seconds` is what the declared rate allows at best. */
export interface Plan {
  readonly provider: string
  readonly verified: BulkRecordProvider['verified']
  readonly capabilities: Capabilities
  /** Distinct records that would be sent. */
  readonly records: number
  /** Ids that repeat an identity. */
  readonly duplicates: number
  /** Distinct records that would not be sent. */
  readonly turnedAway: { readonly 'invalid-id': number; readonly protected: number; readonly 'too-large': number }
  readonly batches: number
  /** With no faults and no refusals: one for each batch, one more for each job, one for the control read, with `verify: 'all'` one to read each batch back, and with `backup` what it takes to read all contents. */
  readonly requests: number
  /** The least time that the declared rate and the options leave, in seconds; 0 where no rate is known. */
  readonly seconds: number
}

/** Reads the ids to their end and counts. */
export const planRun = async (provider: BulkRecordProvider, ids: Ids, options?: AnyOptions): Promise<Plan> => {
  const settings = settingsOf(provider, options)
  const judge = openIntake(provider, settings)
  const batcher = openBatcher(provider, settings)
  const counts = { send: 0, duplicate: 0, 'invalid-id': 0, protected: 0 }
  let tooLarge = 0
  let batches = 0
  let copyReads = 0
  const cut = (): void => {
    const packed = batcher.take(settings.batchSize)
    tooLarge += packed.tooLarge.length
    if (packed.batch.length === 0) return
    batches++
    if (settings.backup !== undefined)
      copyReads += Math.ceil(packed.batch.length / (provider.contentsPerRequest ?? packed.batch.length))
  }
  await readAll(ids, settings, (id) => {
    const judgement = judge(id)
    counts[judgement]++
    if (judgement !== 'send') return
    batcher.addFresh(openRecord(id, counts.send))
    while (batcher.waiting() >= 2 * settings.batchSize) cut()
  })
  while (batcher.waiting() > 0) cut()
  const reads = { never: 0, doubtful: 1, all: 1 + batches }[settings.verify]
  const canRead = batches > 0 && provider.findExisting !== undefined
  const requests = batches * (provider.followJob === undefined ? 1 : 2) + (canRead ? reads : 0) + copyReads
  return {
    provider: provider.name,
    verified: provider.verified,
    capabilities: provider.capabilities,
    records: counts.send - tooLarge,
    duplicates: counts.duplicate,
    turnedAway: { 'invalid-id': counts['invalid-id'], protected: counts.protected, 'too-large': tooLarge },
    batches,
    requests,
    seconds: Math.max(
      rateSeconds(requests, provider, settings),
      requests === 0 ? 0 : (requests - 1) / settings.requestsPerSecond,
    ),
  }
}

const readAll = async (ids: Ids, settings: Settings, accept: (id: string) => void): Promise<void> => {
  openSource(
    ids,
    settings.clock,
    () => {},
    () => {},
  )
  let pulled = 0
  const take = (id: unknown): void => {
    pulled++
    if (typeof id !== 'string') throw new TypeError(`entry ${pulled} of the id source is not a string`)
    accept(id)
  }
  if (Symbol.asyncIterator in ids) for await (const id of ids) take(id)
  else for (const id of ids) take(id)
}

/** n requests under R in each window of W take at least (⌈n/R⌉ − 1) · W. */
const rateSeconds = (
  requests: number,
  { capabilities: { rate } }: BulkRecordProvider,
  { rateShare }: Settings,
): number => {
  if (rate === undefined || requests === 0) return 0
  const allowance = Math.max(1, Math.floor(rate.requests * rateShare))
  return ((Math.ceil(requests / allowance) - 1) * rate.perMs) / 1_000
}
