import type { ListedRecord } from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { quoted } from '../ids/quoted.ts'
import type { Notice } from './notice.ts'
import type { Asked } from './probe.ts'
import { keep, kept, type PlanNotes, planOf, type RunPlan } from './run-plan.ts'
import type { Sample } from './sample.ts'

/** A plan, and a few records of each target for a person to look up. */
export interface MadePlan {
  readonly plan: RunPlan
  readonly samples: ReadonlyMap<string, ReadonlyArray<ListedRecord & Sample>>
  /** By target: what was noticed of its list, and what came of asking its system. */
  readonly notices: ReadonlyMap<string, Notice>
  readonly asked: ReadonlyMap<string, Asked>
  /** What a person has to see before anything else. */
  readonly warnings: ReadonlyArray<string>
}

/**
 * Puts on record what was shown beside a plan, so that it can be shown again. Ids stand in the table of identities alone, and
 * are kept here by their place in the plan; titles are not kept.
 */
export const keepNotes = (journal: OpenJournal, { samples, notices, asked, warnings }: MadePlan): void => {
  const firsts = [...samples].flatMap(([name, [first]]) => (first === undefined ? [] : [{ name, id: first.id }]))
  const plain = (text: string): string => firsts.reduce((all, { name, id }) => withoutId(all, name, id), text)
  const targets = [...samples].map(([name, sample]) => {
    const { emptyRows = 0, looseEnds = { ids: 0 } } = notices.get(name) ?? {}
    const { ids, example } = looseEnds
    const place = example === undefined ? undefined : journal.target(name).find(example.id)
    const said = asked.get(name)?.said
    return {
      name,
      sample: sample.map(({ index }) => index),
      emptyRows,
      looseEnds: {
        ids,
        ...(place !== undefined && { example: place }),
        ...(example?.line !== undefined && { line: example.line }),
      },
      ...(said !== undefined && { asked: plain(said) }),
    }
  })
  keep(journal, 'notes', { targets, warnings: warnings.map(plain) })
}

/** The plan of a journal as it was shown when it was made, but for titles. A plan of an older release has no notes. */
export const madePlanIn = (journal: OpenJournal): MadePlan => {
  const plan = planOf(journal)
  const { targets = [], warnings = [] } = kept(journal, 'notes') ?? {}
  const recordAt = (name: string, index: number): ReadonlyArray<Sample> =>
    Array.from(journal.target(name).records({ from: index, to: index }), ({ id }) => ({ index, id }))
  const samples = new Map(targets.map(({ name, sample }) => [name, sample.flatMap((index) => recordAt(name, index))]))
  const whole = (text: string): string =>
    [...samples].reduce((all, [name, [first]]) => (first === undefined ? all : withId(all, name, first.id)), text)
  const noticeOf = ({ name, emptyRows, looseEnds }: PlanNotes['targets'][number]): Notice => {
    const { ids, example, line } = looseEnds
    const [record] = example === undefined ? [] : recordAt(name, example)
    const shown = record === undefined ? {} : { example: { id: record.id, ...(line !== undefined && { line }) } }
    return { ids: 0, first: [], bad: [], emptyRows, looseEnds: { ids, ...shown } }
  }
  return {
    plan,
    samples,
    notices: new Map(targets.map((notes) => [notes.name, noticeOf(notes)])),
    asked: new Map(targets.flatMap(({ name, asked }) => (asked === undefined ? [] : [[name, { said: whole(asked) }]]))),
    warnings: warnings.map(whole),
  }
}

/** Stands for the id of the first sample of a target: in quotes as messages have it, and as it is. */
const marksOf = (name: string) => ({ quoted: `{"${name}"}`, plain: `{${name}}` })

const withoutId = (text: string, name: string, id: string): string => {
  const marks = marksOf(name)
  return text.replaceAll(quoted(id), () => marks.quoted).replaceAll(id, () => marks.plain)
}

const withId = (text: string, name: string, id: string): string => {
  const marks = marksOf(name)
  return text.replaceAll(marks.plain, () => id).replaceAll(marks.quoted, () => quoted(id))
}
