import type { Story } from './play.ts'

/** What must not happen whatever else does: secrets shown, halts without a cause. */
export const judgeSafety = (story: Story): ReadonlyArray<string> => [
  ...judgeSecrets(story),
  ...judgeHalt(story),
  ...judgeListening(story),
]

const judgeSecrets = ({ world, outcomes, summary }: Story): ReadonlyArray<string> => {
  const shown = JSON.stringify([world.events, outcomes, summary])
  return [...world.secrets].filter((secret) => shown.includes(secret)).map((secret) => `secret: ${secret} is shown`)
}

/** A listener that throws is told once, and the run goes on. */
const judgeListening = ({ world, scenario }: Story): ReadonlyArray<string> => {
  const told = world.events.filter(({ kind }) => kind === 'listener-failed').length
  const wanted = scenario.options.listenerThrows === true ? 1 : 0
  return told === wanted ? [] : [`listener: its failure was told ${told} times`]
}

/** A run halts for something that happened. */
const judgeHalt = ({ world, summary, handedOver, scenario }: Story): ReadonlyArray<string> => {
  const halted = summary?.halted
  if (halted === undefined) return []
  const hit = new Set<string>(world.calls.flatMap(({ fault }) => (fault === undefined ? [] : [fault.kind])))
  const status = (wanted: number) => world.calls.some((call) => call.status === wanted)
  const tokenTrouble = world.calls.some(({ purpose, fault }) => purpose === 'token' && fault !== undefined)
  // One that ends while its call waits for its turn is a trouble of its own.
  const waited = world.calls.some(({ asked }) => asked !== undefined)
  const soon = waited || scenario.traits.tokenMs < 50 * scenario.options.callTimeoutMs
  const shortLived = scenario.traits.auth !== 'token' && scenario.traits.tokenMs < 3_600_000 && soon
  const neverDone = scenario.records.some(({ busy }) => busy !== undefined) || scenario.traits.speaks === 'unprocessed'
  const trouble = hit.size > 0 || status(429)
  const causes: Readonly<Record<typeof halted.because, boolean>> = {
    // A token that has ended is renewed: that alone is none.
    denied: ['401', '403', 'redirect', 'moved'].some((kind) => hit.has(kind)) || tokenTrouble || shortLived,
    unreachable:
      hit.has('refused') || hit.has('unknown-host') || world.calls.some(({ purpose }) => purpose === 'token'),
    unavailable: trouble || neverDone,
    // Words that are taken back in the same answer are none, and what reading proves to be gone has passed, too.
    'refused-alike':
      !world.statements.some(
        ({ says, at, spoilt }) =>
          says === 'deleted' && spoilt !== 'contradiction' && at < (world.stopped?.at ?? 0) && at > world.startedAt,
      ) && deletedBefore(world) === 0,
    source: handedOver.threw || scenario.handed.includes(null),
    guard:
      scenario.options.maxRecords !== undefined || (scenario.options.canary ?? scenario.options.halt) !== undefined,
    journal: false,
    backup: false,
    // Only a member that throws is a bug, and only one that is written by hand can throw.
    defect: scenario.family === 'plain' && (hit.has('html-before') || hit.has('html-after')),
  }
  return causes[halted.because] ? [] : [`halt: without a cause, ${halted.because}: ${halted.detail}`]
}

/** How many this process had told of as deleted when it halted. */
const deletedBefore = ({ events }: Story['world']): number => {
  const halted = events.findIndex(({ kind }) => kind === 'halted')
  const last = events.slice(0, halted).findLast((event) => event.kind === 'settled')
  return last?.kind === 'settled' ? last.totals.deleted : 0
}
