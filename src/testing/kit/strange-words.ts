import type { BatchReply, JobStarted, JobState, ProviderError, Verdict } from '../../http-provider.ts'
import type { TalkingMember } from '../backends/watch.ts'

/** What a member answered that no word of the contract says. */
export interface StrangeWord {
  readonly said: string
  readonly instead: string
}

const wordsOf = <Word extends string>(words: Readonly<Record<Word, true>>): ReadonlyArray<string> => Object.keys(words)

const kinds = wordsOf<BatchReply['kind'] | JobStarted['kind']>({
  AllDeleted: true,
  Accepted: true,
  ById: true,
  ByPosition: true,
  Tally: true,
  JobStarted: true,
})
const verdicts = wordsOf<Verdict['is']>({ deleted: true, absent: true, rejected: true, again: true, unclear: true })
const silences = wordsOf<Extract<BatchReply, { kind: 'ById' }>['silence']>({ deleted: true, unconfirmed: true })
const states = wordsOf<JobState['kind']>({ Pending: true, Ended: true })
const tags = wordsOf<ProviderError['tag']>({
  Throttled: true,
  Unavailable: true,
  Unreachable: true,
  Interrupted: true,
  Refused: true,
  TooLarge: true,
  Denied: true,
  Garbled: true,
  JobFailed: true,
  JobOverdue: true,
  Aborted: true,
  Defect: true,
})

/** Looks through what a member came to: types check nothing that a backend's answer was copied into. */
export const strangeWord = (member: TalkingMember, result: unknown): StrangeWord | undefined => {
  const { _tag, left, right } = fields(result)
  if (_tag === 'Left') return word(member, 'an error tagged', fields(left)['tag'], tags)
  if (member === 'deleteBatch') return replyWord(member, right)
  if (member === 'followJob') {
    const { kind, reply } = fields(right)
    return word(member, 'a job state', kind, states) ?? (kind === 'Ended' ? replyWord(member, reply) : undefined)
  }
  return member === 'diagnose' ? word(member, 'a verdict', fields(right)['is'], verdicts) : undefined
}

const replyWord = (member: TalkingMember, reply: unknown): StrangeWord | undefined => {
  const { kind, silence, verdicts: told } = fields(reply)
  const wrong =
    word(member, 'a reply', kind, kinds) ??
    (kind === 'ById' ? word(member, 'a silence that means', silence, silences) : undefined)
  if (wrong !== undefined || !Array.isArray(told)) return wrong
  const strange = told.find((one) => !verdicts.includes(String(fields(one)['is'])))
  return strange === undefined ? undefined : word(member, 'a verdict', fields(strange)['is'], verdicts)
}

const word = (
  member: TalkingMember,
  what: string,
  said: unknown,
  known: ReadonlyArray<string>,
): StrangeWord | undefined =>
  known.includes(String(said))
    ? undefined
    : { said: `answered ${member} with ${what} ${JSON.stringify(said)}`, instead: `one of ${known.join(', ')}` }

const fields = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {}
