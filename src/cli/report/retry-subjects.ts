import { presence, type RecordOutcome } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { isAtLeast, subjectsOf } from '../../subjects.ts'
import type { IdEntry } from '../ids/entry.ts'
import { type RecordedLinks, recordedLinks } from '../subjects/linking.ts'
import type { ReportRow, RunFile, TargetFile } from './run-file.ts'

/** What of a run the new plan takes up. */
export interface Choice {
  readonly rowsOf: (target: TargetFile) => Iterable<ReportRow>
  /** Whether a record of these goes into the plan. */
  readonly isTaken: (outcome: RecordOutcome) => boolean
  /** Whether any record that ended so is in the plan. */
  readonly isRetried: (outcome: RecordOutcome) => boolean
}

/**
 * What a target has left, each record with its subjects. One that waits for records which the new plan leaves out (they can't be
 * sent, were not asked for, or are gone in a lesser way than is needed) is left out, too: there its turn would come at once.
 */
export function* subjectEntriesLeft(
  journal: OpenJournal,
  { plan, targets }: RunFile,
  name: string,
  { rowsOf, isTaken, isRetried }: Choice,
): Generator<IdEntry> {
  const target = targets.find((each) => each.name === name)
  if (target === undefined || plan.subjects === undefined) return
  const recorded = recordedLinks(journal, plan.subjects)
  const { names, links } = recorded
  const own = links.get(name)
  const isStuck = stuckSubjects(target, targets, recorded, isRetried)
  for (const { index, outcome, columns } of rowsOf(target)) {
    if (!isTaken(outcome)) continue
    const subjects = own === undefined ? [] : subjectsOf(own, index)
    const waits = outcome.status === 'untouched' && outcome.why.startsWith('waiting-for ')
    if (waits && subjects.some((subject) => isStuck[subject] === 1)) continue
    for (const subject of subjects)
      yield { id: outcome.id, columns: { ...columns, [plan.subjects.key]: names[subject] ?? '' } }
  }
}

const stuckSubjects = (
  { planned }: TargetFile,
  targets: ReadonlyArray<TargetFile>,
  { names, links }: RecordedLinks,
  isRetried: (outcome: RecordOutcome) => boolean,
): Uint8Array => {
  const isStuck = new Uint8Array(names.length)
  for (const { target: earlier, needs } of planned.each ?? []) {
    const theirs = links.get(earlier)
    for (const { index, outcome } of targets.find((each) => each.name === earlier)?.rows() ?? []) {
      const isDone = presence(outcome) === 'gone' && (needs === undefined || isGoneAs(outcome, needs))
      if (isDone || isRetried(outcome) || theirs === undefined) continue
      for (const subject of subjectsOf(theirs, index)) isStuck[subject] = 1
    }
  }
  return isStuck
}

const isGoneAs = (outcome: RecordOutcome, needs: Parameters<typeof isAtLeast>[1]): boolean =>
  'effect' in outcome && isAtLeast(outcome.effect, needs)
