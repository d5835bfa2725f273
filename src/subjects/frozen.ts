import { UsageError } from '../core/contract/error.ts'
import type { BulkRecordProvider } from '../core/contract/provider.ts'
import type { Links } from './links.ts'

/** One subject, and its records by the name of their system. */
export interface Subject {
  readonly subject: string
  /** An id, or several; a system that is left out, and an empty list, hold nothing of it. */
  readonly ids: { readonly [system: string]: string | ReadonlyArray<string> }
}

/** What happens to a record that two subjects share in one system: misuse, or it goes with the last of them. */
export type Shared = 'refuse' | 'last'

/** The records of one system: distinct, in the order of their subjects. */
export interface FrozenSystem {
  readonly ids: ReadonlyArray<string>
  readonly links: Links
}

export interface Frozen {
  readonly subjects: ReadonlyArray<string>
  readonly systems: ReadonlyMap<string, FrozenSystem>
}

/** Reads all subjects; several entries of one subject add up. Throws `UsageError` for what is no subject, and for shared records. */
export const freeze = (
  providers: ReadonlyMap<string, BulkRecordProvider>,
  given: Iterable<Subject>,
  shared: Shared,
): Frozen => {
  const numbers = new Map<string, number>()
  const systems = new Map(
    [...providers].map(([name, provider]) => [name, openSystem(name, provider, shared, numbers)] as const),
  )
  for (const { subject, ids } of given) {
    if (typeof subject !== 'string' || subject.trim() === '')
      throw new UsageError('a subject must have a name: { subject: "…", ids: { … } }')
    const number = numbers.get(subject) ?? numbers.size
    numbers.set(subject, number)
    for (const [name, some] of Object.entries(ids ?? {})) {
      const system = systems.get(name)
      if (system === undefined)
        throw new UsageError(
          `subject "${subject}" has ids of "${name}", and there is no such system: ${[...providers.keys()].join(', ')}`,
        )
      for (const id of typeof some === 'string' ? [some] : some) system.add(id, number, subject)
    }
  }
  return {
    subjects: [...numbers.keys()],
    systems: new Map([...systems].map(([name, system]) => [name, system.close()])),
  }
}

const openSystem = (
  name: string,
  { identityOf = (id) => id }: BulkRecordProvider,
  shared: Shared,
  numbers: ReadonlyMap<string, number>,
) => {
  const ids: string[] = []
  const first: number[] = []
  const others = new Map<number, ReadonlyArray<number>>()
  const places = new Map<string, number>()
  return {
    add: (id: unknown, number: number, subject: string): void => {
      if (typeof id !== 'string') throw new UsageError(`an id of subject "${subject}" in "${name}" is no string`)
      const identity = identityOf(id)
      const place = places.get(identity)
      if (place === undefined) {
        places.set(identity, ids.length)
        ids.push(id)
        first.push(number)
        return
      }
      const owners = [first[place] as number, ...(others.get(place) ?? [])]
      if (owners.includes(number)) return
      if (shared === 'refuse') {
        const other = [...numbers.keys()][owners[0] as number]
        throw new UsageError(
          `the subjects "${other}" and "${subject}" share the record ${id} of "${name}": shared: 'last' deletes it with the last of them`,
        )
      }
      others.set(place, [...owners.slice(1), number])
    },
    close: (): FrozenSystem => ({ ids, links: { first: Int32Array.from(first), others } }),
  }
}
