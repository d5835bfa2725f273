import type { RecordOutcome } from '../../src/index.ts'
import { type Dossier, hasRoom, isCalm, isDoubtful, openDossiers, readsWell } from './evidence.ts'
import { calmStatuses } from './expectation.ts'
import type { Story } from './play.ts'
import type { RecordFact } from './scenario.ts'
import { isValidFor } from './spelling.ts'
import { neededCode } from './store.ts'
import { wasGone, wasGoneBefore, wasThere, wasThereAfterUs } from './timeline.ts'

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
    if (!isWhole(outcome)) {
      wrong('shape: it lacks what its status promises')
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

/** Whether it carries what its status says that it does. */
const isWhole = (outcome: RecordOutcome): boolean => {
  if (outcome.status === 'deleted' || outcome.status === 'absent')
    return outcome.evidence !== undefined && outcome.effect !== undefined
  return outcome.status === 'untouched' ? outcome.why !== undefined : outcome.reason?.code !== undefined
}

const judgeOne = (story: Story, outcome: RecordOutcome, dossier: Dossier, twins: boolean): ReadonlyArray<string> => {
  const { truth, sent, told, beyond } = dossier
  const complaints: string[] = []
  const from = sent[0]?.startedAt ?? Number.NEGATIVE_INFINITY
  const to = story.world.endedAt ?? Number.POSITIVE_INFINITY
  const isOurs = (truth?.removals.length ?? 0) > 0
  // What was taken for deleted by us goes on to be so, unless somebody made it again.
  const falsePresent = isOurs && !wasThereAfterUs(truth, from, to) && !beyond && !twins
  const says = (word: string) => told.some((statement) => statement.says === word)
  switch (outcome.status) {
    case 'deleted':
    case 'absent': {
      if (!wasGone(truth, from, to) && !isAClaim(dossier)) complaints.push('false gone: it was there all the time')
      if (outcome.effect !== effectOf(story)) complaints.push('effect: it is not what the provider declares')
      if (outcome.status === 'absent' && !wasGoneBefore(truth, from, to) && !twins && !beyond && !isUnseen(dossier))
        complaints.push('false absent: we have deleted it')
      // What was not there when it was read does not have to be sent.
      if (sent.length === 0 && outcome.status === 'deleted') complaints.push('gone unsent: it was never sent')
      complaints.push(...judgeEvidence(story, outcome, dossier, twins || isAClaim(dossier)))
      break
    }
    case 'rejected': {
      if (falsePresent) complaints.push('false present: we have deleted it')
      // Of a record that somebody made again, "not found" is what its request was refused with.
      const isTurnedDown = says('failed') || (says('absent') && truth?.fact.flipsAtMs !== undefined)
      const refused =
        wasThere(truth, from, to) &&
        ((truth?.fact.refusal ?? truth?.fact.neededBy) !== undefined || (isTurnedDown && isMovedAbout(dossier)))
      // Opus lists what it did not find as failed, and there is nothing to read with: this is all that can be known.
      const listed = story.scenario.family === 'opus' && says('refused')
      if (!refused && !listed) complaints.push('false rejection: nobody refused it')
      if (!says('refused') && !isTurnedDown) complaints.push('hearsay: the backend was never heard to refuse it')
      complaints.push(...judgeReason(story, JSON.stringify(outcome.reason), dossier, twins))
      break
    }
    case 'untouched':
      if (falsePresent) complaints.push('false present: we have deleted it')
      break
    case 'unconfirmed':
      // What was put on record, and then the process died, may have been sent.
      if (sent.length === 0 && story.world.leg === 0) complaints.push('doubt unsent: it was never sent')
  }
  return complaints
}

/** Somebody else changed it, or a job of ours was carried out twice: counts tell of another moment than reads. */
const isMovedAbout = ({ truth, sent }: Dossier): boolean =>
  truth?.fact.flipsAtMs !== undefined || sent.some(({ fault }) => fault?.kind === 'job-twice')

/** Nobody can know that its job was carried out twice: no read of it had listed it before the job said that it was missing. */
const isUnseen = ({ told, sent }: Dossier): boolean => {
  if (!sent.some(({ fault }) => fault?.kind === 'job-twice')) return false
  const missed = told.findIndex(({ says, via }) => says === 'absent' && via === 'job')
  return missed >= 0 && !told.slice(0, missed).some(({ says }) => says === 'listed')
}

/** The backend called it deleted and lied, and no later look was heard to show it. */
const isAClaim = ({ told }: Dossier): boolean => {
  const claimed = told.findLastIndex(({ says }) => says === 'deleted')
  if (claimed < 0 || !told.some(({ spoilt }) => spoilt === 'lie')) return false
  // What was heard before it does not count, be it in the same millisecond.
  return !told.slice(claimed).some(({ says }) => says === 'listed')
}

const judgeEvidence = (
  story: Story,
  outcome: RecordOutcome & { readonly status: 'deleted' | 'absent' },
  { truth, told, identity }: Dossier,
  twins: boolean,
): ReadonlyArray<string> => {
  const { world } = story
  const { missing } = world.scenario.traits
  const heard = (word: string, via?: string) => told.some((each) => each.says === word && (!via || each.via === via))
  if (outcome.evidence === 'read-back') {
    const unlisted = told.filter(({ says }) => says === 'unlisted')
    const proven = world.statements.some(
      ({ says, form }) => says === 'listed' && unlisted.some((each) => each.form === form),
    )
    if (unlisted.length === 0) return ['evidence: no read was heard that does not list it']
    return proven ? [] : ['unproven: no read of this form has ever listed anything']
  }
  if (outcome.status === 'absent')
    return heard('absent') || heard('failed') ? [] : [`evidence: the backend was never heard to miss ${identity}`]
  if (isUnverified(story, told)) return ['unverified: everything that is called deleted is to be read back']
  if (!heard('deleted', outcome.evidence)) return [`evidence: the ${outcome.evidence} was never heard to say so`]
  const tolerant = missing === 'counted' || missing === 'ignored'
  if ((truth?.removals.length ?? 0) === 0 && !tolerant && !twins)
    return ['evidence: it was not this run that deleted it']
  return []
}

/** It could have been read back by a reader that was proven when the reply came. */
const isUnverified = (story: Story, told: Dossier['told']): boolean => {
  const { world, scenario } = story
  if (scenario.options.verify !== 'all' || !readsWell(story) || world.stopped !== undefined || world.leg > 0)
    return false
  const first = told.find(({ says }) => says === 'deleted')
  return world.statements.some(({ says, at }) => says === 'listed' && at < (first?.at ?? 0))
}

/** A reason comes from what the backend said of this record. */
const judgeReason = (
  { world }: Story,
  reason: string,
  { truth, told }: Dossier,
  twins: boolean,
): ReadonlyArray<string> => {
  const own = truth?.fact.refusal ?? (truth?.fact.neededBy === undefined ? undefined : neededCode)
  const foreign = [...world.truths.values()].some(
    ({ fact }) => fact.refusal !== undefined && fact.refusal !== own && reason.includes(`${fact.refusal}`),
  )
  if (foreign) return ['reason: it is the reason of another record']
  // Where one refusal gave it and another did not, either will do.
  const given =
    told.some(({ code }) => code === own) && !told.some(({ says, code }) => says === 'failed' && code !== own)
  if (own !== undefined && given && !twins && !reason.includes(own)) return ['reason: the backend gave another one']
  return []
}

/** Doubt is allowed only where no allowed and proven read could have settled it. */
const judgeDoubt = (
  story: Story,
  outcome: RecordOutcome & { readonly status: 'unconfirmed' },
  { sent, told }: Dossier,
  certain: boolean,
): ReadonlyArray<string> => {
  const { world, summary } = story
  const { code } = outcome.reason
  const stopped = world.stopped !== undefined || summary?.halted !== undefined
  if (stopped && code === 'Aborted') return []
  if (code === 'reply-and-read-disagree' && told.some(({ says }) => says === 'listed')) return []
  // What a process heard in the moment of its death, and the end of a job that was asked for too late, nobody knows.
  if (world.leg > 0 && (stopped || !certain || world.scenario.traits.job)) return []
  if (stopped || !certain) {
    if (sent.some(isDoubtful)) return []
    // What comes in the very moment in which the run gives up waiting may come too late.
    const overAt = (world.stopped?.at ?? Number.POSITIVE_INFINITY) + world.scenario.options.drainMs
    const heard = told.filter(({ at }) => at < overAt)
    if (heard.length > 0 && heard.every(({ says }) => says === 'deleted'))
      return ['needless doubt: all that was heard is that it is deleted']
    // With a renewed token it goes out again, which may be cut.
    const turnedAway = sent.every(
      ({ status = 0, fault }) =>
        status === 429 ||
        status === 413 ||
        (neverSent.has(fault?.kind) && (status !== 401 || world.stopped === undefined)),
    )
    const inTime = world.stopped === undefined || sent.every(({ endedAt }) => (endedAt ?? 0) < (world.stopped?.at ?? 0))
    return turnedAway && inTime ? ['needless doubt: each sending was turned away'] : []
  }
  // A reader that has listed nothing is not proven, whatever it was asked for.
  if (!world.statements.some(({ says }) => says === 'listed')) return couldBeProven(world) ? [unproven] : []
  if (code === 'reader-unproven' && !hasRoom(story)) return []
  if (code === 'JobOverdue' && world.scenario.traits.job) return []
  return ['needless doubt: it could have been read back']
}

const neverSent: ReadonlySet<string | undefined> = new Set(['429', 'refused', 'unknown-host', '401', '403'])

const unproven = 'needless doubt: the first batch holds a record that a reader could have listed'

/** A reader is tried on the first batch before that is deleted: on a few of its records, one of which is enough. */
const couldBeProven = ({ calls, truths, identityOf }: Story['world']): boolean => {
  const first = calls.find(({ purpose }) => purpose === 'delete')
  const few = first?.ids.slice(0, 3).map((id) => truths.get(identityOf(id))?.fact)
  return few?.some((fact) => fact?.there === true && isLeftAlone(fact)) === true
}

const isLeftAlone = ({ takenAtMs, flipsAtMs }: RecordFact): boolean => (takenAtMs ?? flipsAtMs) === undefined

const effectOf = ({ world }: Story): string | undefined => {
  const started = world.events.find((event) => event.kind === 'run-started')
  return started?.kind === 'run-started' ? started.capabilities.effect : undefined
}

const brief = (outcome: RecordOutcome): string => {
  const { id: _id, ...rest } = outcome
  return JSON.stringify(rest).slice(0, 200)
}
