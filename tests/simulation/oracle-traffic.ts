import { isDoubtful } from './evidence.ts'
import { judgeStop, mostInFlight } from './oracle-stop.ts'
import type { Story } from './play.ts'
import { isValidFor } from './spelling.ts'
import type { SeenCall } from './world.ts'

/** Whether what was sent was allowed, in number, in time and in kind. */
export const judgeTraffic = (story: Story): ReadonlyArray<string> => [
  ...judgeCaps(story),
  ...judgeCargo(story),
  ...judgeStop(story.world, story.timersLeft),
  ...judgePauses(story),
  ...judgeResends(story),
  ...judgeAmount(story),
]

const judgeCaps = ({ world, scenario }: Story): ReadonlyArray<string> => {
  const { options, traits } = scenario
  const complaints: string[] = []
  const most = mostInFlight(options)
  const cap = Math.min(most, traits.maxConcurrency ?? most)
  const steps = world.calls
    .filter(({ purpose, overHttp }) => purpose !== 'token' && overHttp)
    .flatMap(({ startedAt, endedAt }) => [
      { at: startedAt, by: 1 },
      { at: endedAt ?? Number.POSITIVE_INFINITY, by: -1 },
    ])
    .sort((one, other) => one.at - other.at || one.by - other.by)
  let inFlight = 0
  for (const { by } of steps) {
    inFlight += by
    if (inFlight > cap) complaints.push(`concurrency: ${inFlight} calls in flight, and ${cap} are allowed`)
  }
  const jobCap = Math.min(options.maxJobs, traits.maxJobs ?? options.maxJobs)
  let jobs = 0
  for (const { kind } of world.events) {
    if (kind === 'job-started') jobs++
    if (kind === 'job-ended') jobs--
    if (jobs > jobCap) complaints.push(`jobs: ${jobs} at once, and ${jobCap} are allowed`)
  }
  return complaints.slice(0, 3)
}

/** What is sent: only what was handed in and may be sent, no more of it than a request may carry, nothing twice. */
const judgeCargo = ({ world, scenario, handedOver }: Story): ReadonlyArray<string> => {
  const { options, family } = scenario
  const complaints: string[] = []
  const handed = new Set(handedOver.entries)
  const isProtected = new Set(options.protect.map(world.identityOf))
  const sent = new Set<string>()
  for (const { ids, purpose, number, what } of world.calls) {
    if (purpose !== 'delete' && purpose !== 'read') continue
    const wrong = (why: string) => complaints.push(`cargo: call ${number} (${what}) ${why}`)
    if (purpose === 'delete') {
      if (ids.length === 0) wrong('carries nothing')
      if (ids.length > options.batchSize) wrong(`carries ${ids.length} records, and ${options.batchSize} are allowed`)
      if (options.dryRun === true) wrong('is sent in a dry run')
    }
    if (purpose === 'delete' && new Set(ids.map(world.identityOf)).size < ids.length) wrong('carries a record twice')
    for (const id of ids) {
      if (!handed.has(id)) wrong(`carries ${id}, which was not handed in like that`)
      if (!isValidFor(family, id) || isProtected.has(world.identityOf(id)))
        wrong(`carries ${id}, which must not be sent`)
      if (purpose === 'delete') sent.add(world.identityOf(id))
    }
  }
  if (sent.size > (options.maxRecords ?? sent.size))
    complaints.push(`guard: ${sent.size} records sent, and maxRecords is ${options.maxRecords}`)
  return complaints.slice(0, 5)
}

/** Who is told to wait, waits: all of them, and for as long as was said. */
const judgePauses = ({ world, scenario }: Story): ReadonlyArray<string> => {
  const { auth } = scenario.traits
  if (auth === 'function' || auth === 'credentials') return []
  for (const { asked, number, leg } of world.calls) {
    if (asked === undefined || asked.ms === 0) continue
    const early = world.calls.find(
      (call) => call.leg === leg && call.startedAt > asked.at && call.startedAt < asked.at + asked.ms,
    )
    if (early !== undefined)
      return [
        `pause: call ${number} was told to wait ${asked.ms} ms, and call ${early.number} comes after ${early.startedAt - asked.at}`,
      ]
  }
  return []
}

/** Where the same must not be sent twice, what is in doubt is not sent again before a read in time has shown it. */
const judgeResends = ({ world, scenario }: Story): ReadonlyArray<string> => {
  const { traits, options } = scenario
  if (traits.replay === 'safe' || options.duplicates === 'allow') return []
  const lateMs = traits.lateEffectMs ?? 2 * options.callTimeoutMs
  const doubts = new Map<string, SeenCall>()
  for (const call of world.calls) {
    if (call.purpose !== 'delete') continue
    for (const id of call.ids) {
      const identity = world.identityOf(id)
      const doubt = doubts.get(identity)
      const disproved =
        doubt === undefined ||
        world.statements.some(
          (each) =>
            each.identity === identity &&
            each.says === 'listed' &&
            each.at <= call.startedAt &&
            each.at >= doubt.startedAt + lateMs + (traits.readLagMs ?? 5_000),
        )
      if (!disproved) return [`resend: call ${call.number} sends ${id} again, and call ${doubt.number} is in doubt`]
      doubts.delete(identity)
      if (isDoubtful(call) && call.fault?.kind !== 'closed') doubts.set(identity, call)
    }
  }
  return []
}

/**
 * How many requests there may be. Each record may be sent `attempts` times; a search among b records takes at most
 * 2 + 2·log2(b) requests for each culprit in it; each of these may have to be read back in `attempts` looks of two
 * rounds; a job is polled a bounded number of times; and trouble is bounded by a budget of 100 repetitions.
 */
const judgeAmount = ({ world, scenario }: Story): ReadonlyArray<string> => {
  const { options, traits, handed } = scenario
  const search = 2 + 2 * Math.ceil(Math.log2(options.batchSize + 1))
  const deletions = (1 + world.leg) * handed.length * (options.attempts + search)
  const reads = deletions * options.attempts * 2
  const polls = traits.job || scenario.family === 'datocms' ? deletions * 60 : 0
  const most = (1 + world.leg) * 100 + deletions + reads + polls
  const count = world.calls.length
  return count > most ? [`amount: ${count} requests, and ${most} are the most there may be`] : []
}
