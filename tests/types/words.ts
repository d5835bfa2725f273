import type { ProviderError } from '../../src/core/contract/error.ts'
import type { RecordOutcome } from '../../src/core/contract/outcome.ts'
import { presence } from '../../src/core/contract/outcome.ts'
import type { BatchReply, BulkRecordProvider } from '../../src/core/contract/provider.ts'

declare const outcome: RecordOutcome
declare const provider: BulkRecordProvider

export const wellFormed: ReadonlyArray<RecordOutcome> = [
  { id: 'a', status: 'deleted', evidence: 'reply', effect: 'erased' },
  { id: 'b', status: 'untouched', why: 'aborted' },
]

// @ts-expect-error how it is known that it is gone is part of every `deleted`
export const unproven: RecordOutcome = { id: 'a', status: 'deleted', effect: 'erased' }

// @ts-expect-error what kind of gone it is, too
export const unspecific: RecordOutcome = { id: 'a', status: 'absent', evidence: 'reply' }

// @ts-expect-error a rejected record carries the reason
export const unreasoned: RecordOutcome = { id: 'a', status: 'rejected' }

// @ts-expect-error there is no sixth outcome
export const failed: RecordOutcome = { id: 'a', status: 'failed' }

// @ts-expect-error a word outside the list is no reason to leave a record alone
export const bored: RecordOutcome = { id: 'a', status: 'untouched', why: 'bored' }

// @ts-expect-error presence is a word, so that nobody negates a guess
if (presence(outcome) === true) throw new Error()

// @ts-expect-error outcomes are read, not written
outcome.status = 'deleted'

// @ts-expect-error only a rejected record is sure to have a reason
export const reason: string = outcome.reason.message

// @ts-expect-error silence about a record has to be given a meaning
export const silent: BatchReply = { kind: 'ById', verdicts: [] }

// @ts-expect-error an optional fact is left out, not undefined
export const vague: ProviderError = { tag: 'Throttled', detail: '', retryAfterMs: undefined }

// @ts-expect-error a provider without the job's half may have no followJob
provider.followJob('1', { number: 1, ids: [] }, {})

// @ts-expect-error written for a specification that does not exist
export const future: BulkRecordProvider = { ...provider, specification: 2 }
