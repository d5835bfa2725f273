import type { BulkRecordProvider } from '../http-provider.ts'
import type { Scene } from './scene.ts'

/** A case as it is written: for which providers, and what happens. */
export interface CasePlan {
  readonly name: string
  readonly applies: (provider: BulkRecordProvider) => boolean
  readonly play: (scene: Scene) => Promise<void>
}

export const always = (): boolean => true

/** It speaks HTTP through `context.exchange`, so the relay can break its line. */
export const exchanges = ({ sendsByExchange }: BulkRecordProvider): boolean => sendsByExchange === true

export const reads = ({ findExisting }: BulkRecordProvider): boolean => findExisting !== undefined
