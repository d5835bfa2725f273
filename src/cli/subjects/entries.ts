/**
 * The room `subjects`: reads whose records the targets of a plan hold, keeps it with the plan, sees to it that each record goes
 * when its turn has come, and says how far each subject is.
 * May import: `terminal`, `config`, `ids`. Begin with `subjectEntries`; then read `linking.ts` and `run-turns.ts`.
 */

import type { SubjectsConfig } from '../config/subjects.ts'
import type { IdEntry, OnEmptyRow } from '../ids/entry.ts'
import { placeIn, readIds } from '../ids/ids.ts'
import { CommandError } from '../terminal/command-error.ts'
import { onOneLine } from '../terminal/output.ts'

/** The column of a target in the table of subjects, and what separates several ids of a cell. */
export interface SubjectColumn {
  readonly column: string
  readonly separator?: string
}

/**
 * The ids of one target, each with its subject beside it. A blank cell holds none. Rejects with a `CommandError` for a missing
 * column, and for a row that names no subject.
 */
export async function* subjectEntries(
  { file, key, format }: SubjectsConfig,
  { column, separator }: SubjectColumn,
  folder: string,
  onSubject: (subject: string) => void,
  onEmptyRow: OnEmptyRow = () => {},
): AsyncGenerator<IdEntry> {
  const source = { ids: file, column: key, ...(format !== undefined && { format }) }
  for await (const { id: subject, columns = {}, line } of readIds(source, folder, onEmptyRow)) {
    const where = placeIn(file, line)
    const cell = column === key ? subject : columns[column]
    if (cell === undefined) {
      const known = [key, ...Object.keys(columns)].map((name) => JSON.stringify(onOneLine(name))).join(', ')
      throw new CommandError(`${where}: there is no column "${column}"; there are ${known}`)
    }
    if (subject.trim() === '') {
      throw new CommandError(`${where}: the column "${key}" is blank: every row must name its subject`)
    }
    onSubject(subject)
    for (const id of separator === undefined ? [cell] : cell.split(separator).map((part) => part.trim())) {
      if (id.trim() === '') continue
      yield { id, columns: { [key]: subject }, ...(line !== undefined && { line }) }
    }
  }
}
