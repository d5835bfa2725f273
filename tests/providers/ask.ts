import type * as E from 'fp-ts/lib/Either.js'
import {
  type BatchReply,
  type BulkRecordProvider,
  type Existing,
  type JobStarted,
  type JobState,
  type Place,
  type ProviderError,
  UsageError,
} from '../../src/http-provider.ts'
import { callContext } from '../support/context.ts'
import { type Answer, listen, type SeenRequest } from '../support/listen.ts'
import { assert } from '../support/suite.ts'

/** The members of a provider, asked one call at a time, against a server that answers as it is told. */
export interface Asked {
  readonly requests: ReadonlyArray<SeenRequest>
  readonly remove: (...ids: ReadonlyArray<string>) => Promise<E.Either<ProviderError, BatchReply | JobStarted>>
  readonly follow: (
    jobId: string,
    ...ids: ReadonlyArray<string>
  ) => Promise<E.Either<ProviderError, JobState> | undefined>
  readonly look: (...ids: ReadonlyArray<string>) => Promise<E.Either<ProviderError, Existing> | undefined>
  readonly identify: () => Promise<E.Either<ProviderError, Place> | undefined>
}

export const ask = async (
  after: (closer: () => unknown) => void,
  make: (baseUrl: string) => BulkRecordProvider,
  answer: Answer | ((request: SeenRequest, count: number) => Answer),
): Promise<Asked> => {
  const server = await listen((request, count) => (typeof answer === 'function' ? answer(request, count) : answer))
  after(server.close)
  const provider = make(server.url)
  return {
    requests: server.requests,
    remove: (...ids) => provider.deleteBatch({ number: 1, ids }, callContext())(),
    follow: async (jobId, ...ids) => provider.followJob?.(jobId, { number: 1, ids }, callContext())(),
    look: async (...ids) => provider.findExisting?.({ number: 1, ids }, callContext())(),
    identify: async () => provider.identify?.(callContext())(),
  }
}

/** Every one of these is refused with `UsageError`, in words that say what is wrong. */
export const refusesOptions = <Config>(
  make: (config: Config) => BulkRecordProvider,
  fine: Config,
  wrong: ReadonlyArray<readonly [Readonly<Record<string, unknown>>, string]>,
): void => {
  for (const [options, says] of wrong) {
    assert.throws(
      () => make({ ...fine, ...options } as Config),
      (error: unknown) => error instanceof UsageError && error.message.includes(says),
      `${JSON.stringify(options)}: ${says}`,
    )
  }
}
