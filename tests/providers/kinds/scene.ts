import { deleteRecords, type RecordOutcome, type Report, type RunOptions } from '../../../src/index.ts'
import { type ContractBackend, type VirtualClock, virtualClock } from '../../../src/testing.ts'
import { assert } from '../../support/suite.ts'
import { type Front, openFront } from './front.ts'
import type { Means, Traffic } from './table.ts'

export interface Scene {
  readonly clock: VirtualClock
  readonly backend: ContractBackend
  readonly front: Front
  /** Ids of the subject that are seeded. */
  readonly ids: ReadonlyArray<string>
  readonly run: (ids: ReadonlyArray<string>, options?: RunOptions) => Promise<Report>
}

/** A provider, a front that meddles, and its stand-in with these many records. */
export const open = async ({ after }: Means, { subject }: Pick<Traffic, 'subject'>, count = 12): Promise<Scene> => {
  const clock = virtualClock()
  const backend = await subject.start({ clock })
  after(backend.close)
  const front = await openFront(backend.url ?? '', clock)
  after(front.close)
  const provider = clock.watch(subject.provider(front.url))
  const ids = Array.from({ length: count }, (_, n) => idOf(subject, n))
  await backend.seed(ids)
  return {
    clock,
    backend,
    front,
    ids,
    run: (these, options = {}) => clock.until(deleteRecords(provider, these, { clock, random: () => 0.5, ...options })),
  }
}

export const idOf = (subject: Traffic['subject'], n: number): string =>
  subject.id?.(n) ?? `record-${String(n).padStart(4, '0')}`

/** What an outcome says of its record has to be so: nothing that is there is called gone, nothing that is gone is called there. */
export const assertTrue = async (
  { backend }: Scene,
  report: Report,
  identityOf = (id: string) => id,
): Promise<void> => {
  const there = new Set([...(await backend.existing())].map(identityOf))
  const wrong = report.outcomes.filter(({ id, status }) => {
    if (status === 'deleted' || status === 'absent') return there.has(identityOf(id))
    return (status === 'rejected' || status === 'untouched') && !there.has(identityOf(id))
  })
  assert.equal(wrong.map(worded), [])
}

export const worded = (outcome: RecordOutcome): string =>
  `${outcome.id}: ${outcome.status}${'reason' in outcome && outcome.reason ? ` (${outcome.reason.code}: ${outcome.reason.message})` : ''}`

/** How many ended how: `{ deleted: 12 }`. */
export const tally = ({ outcomes }: Report): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {}
  for (const { status } of outcomes) counts[status] = (counts[status] ?? 0) + 1
  return counts
}
