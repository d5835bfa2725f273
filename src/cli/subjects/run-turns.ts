import type { JournalTarget, OpenJournal } from '../../journal/index.ts'
import { inTurns, openTurns, type Turns, tellSettled } from '../../subjects.ts'
import type { AfterEach } from '../config/subjects.ts'
import { type PlannedSubjects, recordedLinks } from './linking.ts'

/** What of a planned target decides its turns. */
export interface TargetInTurn {
  readonly name: string
  readonly each?: ReadonlyArray<AfterEach>
  readonly toSend: number
  readonly batches: number
}

/** The turns of a run: whose records go when. */
export interface RunTurns {
  /** The journal that a target is to be run with. */
  readonly journalOf: (name: string) => JournalTarget
  /** Nothing more is settled in a target. */
  readonly ended: (name: string) => void
  /** The targets that a record waits for; empty when its turn has come. */
  readonly waitsFor: (name: string, record: number) => ReadonlyArray<string>
}

/** A plan without subjects, or without an order among them, has no turns: every record goes as its target does. */
export const openRunTurns = (
  journal: OpenJournal,
  subjects: PlannedSubjects | undefined,
  targets: ReadonlyArray<TargetInTurn>,
): RunTurns => {
  const ordered = targets.filter(({ each = [] }) => each.length > 0)
  // Of a sealed journal nothing is left to be sent.
  const isSealed = ordered.some(({ name }) => journal.target(name).isSealed())
  if (subjects === undefined || ordered.length === 0 || isSealed)
    return { journalOf: (name) => journal.target(name), ended: () => {}, waitsFor: () => [] }
  const { names, links } = recordedLinks(journal, subjects)
  const linksOf = (name: string) => links.get(name) ?? { first: new Int32Array(0), others: new Map() }
  const turns = new Map<string, Turns>(
    ordered.map(({ name, each = [], toSend, batches }) => [
      name,
      openTurns({
        subjects: names.length,
        own: linksOf(name),
        earlier: each.map(({ target, needs }) => ({ links: linksOf(target), ...(needs !== undefined && { needs }) })),
        batch: Math.max(1, Math.ceil(toSend / Math.max(1, batches))),
      }),
    ]),
  )
  const later = (name: string): ReadonlyArray<{ readonly turns: Turns; readonly at: number }> =>
    ordered.flatMap((target) =>
      (target.each ?? []).flatMap((before, at) =>
        before.target === name ? [{ turns: turns.get(target.name) as Turns, at }] : [],
      ),
    )
  const inTurn = (name: string) => {
    const own = turns.get(name)
    const waiting = later(name)
    return {
      ...(own !== undefined && { turns: own }),
      onSettled: (...[record, outcome]: Parameters<Parameters<typeof inTurns>[1]['onSettled']>) => {
        for (const { turns: others, at } of waiting) others.settled(at, record, outcome)
      },
    }
  }
  for (const { name } of targets) if (later(name).length > 0) tellSettled(journal.target(name), inTurn(name))
  return {
    journalOf: (name) => inTurns(journal.target(name), inTurn(name)),
    ended: (name) => {
      turns.get(name)?.stop()
      for (const { turns: others, at } of later(name)) others.ended(at)
    },
    waitsFor: (name, record) => {
      const own = turns.get(name)
      const each = ordered.find((target) => target.name === name)?.each ?? []
      if (own === undefined || own.isReleased(record)) return []
      return own.waitsFor(record).map((at) => each[at]?.target ?? '')
    },
  }
}
