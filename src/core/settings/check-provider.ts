import { UsageError } from '../contract/error.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import { isPositive, isWhole, show } from './checks.ts'

/** Throws `UsageError` for what is no provider, or declares what can't be. */
export const checkProvider = (provider: BulkRecordProvider): void => {
  if (typeof provider !== 'object' || provider === null || typeof provider.deleteBatch !== 'function') {
    throw new UsageError('the first argument must be a provider, such as datoCms({ … }): it has no deleteBatch')
  }
  if (provider.specification !== 1) {
    throw new UsageError(
      `${String(provider.name)} is written for specification ${String(provider.specification)}, this version of expunge takes 1: use a matching release of either`,
    )
  }
  if (typeof provider.isValidId !== 'function') throw new UsageError(`${provider.name} has no isValidId(id)`)
  checkCapabilities(provider)
}

/** Facts that can't be would make a run wait, or loop, for ever. */
const checkCapabilities = ({ name, capabilities }: BulkRecordProvider): void => {
  if (typeof capabilities !== 'object' || capabilities === null)
    throw new UsageError(`${name} declares no capabilities`)
  const { maxBatchSize, maxConcurrency, maxJobs, maxUrlBytes, maxBodyBytes, lateEffectMs, readLagMs, rate } =
    capabilities
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1) {
    throw new UsageError(`${name} declares maxBatchSize ${show(maxBatchSize)}: it must be a whole number of at least 1`)
  }
  for (const [fact, value] of Object.entries({ maxConcurrency, maxJobs, maxUrlBytes, maxBodyBytes })) {
    if (value !== undefined && !isWhole(value, 1))
      throw new UsageError(`${name} declares ${fact} ${show(value)}: it must be a whole number of at least 1`)
  }
  for (const [fact, value] of Object.entries({ lateEffectMs, readLagMs })) {
    if (value !== undefined && !(typeof value === 'number' && value >= 0))
      throw new UsageError(`${name} declares ${fact} ${show(value)}: it must be a number of at least 0`)
  }
  if (rate !== undefined && !(isWhole(rate?.requests, 1) && isPositive(rate?.perMs)))
    throw new UsageError(`${name} declares rate ${show(rate)}: it must be { requests, perMs }, both over 0`)
}
