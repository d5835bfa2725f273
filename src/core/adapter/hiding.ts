import type { BulkRecordProvider } from '../contract/provider.ts'
import { scrubber, scrubVerdict } from '../http/scrub.ts'
import { asItIs, guarded, scrubBatchReply, scrubContents, scrubJobState, scrubPlace, withSoundJob } from './caught.ts'

/**
 * A provider with more secrets taken out of what its members say: those that whoever uses it has handed it, and that it may not
 * know for such. `secrets` is asked each time.
 */
export const hidingSecrets = (provider: BulkRecordProvider, secrets: () => Iterable<string>): BulkRecordProvider => {
  const scrub = scrubber(secrets)
  const { identify, followJob, findExisting, diagnose, readContent, identityOf, weigh } = provider
  const hiding: Partial<BulkRecordProvider> = {
    isValidId: (id) => provider.isValidId(id),
    deleteBatch: (batch, context) =>
      guarded(scrub, scrubBatchReply, async () => withSoundJob(await provider.deleteBatch(batch, context)(), scrub)),
    ...(identityOf && { identityOf: (id) => identityOf.call(provider, id) }),
    ...(weigh && { weigh: (id) => weigh.call(provider, id) }),
    ...(identify && { identify: (context) => guarded(scrub, scrubPlace, () => identify.call(provider, context)()) }),
    ...(followJob && {
      followJob: (job, batch, context) =>
        guarded(scrub, scrubJobState, () => followJob.call(provider, job, batch, context)()),
    }),
    ...(findExisting && {
      findExisting: (batch, context) => guarded(scrub, asItIs, () => findExisting.call(provider, batch, context)()),
    }),
    ...(readContent && {
      readContent: (batch, context) =>
        guarded(scrub, scrubContents, () => readContent.call(provider, batch, context)()),
    }),
    ...(diagnose && {
      diagnose: (id, context) => guarded(scrub, scrubVerdict, () => diagnose.call(provider, id, context)()),
    }),
  }
  return Object.assign(Object.create(provider), hiding) as BulkRecordProvider
}
