import type { RecordOutcome, Why } from '../core/contract/outcome.ts'
import type { Conclusion, World } from '../core/judge/judgement.ts'
import type { BatchAnswer, RecordRead } from './sqlite/history.ts'

/** One fact, and a sentence that says it. */
export type ExplainedFact = FactOfRecord & { readonly text: string }

export type FactOfRecord =
  | { readonly kind: 'planned'; readonly place: number; readonly at?: number }
  | { readonly kind: 'turned-away'; readonly why: Why }
  | {
      readonly kind: 'sent'
      readonly at: number
      readonly batch: number
      readonly size: number
      readonly job?: string
      /** What was known of it before, where an earlier request may have touched it. */
      readonly known?: ExplainedKnowledge
    }
  | ({ readonly kind: 'answered'; readonly batch: number } & BatchAnswer)
  | ({ readonly kind: 'read' } & RecordRead)
  /** The batch was over, and it had no outcome: it waits to be sent again. */
  | { readonly kind: 'returned'; readonly batch: number; readonly known?: ExplainedKnowledge }
  /** The batch is not over: whether it was carried out is not known. */
  | { readonly kind: 'in-flight'; readonly batch: number }
  | { readonly kind: 'settled'; readonly at?: number; readonly outcome: RecordOutcome; readonly attempts: number }
  | { readonly kind: 'waiting' }
  | {
      readonly kind: 'verified'
      readonly at: number
      readonly how: string
      readonly read: number
      readonly gone: number
    }
  | { readonly kind: 'came-back'; readonly at: number }

/** What the judgement made of the facts: every world that they allow, and what all of them agree on. */
export interface ExplainedKnowledge {
  readonly worlds: ReadonlyArray<World>
  readonly concludes: Conclusion['is'] | Extract<Conclusion, { readonly is: 'outcome' }>['status']
  readonly firstSentAt: number
  /** From when on no request can take effect; infinite where that is never. */
  readonly deadAt: number
}
