import { createHash, type Hash } from 'node:crypto'
import { type JournalTarget, type OpenJournal, sharedSubjectsName, subjectsName } from '../../journal/index.ts'
import type { Links } from '../../subjects.ts'
import type { SubjectsConfig } from '../config/subjects.ts'
import type { IdEntry } from '../ids/entry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'

/** Whose records the targets of a plan hold, as it is on record. */
export interface PlannedSubjects extends SubjectsConfig {
  /** Distinct subjects, those without records included. */
  readonly count: number
  /** SHA-256 over the subjects in order, and over whose each record is. */
  readonly digest: string
  readonly targets: ReadonlyArray<{ readonly name: string; readonly subjects: number; readonly records: number }>
}

/** Notes whose each record is, while the ids pass on their way into the plan. */
export const openLinking = (config: SubjectsConfig) => {
  const { key, shared } = config
  const numbers = new Map<string, number>()
  const tables = new Map<string, Table>()
  const numberOf = (subject: string): number => {
    const number = numbers.get(subject) ?? numbers.size
    numbers.set(subject, number)
    return number
  }
  return {
    /** A subject that stands in the table, with records or without. */
    seen: (subject: string): void => void numberOf(subject),
    watched: async function* (
      target: string,
      entries: AsyncIterable<IdEntry> | Iterable<IdEntry>,
      identityOf: (id: string) => string,
    ): AsyncGenerator<IdEntry> {
      const table: Table = { places: new Map(), first: [], others: new Map() }
      tables.set(target, table)
      for await (const entry of entries) {
        link(table, identityOf(entry.id), numberOf(entry.columns?.[key] ?? ''))
        yield entry
      }
      table.places.clear()
    },
    /** Puts it on record; a `CommandError` where subjects share records that they may not. */
    close: (journal: OpenJournal): PlannedSubjects => {
      const names = [...numbers.keys()]
      if (shared === 'refuse') demandOwn(tables, names, journal)
      journal.meta.set(subjectsName, names)
      const links = new Map(
        [...tables].map(([name, { first, others }]) => [name, { first: Int32Array.from(first), others }] as const),
      )
      for (const [name, { others }] of links)
        if (others.size > 0) journal.target(name).meta.set(sharedSubjectsName, [...others])
      return {
        ...config,
        count: names.length,
        digest: digestOf(names, links),
        targets: [...links].map(([name, { first, others }]) => ({
          name,
          subjects: new Set([...first, ...[...others.values()].flat()]).size,
          records: first.length,
        })),
      }
    },
  }
}

interface Table {
  /** Only while they are read. */
  readonly places: Map<string, number>
  readonly first: number[]
  readonly others: Map<number, ReadonlyArray<number>>
}

const link = ({ places, first, others }: Table, identity: string, subject: number): void => {
  const place = places.get(identity)
  if (place === undefined) {
    places.set(identity, first.length)
    first.push(subject)
    return
  }
  const further = others.get(place) ?? []
  if (first[place] !== subject && !further.includes(subject)) others.set(place, [...further, subject])
}

const demandOwn = (tables: ReadonlyMap<string, Table>, names: ReadonlyArray<string>, journal: OpenJournal): void => {
  for (const [name, { first, others }] of tables) {
    const example = others.entries().next().value
    if (example === undefined) continue
    const [place, [other = 0]] = example
    const [record] = journal.target(name).records({ from: place, to: place })
    const owners = [first[place] ?? 0, other].map((subject) => `"${onOneLine(names[subject] ?? '')}"`).join(' and ')
    throw new CommandError(
      `target "${name}": ${counted(others.size, 'record')} of several subjects, such as "${onOneLine(record?.id ?? '')}" of ${owners}: ` +
        'mend the table, or write "shared": "last", and a record goes with the last of its subjects',
    )
  }
}

export { recordsBySubject as recordsOf } from '../../subjects.ts'

/** Whose the records of a plan are, read from its journal. */
export interface RecordedLinks {
  /** In the order of the table. */
  readonly names: ReadonlyArray<string>
  /** By target. */
  readonly links: ReadonlyMap<string, Links>
}

/** Reads it back; a `CommandError` where it is not what the plan was made with. */
export const recordedLinks = (journal: OpenJournal, planned: PlannedSubjects): RecordedLinks => {
  if (journal.targets().some((name) => journal.target(name).isSealed()))
    throw new CommandError(`${journal.path} is sealed: whose its records were has left it`)
  const names = journal.meta.get(subjectsName)
  if (!Array.isArray(names)) throw altered(journal)
  const numbers = new Map(names.map((name, number) => [String(name), number]))
  const links = new Map(
    planned.targets.map(({ name, records }) => [name, linksOf(journal.target(name), planned.key, numbers, records)]),
  )
  if (digestOf(names, links) !== planned.digest) throw altered(journal)
  return { names, links }
}

const linksOf = (target: JournalTarget, key: string, numbers: ReadonlyMap<string, number>, records: number): Links => {
  const first = new Int32Array(records).fill(-1)
  for (const { index, columns } of target.records()) first[index] = numbers.get(columns?.[key] ?? '') ?? -1
  const others = target.meta.get(sharedSubjectsName) as
    | ReadonlyArray<readonly [number, ReadonlyArray<number>]>
    | undefined
  return { first, others: new Map(others ?? []) }
}

const altered = ({ path }: OpenJournal): CommandError =>
  new CommandError(
    `${path}: whose its records are is not what the plan was made with: the journal was altered; plan again`,
  )

const digestOf = (names: ReadonlyArray<unknown>, links: ReadonlyMap<string, Links>): string => {
  const hash = createHash('sha256')
  for (const name of names) part(hash, String(name))
  for (const [target, { first, others }] of [...links].sort(([one], [other]) => (one < other ? -1 : 1))) {
    part(hash, target)
    part(hash, first.join())
    part(hash, JSON.stringify([...others].sort(([one], [other]) => one - other)))
  }
  return hash.digest('hex')
}

/** With its length before it, so that no two lists are the same text. */
const part = (hash: Hash, text: string): void => void hash.update(`${text.length}:${text}`)
