/**
 * What may be said of one record: the set of worlds that the facts still allow, and what all of them agree on. Pure, and
 * asked only about records in doubt. `docs/outcomes.md` has the claims, `tests/worlds` the proof.
 */

import {
  agreesWith,
  begun,
  earlier,
  freed,
  latest,
  ours,
  passing,
  type Seen,
  there,
  thereFree,
  wasGone,
  wasThere,
} from './worlds.ts'

/** An interned set of worlds. */
export type Belief = number

/** A record that no send of ours can have touched. */
export const fresh: Belief = 0

/** No world is left: the facts contradict each other, or an assumption does not hold. */
export const impossible: Belief = -1

/** Whether somebody else may delete or recreate the records of a run meanwhile. */
export interface Assumptions {
  readonly others: 'may' | 'none'
}

/** What was learnt of one record, in the order in which it was learnt. */
export type Fact =
  /** A deletion leaves. */
  | { readonly is: 'sent' }
  /** No send of ours can take effect any more: each was answered, its job has ended, or its time has passed. */
  | { readonly is: 'dead' }
  /** The latest send never reached a record, or was turned back as a whole: it is as if it had not been. */
  | { readonly is: 'void' }
  /** A trusted answer to the latest send, which is over by it. */
  | { readonly is: 'said'; readonly of: 'deleted' | 'absent' | 'rejected' }
  /**
   * The latest send has arrived and is over, with nothing said of this record alone: its batch was refused (and took no
   * effect), or its job has ended, perhaps carried out twice. `quoted`: a refusal of it, or a failure among the counts.
   */
  | { readonly is: 'over'; readonly took: 'nothing' | 'unknown'; readonly quoted: boolean }
  /**
   * A proven and complete read. It shows some instant between its beginning less the lag and its beginning; `since`: where
   * that stretch begins. `before`: before our first send; `dead`: since no send of ours is alive.
   */
  | { readonly is: 'read'; readonly listed: boolean; readonly since: 'before' | 'sent' | 'dead' }

/** `untouched`: provably not deleted by us; it may be sent again. */
export type Conclusion =
  | { readonly is: 'outcome'; readonly status: 'deleted'; readonly evidence: 'reply' | 'read-back' }
  | { readonly is: 'outcome'; readonly status: 'absent' | 'rejected' | 'untouched' }
  | { readonly is: 'open' }
  | { readonly is: 'unknowable' }

/** What holds in one world. "Since": since the first of our sends that the facts have not disposed of. */
export interface World {
  readonly there: boolean
  /** A send of ours has removed it. */
  readonly ours: boolean
  /** It was not there at some instant since. */
  readonly gone: boolean
  /** It was there at some instant after the last send, when no send of ours was alive. */
  readonly thereFree: boolean
}

interface Known extends Seen {
  /** Ascending. */
  readonly worlds: ReadonlyArray<number>
}

const unsent: Seen = { sends: 0, earlierAlive: false, latestAlive: false, saidDeleted: false, quoted: false }
const beliefs: Known[] = [{ ...unsent, worlds: [0, there] }]
const numbers = new Map<string, Belief>()
const learnt = new Map<string, Belief>()

const keyOf = ({ sends, earlierAlive, latestAlive, saidDeleted, quoted, worlds }: Known): string =>
  `${sends}${+earlierAlive}${+latestAlive}${+saidDeleted}${+quoted} ${worlds.join()}`

numbers.set(keyOf(beliefs[fresh] as Known), fresh)

const intern = (seen: Seen, worlds: Iterable<number>): Belief => {
  const known: Known = { ...seen, worlds: [...new Set(worlds)].sort((one, other) => one - other) }
  if (known.worlds.length === 0) return impossible
  const key = keyOf(known)
  const number = numbers.get(key)
  if (number !== undefined) return number
  numbers.set(key, beliefs.length)
  return beliefs.push(known) - 1
}

/** What is believed once a fact is known. */
export const learn = (belief: Belief, fact: Fact, { others }: Assumptions): Belief => {
  if (belief === impossible) return impossible
  const key = `${others} ${belief} ${Object.values(fact).join(' ')}`
  const known = learnt.get(key)
  if (known !== undefined) return known
  const next = step(beliefs[belief] as Known, fact, others === 'may')
  learnt.set(key, next)
  return next
}

