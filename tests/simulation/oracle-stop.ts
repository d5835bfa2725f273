import type { Options } from './scenario.ts'
import type { World } from './world.ts'

/** After an abort or a halt: no deletion; the rest within the drain; and then nothing at all. */
export const judgeStop = (world: World, timersLeft: number): ReadonlyArray<string> => {
  const { stopped, endedAt = 0, startedAt, events } = world
  const { options, traits } = world.scenario
  const calls = world.calls.filter((call) => call.leg === world.leg)
  const complaints: string[] = []
  const at = (time: number) => `${time - startedAt} ms`
  let onTheirWay = 0
  if (stopped !== undefined) {
    for (const call of calls) {
      if (call.moment <= stopped.moment) continue
      // A call that was on its way out in that very moment can't be held back any more.
      if (call.purpose === 'delete' && call.startedAt === stopped.at && ++onTheirWay <= mostInFlight(options)) continue
      if (call.purpose === 'delete')
        complaints.push(`after ${stopped.by}: call ${call.number} (${call.what}) begins at ${at(call.startedAt)}`)
      else if (call.startedAt > stopped.at + options.drainMs)
        complaints.push(`after drain: call ${call.number} (${call.what}) begins at ${at(call.startedAt)}`)
    }
    const runEndedAt = world.events.findLast(({ kind }) => kind === 'run-ended')?.at ?? endedAt
    if (runEndedAt > stopped.at + options.drainMs + closingMs)
      complaints.push(`late end: stopped at ${at(stopped.at)}, and ended at ${at(runEndedAt)}`)
  }
  for (const call of calls) {
    if (call.startedAt > endedAt) complaints.push(`after the end: call ${call.number} (${call.what})`)
    // A token that nobody waits for any more may be let go at once.
    if (call.cutAt === undefined || call.purpose === 'token') continue
    const timedOut = call.cutAt >= call.startedAt + options.callTimeoutMs
    const drained = stopped !== undefined && call.cutAt >= stopped.at + options.drainMs
    // Whoever waits for a token first has less of its time left for the call itself.
    const asked = traits.auth === 'function' || traits.auth === 'credentials'
    const tokenTook =
      asked && (stopped === undefined || (call.cutMoment ?? 0) < stopped.moment || call.cutAt > stopped.at)
    if (!timedOut && !drained && !tokenTook && call.overHttp)
      complaints.push(`signal: call ${call.number} (${call.what}) was cut at ${at(call.cutAt)}`)
  }
  if (timersLeft > 0) complaints.push(`timers: ${timersLeft} are left when the run has ended`)
  const ended = events.findLast((event) => event.kind === 'run-ended')
  const summary = ended?.kind === 'run-ended' ? ended.report : undefined
  if (summary !== undefined && Date.parse(summary.endedAt) < Date.parse(summary.startedAt))
    complaints.push('time: it ended before it began')
  return complaints
}

/** How long a source may take to close. */
const closingMs = 1_000

export const mostInFlight = ({ concurrency, isAdaptive }: Options): number => (isAdaptive === true ? 256 : concurrency)
