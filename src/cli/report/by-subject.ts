import { presence, type RecordOutcome } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { openStates, type SubjectState, subjectStates, subjectsOf } from '../../subjects.ts'
import { recordedLinks, recordsOf } from '../subjects/linking.ts'
import { CommandError } from '../terminal/command-error.ts'
import { nearest } from '../terminal/nearest.ts'
import { onOneLine } from '../terminal/output.ts'
import { type RunFile, readRunFile, type TargetFile } from './run-file.ts'

/** How far a subject is, and what is left of it, in the order of the targets. */
export interface SubjectRow {
  readonly subject: string
  readonly state: SubjectState
  readonly records: number
  readonly left: ReadonlyArray<{ readonly target: string; readonly outcome: RecordOutcome }>
}

/** What a run has come to, subject by subject. */
export interface BySubject {
  readonly totals: { readonly [State in SubjectState]: number }
  /** Those that are half deleted first, then those not begun; read as they are asked for. */
  readonly rows: () => Iterable<SubjectRow>
}

export const bySubject = (journal: OpenJournal, { plan, targets }: RunFile): BySubject => {
  if (plan.subjects === undefined)
    throw new CommandError(`${journal.path}: its plan has no subjects: report it without --by`)
  const { names, links } = recordedLinks(journal, plan.subjects)
  const states = openStates(names.length)
  const counts = new Int32Array(names.length)
  const parts = targets.flatMap((target) => {
    const own = links.get(target.name)
    if (own === undefined) return []
    const isLeft = new Uint8Array(own.first.length)
    for (const { index, outcome } of target.rows()) {
      if (presence(outcome) !== 'gone') isLeft[index] = 1
      for (const subject of subjectsOf(own, index)) {
        states.add(subject, outcome.status)
        counts[subject] = (counts[subject] ?? 0) + 1
      }
    }
    return [{ target, isLeft, of: recordsOf(own, names.length) }]
  })
  const totals = Object.fromEntries(subjectStates.map((state) => [state, 0])) as Record<SubjectState, number>
  for (const subject of names.keys()) totals[states.of(subject)]++
  const leftOf = (subject: number): SubjectRow['left'] =>
    parts.flatMap(({ target, isLeft, of }) =>
      [...of(subject)]
        .filter((record) => isLeft[record] === 1)
        .flatMap((record) => outcomesAt(target, record).map((outcome) => ({ target: target.name, outcome }))),
    )
  return {
    totals,
    rows: function* () {
      for (const state of subjectStates) {
        for (const [number, subject] of names.entries()) {
          if (states.of(number) !== state) continue
          yield { subject, state, records: counts[number] ?? 0, left: leftOf(number) }
        }
      }
    },
  }
}

const outcomesAt = (target: TargetFile, record: number): ReadonlyArray<RecordOutcome> =>
  [...target.rows(undefined, { from: record, to: record })].map(({ outcome }) => outcome)

/** One subject: how far it is, and its records in every target. */
export const subjectIn = (
  journal: OpenJournal,
  subject: string,
): {
  readonly state: SubjectState
  readonly records: ReadonlyArray<{ readonly target: string; readonly id: string }>
} => {
  const { plan, targets } = readRunFile(journal)
  if (plan.subjects === undefined) throw new CommandError(`${journal.path}: its plan has no subjects`)
  const { names, links } = recordedLinks(journal, plan.subjects)
  const number = names.indexOf(subject)
  if (number === -1) {
    const near = nearest(subject, names.slice(0, mostCompared))
    const hint = near === undefined ? 'check how the table spells it' : `is it "${onOneLine(near)}"?`
    throw new CommandError(`${journal.path} has no subject "${onOneLine(subject)}": ${hint}`)
  }
  const states = openStates(names.length)
  const records = targets.flatMap((target) => {
    const own = links.get(target.name)
    const places = own === undefined ? [] : [...recordsOf(own, names.length)(number)]
    return places.flatMap((place) =>
      outcomesAt(target, place).map((outcome) => {
        states.add(number, outcome.status)
        return { target: target.name, id: outcome.id }
      }),
    )
  })
  return { state: states.of(number), records }
}

/** Names that a wrong one is held against. */
const mostCompared = 10_000