const step = (known: Known, fact: Fact, mayChange: boolean): Belief => {
  const { worlds, sends, earlierAlive, latestAlive } = known
  const settle = (seen: Seen, some: Iterable<number>): Belief => intern(seen, passing(seen, some, mayChange))
  switch (fact.is) {
    case 'sent': {
      // Proven to be free of us, it begins anew: what was before its sends is the past.
      const anew = sends === 0 || isClear(known) || worlds.every((world) => (world & thereFree) !== 0)
      const seen: Seen = {
        ...known,
        sends: anew ? 1 : 2,
        earlierAlive: !anew && (earlierAlive || latestAlive),
        latestAlive: true,
        quoted: known.quoted && !anew,
      }
      return settle(
        seen,
        worlds.map((world) => begun(world, anew)),
      )
    }
    case 'dead': {
      if (!earlierAlive && !latestAlive) return intern(known, worlds)
      const seen = { ...known, earlierAlive: false, latestAlive: false }
      return settle(seen, worlds.map(freed))
    }
    case 'void': {
      if (sends === 0) return intern(known, worlds)
      const untouched = worlds.filter((world) => (world & latest) === 0)
      return answered(known, untouched, settle)
    }
    case 'said': {
      const seen = { ...known, latestAlive: false }
      if (fact.of === 'deleted') return intern({ ...seen, saidDeleted: true }, worlds)
      if (fact.of === 'absent') {
        const missed = worlds.filter((world) => (world & wasGone) !== 0 && (world & latest) === 0)
        return settle(seen, earlierAlive ? missed : missed.map(freed))
      }
      // To repeat a deletion that was done is refused by some systems: then it is no sign that the record is there.
      const met = worlds.filter(
        (world) => (world & latest) === 0 && (world & (earlier | (mayChange ? wasThere : there))) !== 0,
      )
      const refused = earlierAlive ? met : met.map((world) => freed(world) | ((world & earlier) === 0 ? thereFree : 0))
      return settle({ ...seen, quoted: true }, refused)
    }
    case 'over': {
      const met = fact.took === 'nothing' ? worlds.filter((world) => (world & latest) === 0) : worlds
      const seen = { ...known, latestAlive: false, quoted: known.quoted || fact.quoted }
      return settle(seen, earlierAlive ? met : met.map(freed))
    }
    case 'read':
      return intern(known, worlds.filter(agreesWith(fact, known, mayChange)))
  }
}

/** The latest send is over and was as good as none. */
const answered = (
  known: Known,
  worlds: ReadonlyArray<number>,
  settle: (seen: Seen, worlds: Iterable<number>) => Belief,
): Belief => {
  const { sends, earlierAlive } = known
  if (sends === 1)
    return intern(
      { ...unsent, quoted: known.quoted },
      worlds.map((world) => world & (there | earlier)),
    )
  return settle({ ...known, latestAlive: false }, earlierAlive ? worlds : worlds.map(freed))
}

/**
 * What every world of a belief agrees on. `open`: a further fact decides it, at the latest a read that begins when nothing
 * of ours is alive any more. `unknowable`: the facts contradict each other.
 */
export const conclude = (belief: Belief): Conclusion => {
  const known = beliefs[belief]
  if (known === undefined) return { is: 'unknowable' }
  const inAll = (bit: number): boolean => known.worlds.every((world) => (world & bit) !== 0)
  if (known.saidDeleted) return { is: 'outcome', status: 'deleted', evidence: 'reply' }
  if (known.sends === 0) return { is: 'outcome', status: 'untouched' }
  if (inAll(wasGone) && !mayBeOurs(belief)) return { is: 'outcome', status: 'absent' }
  if (inAll(wasGone)) return { is: 'outcome', status: 'deleted', evidence: 'read-back' }
  if (inAll(thereFree)) return { is: 'outcome', status: known.quoted ? 'rejected' : 'untouched' }
  return isClear(known) ? { is: 'outcome', status: 'untouched' } : { is: 'open' }
}

/** No send of ours has removed it, and none can any more. */
const isClear = ({ earlierAlive, latestAlive, worlds }: Known): boolean =>
  !earlierAlive && !latestAlive && worlds.every((world) => (world & ours) === 0)

/** Whether a send of ours may have removed it. */
export const mayBeOurs = (belief: Belief): boolean =>
  beliefs[belief]?.worlds.some((world) => (world & ours) !== 0) ?? true

/** The worlds of a belief, in words. */
export const worldsOf = (belief: Belief): ReadonlyArray<World> =>
  (beliefs[belief]?.worlds ?? []).map((world) => ({
    there: (world & there) !== 0,
    ours: (world & ours) !== 0,
    gone: (world & wasGone) !== 0,
    thereFree: (world & thereFree) !== 0,
  }))

/** A belief as a journal keeps it, and back; a text that says something else is no belief. */
export const beliefText = (belief: Belief): string => {
  const known = beliefs[belief]
  return known === undefined ? '' : keyOf(known)
}

export const beliefOf = (text: string): Belief => {
  const [, sends, earlierAlive, latestAlive, saidDeleted, quoted, worlds] =
    /^([012])([01])([01])([01])([01]) (\d{1,3}(?:,\d{1,3})*)$/.exec(text) ?? []
  if (worlds === undefined) return impossible
  const seen: Seen = {
    sends: Number(sends) as Seen['sends'],
    earlierAlive: earlierAlive === '1',
    latestAlive: latestAlive === '1',
    saidDeleted: saidDeleted === '1',
    quoted: quoted === '1',
  }
  return intern(seen, worlds.split(',').map(Number))
}
