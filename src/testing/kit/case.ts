import type { BulkRecordProvider } from '../../http-provider.ts'
import type { Play, Scene } from './scene.ts'
import type { ContractSubject } from './subject.ts'

/** A case as it is written. */
export interface CasePlan extends Play {
  readonly name: string
  /** Why it can't apply to this provider, told before anything is started; undefined: it can. */
  readonly unless?: (provider: BulkRecordProvider, subject: ContractSubject) => string | undefined
}

export const unlessReads = ({ findExisting }: BulkRecordProvider): string | undefined =>
  findExisting === undefined ? 'its provider can not read' : undefined

export const unlessReadsContent = ({ readContent }: BulkRecordProvider): string | undefined =>
  readContent === undefined ? 'its provider can not read what a record holds' : undefined

export const unlessFollows = ({ followJob }: BulkRecordProvider): string | undefined =>
  followJob === undefined ? 'its provider follows no jobs' : undefined

export const unlessAtomic = ({ capabilities }: BulkRecordProvider): string | undefined =>
  capabilities.atomicity === 'all-or-nothing' ? undefined : 'its provider deletes each record by itself'

export const unlessPerRecord = ({ capabilities }: BulkRecordProvider): string | undefined =>
  capabilities.atomicity === 'per-record' ? undefined : 'its batches are all or nothing'

export const unlessSafe = ({ capabilities }: BulkRecordProvider): string | undefined =>
  capabilities.replay === 'safe' ? undefined : 'a deletion of its backend must not be sent twice'

export const unlessUnsafe = ({ capabilities }: BulkRecordProvider): string | undefined =>
  capabilities.replay === 'unsafe' ? undefined : 'a deletion of its backend may be sent twice'

export const unlessMany = ({ capabilities }: BulkRecordProvider): string | undefined =>
  capabilities.maxBatchSize > 1 ? undefined : 'its requests carry one record'

/**
 * Whether the adapter sees every answer as it came. What an SDK throws may tell nothing of a status or a header: then it
 * is enough that nothing is guessed.
 */
export const seesAnswers = ({ provider }: Scene): boolean => provider.sendsByExchange === true
