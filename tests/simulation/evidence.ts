import type { Story } from './play.ts'
import type { FaultKind } from './scenario.ts'
import type { SeenCall, Statement, Truth } from './world.ts'

/** All that is known about one record of a story. */
export interface Dossier {
  readonly identity: string
  /** Undefined: the backend never had such a record. */
  readonly truth: Truth | undefined
  /** Deletions that carried it. */
  readonly sent: ReadonlyArray<SeenCall>
  /** What the client was told of it. */
  readonly told: ReadonlyArray<Statement>
  /** A deletion of it may have come later than can be promised anything about: counted, not judged. */
  readonly beyond: boolean
}

export const openDossiers = (story: Story): ((id: string) => Dossier) => {
  const { world } = story
  const sent = new Map<string, SeenCall[]>()
  const told = new Map<string, Statement[]>()
  const into = <Item>(map: Map<string, Item[]>, key: string, item: Item) => {
    const list = map.get(key)
    if (list === undefined) map.set(key, [item])
    else list.push(item)
  }
  for (const call of world.calls)
    if (call.purpose === 'delete') for (const id of call.ids) into(sent, world.identityOf(id), call)
  for (const statement of world.statements) into(told, statement.identity, statement)
  return (id) => {
    const identity = world.identityOf(id)
    const calls = sent.get(identity) ?? []
    return {
      identity,
      truth: world.truths.get(identity),
      sent: calls,
      told: told.get(identity) ?? [],
      beyond: calls.some(({ fault }) => fault?.kind === 'later'),
    }
  }
}

/** After one of these nobody knows whether the request was carried out. */
const endless: ReadonlySet<FaultKind> = new Set([
  'lost-before',
  'lost-after',
  'late',
  'later',
  'reset-before',
  'reset-after',
  '503',
  'closed',
  '500-before',
  '500-after',
  'html-before',
  'html-after',
  'garbage-after',
  'truncated-after',
  'broken-after',
  'stalled-after',
  'moved',
])

/** Whether the client can't know what this call did. */
export const isDoubtful = ({ cutAt, fault, orphaned, status = 0 }: SeenCall): boolean => {
  if (orphaned === true) return true
  // It was turned away in so many words, however the rest of the answer was spoilt.
  const whole = cutAt === undefined && fault?.kind !== 'broken-after'
  if (whole && status >= 400 && status < 500 && status !== 408) return false
  return cutAt !== undefined || (fault !== undefined && endless.has(fault.kind))
}

/** What may be expected of reading in this run: a reader that sees, that may be used, and that nothing befell. */
export const readsWell = ({ scenario, world }: Story): boolean => {
  const { reader } = scenario.traits
  if (scenario.traits.lists !== undefined) return false
  if (scenario.options.verify === 'never' || (reader !== 'honest' && reader !== 'second-form')) return false
  return !world.calls.some(
    (call) =>
      (call.purpose === 'read' || call.purpose === 'token') &&
      (call.fault !== undefined ||
        call.cutAt !== undefined ||
        call.orphaned === true ||
        call.status === 429 ||
        call.status === 401),
  )
}

/** Whether anything at all went wrong in this run, or it was cut short. */
export const isCalm = ({ scenario, world, summary, handedOver }: Story): boolean =>
  world.stopped === undefined &&
  world.leg === 0 &&
  scenario.records.every(({ flipsAtMs }) => flipsAtMs === undefined) &&
  summary?.halted === undefined &&
  !handedOver.threw &&
  scenario.options.dryRun !== true &&
  scenario.traits.keptMs > scenario.options.jobDeadlineMs &&
  scenario.traits.jobMs[1] < scenario.options.jobDeadlineMs / 2 &&
  !world.calls.some(
    ({ fault, status, cutAt, purpose }) =>
      fault !== undefined ||
      status === 429 ||
      status === 401 ||
      status === 413 ||
      (cutAt !== undefined && purpose !== 'token'),
  )

/** Who waits for a proof of the reader takes up room: with little of it, the wait is given up before the last batch. */
export const hasRoom = ({ scenario }: Story): boolean =>
  Math.min(scenario.options.maxJobs, scenario.traits.maxJobs ?? scenario.options.maxJobs) >= 1_000

/** Outcomes about which nothing can be promised: a deletion of theirs may have come later than `lateEffectMs`. */
export const countUnjudged = (story: Story): number => {
  const dossierOf = openDossiers(story)
  return story.outcomes.filter(({ id }) => dossierOf(id).beyond).length
}
