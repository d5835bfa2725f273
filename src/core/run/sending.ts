import type { TaskEither } from 'fp-ts/lib/TaskEither.js'
import type { ProviderError } from '../contract/error.ts'
import type { Batch, CallContext } from '../contract/provider.ts'
import type { OpenRecord } from '../intake/work.ts'
import { type Called, callMember } from './call.ts'
import type { Run } from './run.ts'

/** Nothing was sent: it could not be put on record, and the run is halting. */
export const notOnRecord = Symbol('not on record')

/**
 * Calls a member that deletes, having put on record what it is about to send: as late as the provider allows, because a
 * doubt counts from then.
 */
export const callDeleting = async <A>(
  run: Run,
  batch: Batch,
  records: ReadonlyArray<OpenRecord>,
  member: (context: CallContext) => TaskEither<ProviderError, A>,
): Promise<Called<A> | typeof notOnRecord> => {
  run.experience.batches = Math.max(run.experience.batches, batch.number)
  for (const record of records) record.sendings++
  const { recorder, provider } = run
  if (!recorder.isKept) return callMember(run, 0, member)
  const intend = () => recorder.intend(batch, records)
  if (provider.sendsByExchange !== undefined) return callMember(run, 0, member, intend)
  return (await intend()) ? callMember(run, 0, member) : notOnRecord
}
