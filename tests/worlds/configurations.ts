/** Which worlds are walked, and what each walk has to show. */
import { type Checked, check, type Held, type Violations } from './check.ts'
import { clockedSubject, clockedSystem, heldByTheClock } from './clocked.ts'
import { type CountedFact, countedSystem, size, type Tally } from './counted.ts'
import { historiesOf, type Judged, walk } from './explore.ts'
import { applied, counted, type Learn, type Rule, unapplied } from './inference.ts'
import type { RecordFact } from './observed.ts'
import { recordSystem } from './record.ts'
import { type Belief, fresh, heldOf, learn } from './subject.ts'
import type { System } from './system.ts'
import { type BatchFact, twoSystem } from './two.ts'
import type { Bounds } from './world.ts'

/**
 * `exact`: every belief is the set of the worlds, and every conclusion the first claim that holds in all of them. `tight`: the
 * same of conclusions alone. `sound`: no world is missing and no conclusion wrong, and some come later than they could.
 * `safe`: no conclusion is wrong. `refuted`: some are.
 */
export type Shows = 'exact' | 'tight' | 'sound' | 'safe' | 'refuted'

export interface Configuration {
  readonly name: string
  readonly shows: Shows
  /** Whether it is walked in every test run. */
  readonly always: boolean
  readonly run: (mostPairs: number) => Result
}

export interface Result extends Checked {
  readonly closed: boolean
  readonly worlds: number
  readonly bruteBeliefs: number
  readonly beliefs: number
  readonly pairs: number
  readonly transitions: number
  /** Of at most `longest` facts. */
  readonly histories: number
}

export const longest = 12

/** Of the violations that were found those that may not be. One that is refuted has to have some. */
export const failuresOf = ({ shows }: Configuration, { violations }: Result): Partial<Violations> => {
  const { missing, surplus, unsound, loose, astray } = violations
  const failures: Readonly<Record<Shows, Partial<Violations>>> = {
    exact: { missing, surplus, unsound, loose, astray },
    tight: { missing, unsound, loose, astray },
    sound: { missing, unsound, astray },
    safe: { unsound },
    refuted: { missing: unsound > 0 ? 0 : 1 },
  }
  return failures[shows]
}

export const countOf = (violations: Partial<Violations>): number =>
  Object.values(violations).reduce((sum, count) => sum + count, 0)

type Others = Bounds['others']
type Some = Partial<Omit<Bounds, 'others'>>

const usual: Omit<Bounds, 'others'> = {
  lateTicks: 2,
  lagTicks: 1,
  slowTicks: 0,
  alive: 2,
  jobs: false,
  again: true,
  punctual: false,
}

const told = (belief: Belief, fact: RecordFact, others: Others): Belief =>
  learn(belief, fact.is === 'sent' ? { is: 'sent' } : fact, { others })

const one = (others: Others, some: Some, shows: Shows = 'exact', always = false): Configuration => {
  const bounds = { ...usual, ...some, others }
  const system = recordSystem(bounds)
  const judged: Judged<RecordFact, Belief> = {
    start: fresh,
    keyOf: String,
    learn: (belief, fact) => told(belief, fact, others),
    shadowsOf: (belief) => [heldOf(belief).shadow],
  }
  return {
    name: `one record: ${described(bounds)}`,
    shows,
    always,
    run: (mostPairs) => resultOf(system, judged, mostPairs, heldOf),
  }
}

const two = (
  others: Others,
  some: Some,
  { shows, rules = [], always = false }: { shows: Shows; rules?: ReadonlyArray<Rule>; always?: boolean },
): Configuration => {
  const bounds = { ...usual, alive: 1, punctual: true, ...some, others }
  const judged: Judged<BatchFact, ReadonlyArray<Belief>> = {
    start: [fresh, fresh],
    keyOf: String,
    learn: (beliefs, facts) => {
      const learnt = beliefs.map((belief, record) => {
        const fact = facts[record]
        return fact === undefined ? belief : told(belief, fact, others)
      })
      if (facts.some((fact) => fact?.is === 'sent')) return learnt
      const more: Learn = (belief, fact) => learn(belief, fact, { others })
      return rules.reduce<ReadonlyArray<Belief>>((held, rule) => rule(held, more), learnt)
    },
    shadowsOf: (beliefs) => beliefs.map((belief) => heldOf(belief).shadow),
  }
  return {
    name: `two of a batch: ${described(bounds)}${namesOf(rules)}`,
    shows,
    always,
    run: (mostPairs) => resultOf(twoSystem(bounds), judged, mostPairs, heldIn),
  }
}

/** The run has a clock here, and it is part of what is judged. */
const clocked = (others: Others, some: Some, shows: Shows, always = false): Configuration => {
  const bounds = { ...usual, ...some, others }
  return {
    name: `one record by the clock: ${described(bounds)}`,
    shows,
    always,
    run: (mostPairs) => resultOf(clockedSystem(bounds), clockedSubject(bounds), mostPairs, heldByTheClock),
  }
}

interface CountedState {
  readonly beliefs: ReadonlyArray<Belief>
  readonly deleted?: number
}

