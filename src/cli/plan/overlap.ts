import type { BulkRecordProvider } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { counted, grouped } from '../terminal/figures.ts'
import type { PlannedTarget } from './run-plan.ts'

/**
 * A sentence for every two targets that delete in the same place and have records in common: one of them is a mistake, as a
 * rule, and each record is reported twice.
 */
export const overlaps = (
  journal: OpenJournal,
  targets: ReadonlyArray<PlannedTarget>,
  providers: ReadonlyArray<BulkRecordProvider>,
): ReadonlyArray<string> =>
  targets.flatMap((one, index) =>
    targets.slice(index + 1).flatMap((other, further) => {
      if (!isSamePlace([one, other], [providers[index], providers[index + 1 + further]])) return []
      const { records, atOdds } = journal.target(one.name).sharedWith(other.name)
      if (records === 0) return []
      const odds = atOdds === 0 ? '' : `; ${grouped(atOdds)} of them protected by one and deleted by the other`
      return [
        `targets "${one.name}" and "${other.name}" are in the same place (${one.place.label}) and share ${counted(records, 'record')}${odds}`,
      ]
    }),
  )

/** A provider that can't say where it is is a place by its name: then its options have to be the same, too. */
const isSamePlace = (
  [one, other]: readonly [PlannedTarget, PlannedTarget],
  providers: ReadonlyArray<BulkRecordProvider | undefined>,
): boolean => {
  if (one.place.key !== other.place.key) return false
  if (providers.every((provider) => provider?.identify !== undefined)) return true
  return one.provider === other.provider && JSON.stringify(one.options) === JSON.stringify(other.options)
}
