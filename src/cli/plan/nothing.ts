import type { IdEntry } from '../ids/entry.ts'
import { placeIn } from '../ids/ids.ts'
import { quoted } from '../ids/quoted.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { counted, grouped } from '../terminal/figures.ts'
import type { Notice } from './notice.ts'
import type { PlannedTarget } from './run-plan.ts'

/**
 * Rejects a plan by which nothing would be deleted, and one of a list that is one id over and over: the wrong column or the
 * wrong file look like that, and would end as a success.
 */
export const demandSomething = (
  targets: ReadonlyArray<PlannedTarget>,
  notices: ReadonlyMap<string, Notice>,
  allowEmpty: boolean,
): void => {
  if (allowEmpty) return
  const told = targets.map((target) => ({ target, notice: notices.get(target.name) as Notice }))
  const repeated = told.filter(({ target, notice }) => isOneIdOverAndOver(target, notice))
  if (repeated.length > 0) {
    const lines = repeated.map(({ target, notice }) => {
      const entries = exampleText(target, notice.first)
      return `target "${target.name}": ${sourceOf(target)} is one id over and over, ${grouped(notice.ids)} times: ${entries}; is this the right column?`
    })
    throw new CommandError([...lines, advice].join('\n'), exitCodes.nothingToDo)
  }
  if (targets.some(({ toSend }) => toSend > 0)) return
  const lines = told.map(({ target, notice }) => `target "${target.name}": ${whyNothing(target, notice)}`)
  throw new CommandError(['there is nothing to be deleted', ...lines, advice].join('\n'), exitCodes.nothingToDo)
}

const advice = 'no plan was written; --allow-empty writes it all the same'

const isOneIdOverAndOver = ({ records, ids }: PlannedTarget, notice: Notice): boolean =>
  ids !== undefined && records === 1 && notice.ids >= suspiciousRepeats

/** Lines that nobody writes down ten times by chance. */
const suspiciousRepeats = 10

const sourceOf = ({ ids, select }: PlannedTarget): string => {
  if (select !== undefined) return 'what was selected'
  return ids === '-' ? 'the input' : (ids ?? 'the list')
}

const whyNothing = (target: PlannedTarget, notice: Notice): string => {
  const { records, invalid, protect, held = 0 } = target
  const source = sourceOf(target)
  const passedOver = notice.emptyRows > 0 ? ` besides ${counted(notice.emptyRows, 'row')} of separators alone` : ''
  if (records === 0) return `there is no id in ${source}${passedOver}`
  if (held === records) return `all of ${counted(records, 'record')} in ${source} are held`
  const wrong = `${grouped(invalid)} of ${counted(records, 'record')} in ${source} have no id that the system takes`
  const bad = `${wrong}: ${exampleText(target, notice.bad)}`
  if (target.protected === 0) return bad
  const kept = `${grouped(target.protected)} of ${counted(records, 'record')} in ${source} are protected by ${protect?.path}`
  return invalid === 0 ? kept : `${kept}, and ${bad}`
}

/** `"x" (ids.csv:2), "y" (ids.csv:3)` */
export const exampleText = ({ ids = '' }: PlannedTarget, entries: ReadonlyArray<IdEntry>): string =>
  entries.map(({ id, line }) => quoted(id) + (line === undefined ? '' : ` (${placeIn(ids, line)})`)).join(', ')
