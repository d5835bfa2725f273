import type { RecordOutcome } from '../../src/index.ts'
import { type Dossier, isCalm, isDoubtful, openDossiers, readsWell } from './evidence.ts'
import { calmStatuses } from './expectation.ts'
import type { Story } from './play.ts'
import { isValidFor } from './spelling.ts'

/** Whether each outcome is true, and as precise as what was known. */
export const judgeOutcomes = (story: Story): ReadonlyArray<string> => {
  const { world, scenario, outcomes } = story
  const dossierOf = openDossiers(story)
  const complaints: string[] = []
  const counts = new Map<string, number>()
  for (const id of story.handedOver.entries) {
    if (id === null || scenario.options.duplicates === 'drop') continue
    counts.set(world.identityOf(id), (counts.get(world.identityOf(id)) ?? 0) + 1)
  }
  const isProtected = new Set(scenario.options.protect.map(world.identityOf))
  const calm = isCalm(story)
  const certain = readsWell(story)
  for (const outcome of outcomes) {
    const dossier = dossierOf(outcome.id)
    const twins = (counts.get(dossier.identity) ?? 0) > 1
    const wrong = (what: string) => complaints.push(`${what} (${outcome.id.slice(0, 40)}, ${brief(outcome)})`)

    const valid = isValidFor(scenario.family, outcome.id)
    const left = outcome.status === 'untouched' ? outcome.why : undefined
    if (!valid !== (left === 'invalid-id')) wrong('invalid: it is turned away for its id alone')
    if (valid && isProtected.has(dossier.identity) !== (left === 'protected'))
      wrong('protected: protection and outcome differ')
    if (left === 'invalid-id' || left === 'protected') {
      if (dossier.sent.length > 0 && !twins) wrong('sent: it must not be sent')
      continue
    }
    for (const complaint of judgeOne(story, outcome, dossier, twins)) wrong(complaint)
    if (outcome.status === 'unconfirmed' && !dossier.beyond && !twins)
      for (const complaint of judgeDoubt(story, outcome, dossier, certain)) wrong(complaint)
    if (calm && !twins && !calmStatuses(story, dossier).includes(outcome.status))
      wrong(`calm: nothing went wrong, and it should be ${calmStatuses(story, dossier).join(' or ')}`)
  }
  return complaints
}

const judgeOne = (story: Story, outcome: RecordOutcome, dossier: Dossier, twins: boolean): ReadonlyArray<string> => {
  const { truth, sent, told, beyond } = dossier
  const complaints: string[] = []
  const exists = truth?.exists === true
  const ours = truth?.deletedByUsAt !== undefined
  const says = (word: string) => told.some((statement) => statement.says === word)
  switch (outcome.status) {
    case 'deleted':
    case 'absent': {
      if (exists && !isAClaim(dossier)) complaints.push('false gone: the record is still there')
      if (outcome.effect !== effectOf(story)) complaints.push('effect: it is not what the provider declares')
      if (outcome.status === 'absent' && ours && !twins && !beyond) complaints.push('false absent: we have deleted it')
      // What was not there when it was read does not have to be sent.
      if (sent.length === 0 && outcome.status === 'deleted') complaints.push('gone unsent: it was never sent')
      complaints.push(...judgeEvidence(story, outcome, dossier, twins || isAClaim(dossier)))
      break
    }
    case 'rejected': {
      if (ours && !beyond && !twins) complaints.push('false present: we have deleted it')
      const refused = truth?.fact.refusal !== undefined && truth.fact.there
      // Opus lists what it did not find as failed, and there is nothing to read with: this is all that can be known.
      const listed = story.scenario.family === 'opus' && says('refused')
      if (!refused && !listed) complaints.push('false rejection: nobody refused it')
      if (!says('refused') && !says('failed')) complaints.push('hearsay: the backend was never heard to refuse it')
      complaints.push(...judgeReason(story, JSON.stringify(outcome.reason), dossier))
      break
    }
    case 'untouched':
      if (ours && !beyond && !twins) complaints.push('false present: we have deleted it')
      break
    case 'unconfirmed':
      if (sent.length === 0) complaints.push('doubt unsent: it was never sent')
  }
  return complaints
}

