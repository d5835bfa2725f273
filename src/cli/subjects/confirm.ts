import type { RecordOutcome } from '../../index.ts'
import type { JournalTarget } from '../../journal/index.ts'
import { placeIn, readIds } from '../ids/ids.ts'
import { CommandError } from '../terminal/command-error.ts'
import { onOneLine } from '../terminal/output.ts'

/** What a person says of one record of a target that people do. */
export interface Told {
  readonly record: number
  readonly id: string
  readonly result: Result
  readonly reason?: string
}

type Result = 'done' | 'not-found' | 'not-possible'

const results: ReadonlyArray<Result> = ['done', 'not-found', 'not-possible']

/**
 * Reads what was done: a table with the columns `id`, `result` and `reason`. One entry that is unknown, stands twice, was told
 * before or is no result refuses the whole file.
 */
export const readTold = async (file: string, target: JournalTarget): Promise<ReadonlyArray<Told>> => {
  const told: Told[] = []
  const problems: string[] = []
  const lines = new Map<number, string>()
  for await (const { id, columns = {}, line } of readIds({ ids: file, column: 'id' }, process.cwd())) {
    const where = placeIn(file, line)
    const say = (problem: string): void => void problems.push(`${where}: "${onOneLine(id)}" ${problem}`)
    const result = (columns['result'] ?? '').trim()
    const reason = (columns['reason'] ?? '').trim()
    const record = target.find(id)
    const earlier = record === undefined ? undefined : lines.get(record)
    if (record === undefined) {
      say(`is no record of target "${onOneLine(target.name)}"`)
      continue
    }
    if (earlier !== undefined) say(`stands in ${earlier} already`)
    else if (outcomeAt(target, record) !== undefined) say('was told before')
    else if (!isResult(result)) say(`has the result "${onOneLine(result)}": there are ${results.join(', ')}`)
    else if (result === 'not-possible' && reason === '') say('is not possible, and a reason is missing')
    else if (result !== 'not-possible' && reason !== '')
      say(`is ${result}, and takes no reason: only what is not possible has one`)
    else told.push({ record, id, result, ...(reason !== '' && { reason }) })
    lines.set(record, where)
  }
  if (problems.length > 0) {
    const more = problems.length > mostShown ? [`and ${problems.length - mostShown} more`] : []
    throw new CommandError(
      [`nothing of ${file} was put on record:`, ...problems.slice(0, mostShown), ...more].join('\n  '),
    )
  }
  if (told.length === 0) throw new CommandError(`${file}: there is no entry in it, and nothing to put on record`)
  return told
}

const mostShown = 10

const isResult = (text: string): text is Result => results.some((result) => result === text)

const outcomeAt = (target: JournalTarget, record: number): RecordOutcome | undefined => {
  const [found] = target.records({ from: record, to: record })
  return found?.outcome
}

/** The outcome that a person's word is. */
export const outcomeOf = ({ id, result, reason = '' }: Told): RecordOutcome => {
  if (result === 'not-possible') return { id, status: 'rejected', reason: { code: 'not-possible', message: reason } }
  return { id, status: result === 'done' ? 'deleted' : 'absent', evidence: 'attested', effect: 'unknown' }
}
