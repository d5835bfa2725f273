/**
 * The room of subjects: a person, a contract, a project, whose records lie in several systems. It decides whose turn a record
 * is, and how far each subject has come; it deletes nothing itself.
 * May import: contract, settings, engine.
 * Begin with `deleteSubjects`; then links.ts (whose record is whose), turns.ts (whose turn it is), states.ts (how far).
 */

/** Whose the records of one system are, by number: a subject by its place among the subjects, a record by its place in the list. */
export interface Links {
  /** The subject of each record; of one that several share, the first. */
  readonly first: Int32Array
  /** Further subjects of a record that several share. */
  readonly others: ReadonlyMap<number, ReadonlyArray<number>>
}

export const subjectsOf = ({ first, others }: Links, record: number): ReadonlyArray<number> => {
  const own = first[record]
  if (own === undefined) return []
  return [own, ...(others.get(record) ?? [])]
}

/** The records of each subject, in order. */
export const recordsBySubject = (links: Links, subjects: number): ((subject: number) => Int32Array) => {
  const starts = new Int32Array(subjects + 1)
  const visit = (take: (subject: number, record: number) => void): void => {
    for (let record = 0; record < links.first.length; record++)
      for (const subject of subjectsOf(links, record)) take(subject, record)
  }
  visit((subject) => {
    starts[subject + 1] = (starts[subject + 1] ?? 0) + 1
  })
  for (let subject = 0; subject < subjects; subject++)
    starts[subject + 1] = (starts[subject + 1] ?? 0) + (starts[subject] ?? 0)
  const next = starts.slice()
  const records = new Int32Array(starts[subjects] ?? 0)
  visit((subject, record) => {
    const place = next[subject] ?? 0
    records[place] = record
    next[subject] = place + 1
  })
  return (subject) => records.subarray(starts[subject], starts[subject + 1])
}