/** The backend called it deleted and lied, and no later look was heard to show it. */
const isAClaim = ({ told, sent }: Dossier): boolean => {
  const claim = told.findLast(({ says }) => says === 'deleted')
  if (claim === undefined || !sent.some(({ fault }) => fault?.kind === 'claims')) return false
  return !told.some(({ says, at }) => says === 'listed' && at >= claim.at)
}

const judgeEvidence = (
  { world }: Story,
  outcome: RecordOutcome & { readonly status: 'deleted' | 'absent' },
  { truth, told, identity }: Dossier,
  twins: boolean,
): ReadonlyArray<string> => {
  const { missing } = world.scenario.traits
  const heard = (word: string, via?: string) => told.some((each) => each.says === word && (!via || each.via === via))
  if (outcome.evidence === 'read-back') {
    const unlisted = heard('unlisted', 'read')
    const proven = world.statements.some(({ says }) => says === 'listed')
    if (!unlisted) return ['evidence: no read was heard that does not list it']
    return proven ? [] : ['unproven: no read of this run has ever listed anything']
  }
  if (outcome.status === 'absent')
    return heard('absent') || heard('failed') ? [] : [`evidence: the backend was never heard to miss ${identity}`]
  if (!heard('deleted', outcome.evidence)) return [`evidence: the ${outcome.evidence} was never heard to say so`]
  const tolerant = missing === 'counted' || missing === 'ignored'
  if (truth?.deletedByUsAt === undefined && !tolerant && !twins)
    return ['evidence: it was not this run that deleted it']
  return []
}

/** A reason comes from what the backend said of this record. */
const judgeReason = ({ world }: Story, reason: string, { truth, told }: Dossier): ReadonlyArray<string> => {
  const own = truth?.fact.refusal
  const foreign = [...world.truths.values()].some(
    ({ fact }) => fact.refusal !== undefined && fact.refusal !== own && reason.includes(`${fact.refusal}`),
  )
  if (foreign) return ['reason: it is the reason of another record']
  const given = told.some(({ code }) => code === own)
  if (own !== undefined && given && !reason.includes(own)) return ['reason: the backend gave another one']
  return []
}

/** Doubt is allowed only where no allowed and proven read could have settled it. */
const judgeDoubt = (
  { world, summary }: Story,
  outcome: RecordOutcome & { readonly status: 'unconfirmed' },
  { sent, told }: Dossier,
  certain: boolean,
): ReadonlyArray<string> => {
  const { code } = outcome.reason
  const stopped = world.stopped !== undefined || summary?.halted !== undefined
  if (stopped || !certain) {
    const groundless = sent.length > 0 && !sent.some(isDoubtful) && told.every(({ says }) => says === 'deleted')
    return groundless && told.length > 0 ? ['needless doubt: all that was heard is that it is deleted'] : []
  }
  // A reader that has listed nothing is not proven, whatever it was asked for.
  if (!world.statements.some(({ says }) => says === 'listed')) return []
  // Who waits for a proof takes up room: with little of it, the wait is given up before the last batch.
  const room = Math.min(world.scenario.options.maxJobs, world.scenario.traits.maxJobs ?? 1_000)
  if (code === 'reader-unproven' && room < 1_000) return []
  if (code === 'JobOverdue' && world.scenario.traits.job) return []
  if (code === 'reply-and-read-disagree') return []
  return ['needless doubt: it could have been read back']
}

const effectOf = ({ world }: Story): string | undefined => {
  const started = world.events.find((event) => event.kind === 'run-started')
  return started?.kind === 'run-started' ? started.capabilities.effect : undefined
}

const brief = (outcome: RecordOutcome): string => {
  const { id: _id, ...rest } = outcome
  return JSON.stringify(rest).slice(0, 200)
}
