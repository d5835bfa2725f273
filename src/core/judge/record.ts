import type { Reason } from '../contract/error.ts'
import type { OpenRecord } from '../intake/work.ts'
import { type Assumptions, type Belief, type Conclusion, conclude, type Fact, learn } from './judgement.ts'

/** What one request came to for a record; `fact` is left out where no answer tells. */
export interface Told {
  readonly sentAt: number
  readonly fact?: Exclude<Fact, { readonly is: 'sent' | 'dead' | 'read' }>
  /** When it was answered; else from when on it can take no effect. */
  readonly overAt: number
  /** Why nobody knows, if so; a doubt that it was in already keeps its own. */
  readonly reason: Reason
  /** Set where it is a refusal of this record, or where it was counted among those that failed. */
  readonly quote?: Reason
}

/** What one proven and complete read showed of a record. `from`: when it began, less the lag. */
export interface Seen {
  readonly listed: boolean
  readonly from: number
}

const sent: Fact = { is: 'sent' }
const dead: Fact = { is: 'dead' }

/** A request was sent that held this record, and what is known of it since. */
export const tell = (record: OpenRecord, told: Told, assumptions: Assumptions): Conclusion => {
  const { doubt } = record
  const { sentAt, fact, overAt, reason, quote } = told
  const before = doubt !== undefined && doubt.deadAt <= sentAt ? learn(record.belief, dead, assumptions) : record.belief
  const begins = doubt === undefined || conclude(before).is === 'outcome'
  const left = learn(before, sent, assumptions)
  record.belief = fact === undefined ? left : learn(left, fact, assumptions)
  const quoted = quote ?? (begins ? undefined : doubt.quote)
  record.doubt =
    begins && fact?.is === 'void'
      ? undefined
      : {
          firstSentAt: begins ? sentAt : doubt.firstSentAt,
          deadAt: begins ? overAt : Math.max(overAt, doubt.deadAt),
          reason: begins ? reason : doubt.reason,
          ...(quoted && { quote: quoted }),
        }
  return conclude(record.belief)
}

/** A read that is proven and complete showed this record, or did not list it. */
export const see = (record: OpenRecord, { listed, from }: Seen, assumptions: Assumptions): Conclusion => {
  const { doubt } = record
  const since =
    doubt === undefined || from < doubt.firstSentAt ? 'before' : from >= doubt.deadAt ? 'dead' : ('sent' as const)
  const belief = since === 'dead' ? learn(record.belief, dead, assumptions) : record.belief
  record.belief = learn(belief, { is: 'read', listed, since }, assumptions)
  return conclude(record.belief)
}

/** Whether a send of ours may have deleted it, or may still: only a further fact can tell. */
export const isDoubted = ({ belief, doubt }: { readonly belief: Belief; readonly doubt: unknown }): boolean =>
  doubt !== undefined && conclude(belief).is !== 'outcome'
