import type { RecordOutcome } from '../core/contract/outcome.ts'
import type { World } from '../core/judge/judgement.ts'
import type { ExplainedKnowledge, FactOfRecord } from './facts.ts'

/** A fact in a sentence, or a few. */
export const sentenceOf = (fact: FactOfRecord): string => {
  switch (fact.kind) {
    case 'planned':
      return `It is record ${grouped(fact.place + 1)} of the plan${fact.at === undefined ? '' : `, made ${isoOf(fact.at)}`}.`
    case 'turned-away':
      return `It was not sent: ${whys[fact.why] ?? fact.why}.`
    case 'sent': {
      const others = fact.size === 1 ? 'alone' : `with ${grouped(fact.size - 1)} other${fact.size === 2 ? '' : 's'}`
      const job = fact.job === undefined ? '' : ` The system took it as job ${fact.job}.`
      const known = fact.known === undefined ? '' : ` Before that, ${knownOf(fact.known)}`
      return `${isoOf(fact.at)} It was sent in batch ${fact.batch}, ${others}.${job}${known}`
    }
    case 'answered':
      return `${isoOf(fact.at)} ${fact.by === 'job' ? 'The job' : 'The answer'} of batch ${fact.batch} said: ${saidOf(fact)}.`
    case 'read': {
      const worth = fact.proven
        ? ''
        : ' That form of reading had not listed any record of the run by then: it proves nothing.'
      return `${isoOf(fact.at)} A read (${fact.form}) ${showings[fact.showed]}.${worth}`
    }
    case 'returned':
      return fact.known === undefined
        ? `Batch ${fact.batch} was over, and had provably not deleted it: it was to be sent again.`
        : `Batch ${fact.batch} was over without an outcome for it. Then ${knownOf(fact.known)}`
    case 'in-flight':
      return `Batch ${fact.batch} is not over on record: whether it was carried out is not known yet. Resume the run.`
    case 'settled':
      return `${fact.at === undefined ? '' : `${isoOf(fact.at)} `}It ended as ${fact.outcome.status}${madeOf(fact.outcome)}.`
    case 'waiting':
      return 'It has no outcome on record yet.'
    case 'verified':
      return `${isoOf(fact.at)} ${grouped(fact.read)} of ${grouped(fact.gone)} records that were gone were read back (${fact.how}).`
    case 'came-back':
      return `${isoOf(fact.at)} That found it there again.`
  }
}

const isoOf = (ms: number): string => new Date(ms).toISOString()

const grouped = (value: number): string => value.toLocaleString('en-US')

/** What was known, as every world that the facts allowed. */
const knownOf = ({ worlds, concludes, deadAt }: ExplainedKnowledge): string => {
  const possible = [...new Set(worlds.map(worldText))]
  const judged =
    concludes === 'open'
      ? ' Only a further fact could tell.'
      : concludes === 'unknowable'
        ? ' The facts contradict each other.'
        : ` All of these agree on ${concludes}.`
  const alive =
    deadAt === Number.POSITIVE_INFINITY
      ? ' An earlier request may take effect at any time.'
      : deadAt > 0
        ? ` No earlier request can take effect after ${isoOf(deadAt)}.`
        : ''
  const worldsText =
    possible.length === 0 ? 'no world fits the facts' : `the facts allowed that ${possible.join(', or that ')}`
  return `${worldsText}.${judged}${alive}`
}

const worldText = ({ there, ours, gone }: World): string => {
  if (there && ours) return 'a request of ours had deleted it and somebody put it back'
  if (there) return gone ? 'it had been away and was there again' : 'it was there'
  return ours ? 'a request of ours had deleted it' : 'it was gone, and not by us'
}

const showings = {
  listed: 'listed it: it was there',
  'not-listed': 'was complete and did not list it',
  'not-told': 'said nothing of it',
} as const

const saidOf = ({ said, deleted, failed }: Extract<FactOfRecord, { readonly kind: 'answered' }>): string => {
  if (said === 'Tally') return `${grouped(deleted ?? 0)} deleted, ${grouped(failed ?? 0)} failed, without saying which`
  return answers[said] ?? said
}

/** By the kind of a reply or the tag of an error. */
const answers: Readonly<Record<string, string>> = {
  AllDeleted: 'all of its records are deleted',
  Accepted: 'it was taken; nothing of any record',
  ById: 'a word for each record, by its id',
  ByPosition: 'a word for each record, in order',
  JobStarted: 'it runs as a job',
  Throttled: 'too many requests; nothing was done',
  Unavailable: 'the system takes no deletions for now; nothing was done',
  Unreachable: 'nothing: the request was never sent',
  Interrupted: 'nothing that could be read: it may have happened',
  Refused: 'the batch is refused',
  TooLarge: 'the request is too large; nothing was done',
  Denied: 'this may not be done',
  Garbled: 'something that could not be understood: it may have happened',
  JobFailed: 'it failed; a part of it may have been done',
  JobOverdue: 'nothing in time: it may still be running',
  Aborted: 'nothing: the run stopped waiting for it',
  Defect: 'nothing: a defect of the provider kept it from being read',
}

/** What the outcome claims, and how that is known. */
const madeOf = (outcome: RecordOutcome): string => {
  switch (outcome.status) {
    case 'deleted':
      return `: ${evidences[outcome.evidence] ?? outcome.evidence}. ${effects[outcome.effect]}`
    case 'absent':
      return `: it was not there when our request arrived, and no request of ours before could have deleted it (${outcome.evidence}). ${effects[outcome.effect]}`
    case 'rejected':
      return `: it was there, and the system refused to delete it: ${reasonText(outcome.reason)}`
    case 'untouched':
      return `: ${whys[outcome.why] ?? outcome.why}${outcome.reference === undefined ? '' : ` (${outcome.reference})`}${outcome.reason === undefined ? '' : `: ${reasonText(outcome.reason)}`}`
    case 'unconfirmed':
      return `: it was sent, and nothing tells whether it is gone: ${reasonText(outcome.reason)}`
  }
}

const reasonText = ({
  message,
  code,
  status,
}: {
  readonly message: string
  readonly code: string
  readonly status?: number
}) => `${message} (${code}${status === undefined ? '' : `, HTTP ${status}`})`

const evidences: Readonly<Record<string, string>> = {
  reply: "the system's answer to our request says so",
  job: 'the result of the job says so',
  'read-back': 'it was not there at some moment after our first request; who deleted it is not known',
}

const effects: Readonly<Record<string, string>> = {
  erased: 'Nothing brings it back',
  recoverable: 'It can be restored',
  marked: 'It is marked; its content is destroyed elsewhere, later, or not',
  unknown: 'Whether it can be restored, a setting of the system decides',
}

const whys: Readonly<Record<string, string>> = {
  'invalid-id': 'the system can have no such id',
  protected: 'it is protected',
  held: 'it is held',
  aborted: 'the run was stopped',
  halted: 'the run halted',
  'dry-run': 'nothing is sent in a dry run',
  throttled: 'the system kept turning it back',
  unreachable: 'the system could not be reached',
  unavailable: 'the system took no deletions',
  'too-large': 'it does not fit into a request',
  'attempts-spent': 'every attempt came to nothing, and it is still there',
  'not-backed-up': 'no copy of it could be kept, and nothing is deleted without one',
}