const three = (
  others: Others,
  some: Some,
  { shows, infers, always = false }: { shows: Shows; infers: boolean; always?: boolean },
): Configuration => {
  const bounds = { ...usual, ...some, others }
  const judged: Judged<CountedFact, CountedState> = {
    start: { beliefs: Array.from({ length: size }, () => fresh) },
    keyOf: ({ beliefs, deleted }) => `${beliefs} ${deleted}`,
    learn: ({ beliefs, deleted: before }, fact) => {
      const deleted = infers && fact.is === 'tally' ? fact.deleted : before
      const learnt = beliefs.map((belief, member) => {
        if (fact.is === 'one') return fact.member === member ? told(belief, fact.fact, others) : belief
        return told(belief, fact.is === 'all' ? fact.fact : overBy(fact), others)
      })
      const inferred = counted(learnt, deleted, (belief, more) => learn(belief, more, { others }))
      return { beliefs: inferred, ...(deleted !== undefined && { deleted }) }
    },
    shadowsOf: ({ beliefs }) => beliefs.map((belief) => heldOf(belief).shadow),
  }
  return {
    name: `three of a counted job: ${described(bounds)}${infers ? ', counts' : ''}`,
    shows,
    always,
    run: (mostPairs) =>
      resultOf(countedSystem(bounds), judged, mostPairs, ({ beliefs }, record) => heldIn(beliefs, record)),
  }
}

const heldIn = (beliefs: ReadonlyArray<Belief>, record: number): Held => heldOf(beliefs[record] as Belief)

const overBy = ({ failed }: Tally): RecordFact => ({ is: 'over', took: 'unknown', quoted: failed > 0 })

const resultOf = <World, Fact, State>(
  system: System<World, Fact>,
  judged: Judged<Fact, State>,
  mostPairs: number,
  held: (state: State, record: number) => Held,
): Result => {
  const walked = walk(system, judged, mostPairs)
  const isSend = (fact: number): boolean => system.facts[fact]?.given !== undefined
  return {
    ...check(walked, held, isSend),
    closed: walked.closed,
    worlds: walked.brute.worlds,
    bruteBeliefs: walked.brute.beliefs,
    beliefs: new Set(walked.pairs.map(({ state }) => judged.keyOf(state))).size,
    pairs: walked.pairs.length,
    transitions: walked.steps.reduce((sum, out) => sum + out.length, 0),
    histories: historiesOf(walked, longest),
  }
}

const described = ({ others, lateTicks, lagTicks, slowTicks, alive, jobs, again }: Bounds): string =>
  [
    `others ${others}`,
    `late ${lateTicks}`,
    `lag ${lagTicks}`,
    ...(slowTicks > 0 ? [`slow ${slowTicks}`] : []),
    again ? `${alive} alive` : 'sent once',
    ...(jobs ? ['jobs'] : []),
  ].join(', ')

const namesOf = (rules: ReadonlyArray<Rule>): string => rules.map(({ name }) => `, ${name}`).join('')

const once = { again: false, alive: 1 }
const job = { ...once, jobs: true, lateTicks: 0 }
const noLag = { lateTicks: 1, lagTicks: 0 }

export const configurations: ReadonlyArray<Configuration> = [
  one('none', { jobs: true }, 'exact', true),
  one('none', { jobs: true, alive: 3 }),
  one('none', { lateTicks: 1, lagTicks: 2, punctual: true }),
  one('none', { slowTicks: 1 }),
  // A read without any lag tells more than "since the first send": since the latest.
  one('none', noLag, 'sound'),
  one('may', { jobs: true }, 'exact', true),
  one('may', { alive: 3 }),
  one('may', { lateTicks: 1, lagTicks: 2, punctual: true }),
  one('may', { slowTicks: 1, alive: 1, punctual: true }),
  one('may', noLag, 'exact', true),
  clocked('none', { jobs: true, lateTicks: 3 }, 'safe'),
  clocked('none', { lateTicks: 1, lagTicks: 2 }, 'safe'),
  clocked('may', { jobs: true }, 'safe'),
  clocked('may', { lateTicks: 1, lagTicks: 2 }, 'safe'),
  clocked('may', { lateTicks: 3 }, 'safe', true),
  two('may', noLag, { shows: 'exact' }),
  two('may', noLag, { shows: 'refuted', rules: [unapplied] }),
  two('none', { lateTicks: 1, ...once }, { shows: 'sound' }),
  two('none', { lateTicks: 1, ...once }, { shows: 'exact', rules: [unapplied, applied], always: true }),
  two('none', { lateTicks: 1, alive: 2 }, { shows: 'sound', rules: [unapplied, applied] }),
  three('may', { ...job, lagTicks: 0 }, { shows: 'tight', infers: true }),
  three('none', { ...job, lagTicks: 0 }, { shows: 'sound', infers: false }),
  three('none', { ...job, lagTicks: 0 }, { shows: 'tight', infers: true, always: true }),
  three('none', { ...job, lagTicks: 1 }, { shows: 'tight', infers: true }),
]
