import type { BulkRecordProvider } from '../../http-provider.ts'
import type { Scene } from './scene.ts'

/** A case as it is written: for which providers, and what happens. */
export interface CasePlan {
  readonly name: string
  readonly applies: (provider: BulkRecordProvider) => boolean
  readonly play: (scene: Scene) => Promise<void>
}

export const always = (): boolean => true

/** It speaks HTTP through `context.exchange`: what its answers mean is a matter of HTTP, and each request is one of ours. */
export const exchanges = ({ sendsByExchange }: BulkRecordProvider): boolean => sendsByExchange === true

export const reads = ({ findExisting }: BulkRecordProvider): boolean => findExisting !== undefined
