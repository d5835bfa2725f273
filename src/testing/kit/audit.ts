import { presence, type RecordOutcome } from '../../index.ts'
import { breach, expect, named } from './breach.ts'
import type { Scene, Told } from './scene.ts'

/**
 * Holds what a run told against what the backend has: every case ends with it. What is called gone is gone, what is
 * called present is there, what is said to have been gone before was not there, and nothing else was touched.
 */
export const audit = (scene: Scene, told: Told): void => {
  checkBooks(scene, told)
  const { identityOf, subject } = scene
  const { before, after, report } = told
  for (const outcome of report.outcomes) {
    const identity = identityOf(outcome.id)
    const existed = before.has(identity)
    const exists = after.has(identity)
    const is = presence(outcome)
    if (is === 'gone' && exists)
      breach(`called ${said(outcome)}, and it still exists`, 'nothing to be called gone that is there')
    if (is === 'present' && existed && !exists)
      breach(`called ${said(outcome)}, and it is gone`, 'nothing to be called untouched or rejected that was deleted')
    if (outcome.status === 'absent' && existed)
      breach(
        `called ${said(outcome)}, as if it had been gone before the run, and this run deleted it`,
        'it to be called deleted, or unconfirmed where that is in doubt',
      )
    const claimed = outcome.status === 'deleted' && outcome.evidence !== 'read-back'
    if (claimed && !existed && subject.missing !== 'silent')
      breach(
        `called ${said(outcome)}, and it did not exist before the run`,
        "a record that was not there to be called absent: the backend tells it from one that was deleted (if it does not, the subject says missing: 'silent')",
      )
  }
  const lost = [...before].filter((identity) => !after.has(identity) && !scene.handedIn(identity))
  if (lost.length > 0) breach(`deleted ${named(lost)}, which nobody had asked for`, 'other records to be left alone')
  const made = [...after].filter((identity) => !before.has(identity))
  if (made.length > 0) breach(`brought ${named(made)} into being`, 'a deletion to make nothing')
  if (report.halted?.because === 'defect')
    breach(`was at fault: ${report.halted.detail}`, 'its members to return errors as data, and never to throw')
}

/** One outcome for each distinct identity, spelled as given, in the order given; totals that add up; reasons that say something. */
const checkBooks = ({ identityOf }: Scene, { report, ids }: Told): void => {
  const seen = new Set<string>()
  const distinct = ids.filter((id) => {
    const isNew = !seen.has(identityOf(id))
    seen.add(identityOf(id))
    return isNew
  })
  const got = report.outcomes.map(({ id }) => id)
  const at = distinct.findIndex((id, index) => got[index] !== id)
  expect(
    at < 0 && got.length === distinct.length,
    () =>
      `left a report of ${got.length} outcomes for ${distinct.length} records, first unlike the input at ${named([distinct[at] ?? ''])}`,
    'one outcome for each record, in the order given',
  )
  const { deleted, absent, rejected, untouched, unconfirmed } = report.totals
  const sum = deleted + absent + rejected + untouched + unconfirmed
  expect(sum === got.length, () => `left totals of ${sum} for ${got.length} outcomes`, 'totals that add up')
  for (const outcome of report.outcomes) {
    if (outcome.status !== 'rejected' && outcome.status !== 'unconfirmed') continue
    const { code, message } = outcome.reason
    const whole = typeof code === 'string' && typeof message === 'string' && code !== '' && message !== ''
    expect(whole, () => `called ${said(outcome)} without a reason`, 'a code and a message')
  }
}

/** `"a" deleted by reply`. */
export const said = (outcome: RecordOutcome): string => {
  const detail =
    'evidence' in outcome
      ? ` by ${outcome.evidence}`
      : 'why' in outcome
        ? ` (${outcome.why})`
        : ` (${outcome.reason?.code}: ${outcome.reason?.message})`
  return `${named([outcome.id])} ${outcome.status}${detail}`
}

/** All of these are to be called deleted, and gone. */
export const expectDeleted = (told: Told, ids: ReadonlyArray<string>): void => {
  const wanted = new Set(ids)
  for (const outcome of told.report.outcomes) {
    if (!wanted.has(outcome.id) || outcome.status === 'deleted') continue
    const { halted } = told.report
    const stopped = halted === undefined ? '' : `, and the run halted: ${halted.detail}`
    breach(`called ${said(outcome)}${stopped}`, 'it to be called deleted')
  }
}

/** The outcome of this record. */
export const outcomeOf = ({ report }: Told, id: string): RecordOutcome =>
  report.outcomes.find((outcome) => outcome.id === id) ?? breach(`left no outcome for ${named([id])}`, 'one')
