/**
 * Judges a story by the truth that the model kept. It shares no code with the engine, compares ids and not sums, and
 * says what is wrong in sentences that begin with a word for the kind of wrong.
 */
import { judgeOutcomes } from './oracle-outcomes.ts'
import { judgeSafety } from './oracle-safety.ts'
import { judgeTraffic } from './oracle-traffic.ts'
import type { Story } from './play.ts'

export const complaintsOf = (story: Story): ReadonlyArray<string> => {
  if (story.end !== 'ended') return [`hang: the run is ${story.end}`]
  if (story.error !== undefined) return [`rejection: the run rejected with ${String(story.error)}`]
  return [
    ...story.world.remarks,
    ...accounts(story),
    ...judgeOutcomes(story),
    ...judgeTraffic(story),
    ...judgeSafety(story),
  ]
}

/** Exactly one outcome for what was handed in, none for anything else; and figures that agree with what was seen. */
const accounts = (story: Story): ReadonlyArray<string> => {
  const { outcomes, summary, handedOver, world, scenario } = story
  const complaints: string[] = []
  const drop = scenario.options.duplicates === 'drop'
  const given = handedOver.entries.filter((entry) => entry !== null)
  const certain = given.length - handedOver.late
  const expected: string[] = []
  const optional: string[] = []
  const seen = new Set<string>()
  for (const [index, id] of given.entries()) {
    const identity = world.identityOf(id)
    if (drop && seen.has(identity)) continue
    seen.add(identity)
    if (index < certain) expected.push(id)
    else optional.push(id)
  }
  const open = [...expected]
  const { inOrder } = story
  for (const [place, { id }] of outcomes.entries()) {
    if (inOrder && place < expected.length && expected[place] !== id)
      complaints.push(`order: outcome ${place} is about ${id}, and ${expected[place]} was handed in there`)
    const at = inOrder ? open.indexOf(id) : open.indexOf(id)
    if (at >= 0) open.splice(at, 1)
    else if (optional.includes(id)) optional.splice(optional.indexOf(id), 1)
    else complaints.push(`surplus: an outcome too many for ${id}`)
  }
  if (!story.left) for (const id of open) complaints.push(`lost: no outcome for ${id}`)

  if (summary === undefined) return [...complaints, 'silent: the run ended without run-ended']
  const { totals } = summary
  if (!story.left) {
    for (const status of Object.keys(totals) as Array<keyof typeof totals>) {
      const count = outcomes.filter((outcome) => outcome.status === status).length
      if (count !== totals[status]) complaints.push(`totals: ${status} is ${totals[status]}, and there are ${count}`)
    }
    const duplicates = drop ? given.length - seen.size : 0
    const slack = handedOver.late
    if (summary.duplicates > duplicates || summary.duplicates < duplicates - slack)
      complaints.push(`totals: ${summary.duplicates} duplicates, and there were ${duplicates}`)
  }
  const requests = world.calls.filter(({ overHttp, leg }) => overHttp && leg === world.leg).length
  if (summary.requests !== requests)
    complaints.push(`requests: the report counts ${summary.requests}, and the backend saw ${requests}`)
  const ended = handedOver.ended
  if (ended !== summary.sourceEnded && !(ended && !summary.sourceEnded && world.stopped !== undefined))
    complaints.push(`source: sourceEnded is ${summary.sourceEnded}, and it had ${ended ? '' : 'not '}ended`)
  return complaints
}
