import { startUuidList, type UuidListEmulator } from '../../../src/emulators/index.ts'
import {
  type BulkRecordProvider,
  deleteRecords,
  type Ids,
  planDeletion,
  type RunOptions,
  streamOutcomes,
  UsageError,
  uuidList,
} from '../../../src/index.ts'
import { assert, rejection, suite } from '../../support/suite.ts'
import { counts, many, uuid } from './harness.ts'

const test = suite('misuse')

const ids = many(5, uuid)

/** Every way to misuse the three functions, given what a run needs; each must be refused before the first request. */
const misuses = (provider: BulkRecordProvider): Readonly<Record<string, [unknown, unknown, unknown, RegExp]>> => {
  const option = (options: unknown, says: RegExp): [unknown, unknown, unknown, RegExp] => [provider, ids, options, says]
  const source = (given: unknown): [unknown, unknown, unknown, RegExp] => [provider, given, {}, /ids must be/]
  const adapter = (given: unknown, says: RegExp): [unknown, unknown, unknown, RegExp] => [given, ids, {}, says]
  return {
    'a batchSize over the limit': option({ batchSize: 201 }, /batchSize is 201, but uuid-list takes at most 200/),
    'a batchSize of 0': option({ batchSize: 0 }, /batchSize must be a whole number of at least 1, not 0/),
    'a batchSize without end': option({ batchSize: Number.POSITIVE_INFINITY }, /batchSize/),
    'a concurrency of 0': option({ concurrency: 0 }, /concurrency must be a whole number of at least 1, not 0/),
    'a negative concurrency': option({ concurrency: -1 }, /concurrency/),
    'half a concurrency': option({ concurrency: 1.5 }, /concurrency/),
    'a concurrency that is no number': option({ concurrency: Number.NaN }, /concurrency/),
    'a concurrency in quotes': option({ concurrency: '4' }, /concurrency must be .+, not "4"/),
    'a concurrency of null': option({ concurrency: null }, /concurrency/),
    'no attempts': option({ attempts: 0 }, /attempts/),
    'a time-out of 0': option({ callTimeoutMs: 0 }, /callTimeoutMs/),
    'a deadline of 0': option({ jobDeadlineMs: 0 }, /jobDeadlineMs/),
    'a negative drain': option({ drainMs: -1 }, /drainMs/),
    'no jobs': option({ maxJobs: 0 }, /maxJobs/),
    'negative diagnoses': option({ diagnoses: -1 }, /diagnoses/),
    'a negative maxRecords': option({ maxRecords: -1 }, /maxRecords/),
    'maxRecords as a text': option({ maxRecords: '10' }, /maxRecords/),
    'a rate that is a number': option({ rate: 5 }, /rate must be an object/),
    'a rate of null': option({ rate: null }, /rate must be an object/),
    'a share of 0': option({ rate: { share: 0 } }, /rate\.share/),
    'a share over 1': option({ rate: { share: 1.1 } }, /rate\.share/),
    'a share that is no number': option({ rate: { share: 'all' } }, /rate\.share/),
    'no requests a second': option({ rate: { requestsPerSecond: 0 } }, /rate\.requestsPerSecond/),
    'an unknown word in rate': option({ rate: { requestPerSecond: 1 } }, /unknown option "rate\.requestPerSecond"/),
    'an unknown option': option({ retries: 3 }, /unknown option "retries": known are .*attempts/),
    'an option in another case': option({ dryrun: true }, /unknown option "dryrun"/),
    'a dryRun that is not a boolean': option({ dryRun: 'false' }, /dryRun must be one of true, false, not "false"/),
    'a dryRun of 0': option({ dryRun: 0 }, /dryRun/),
    'unknown duplicates': option({ duplicates: 'keep' }, /duplicates must be one of "drop", "allow"/),
    'an unknown verify': option({ verify: true }, /verify must be one of/),
    'protect as a text': option({ protect: uuid(1) }, /protect must be an iterable/),
    'protect as a number': option({ protect: 5 }, /protect must be an iterable/),
    'protect of null': option({ protect: null }, /protect must be an iterable/),
    'protect with numbers in it': option({ protect: [uuid(1), 17] }, /protect must hold strings, .* is 17/),
    'protect that throws': option(
      {
        // biome-ignore lint/correctness/useYield: it breaks before it begins
        protect: (function* () {
          throw new Error('the list is gone')
        })(),
      },
      /protect .*the list is gone/,
    ),
    'a signal that is none': option({ signal: {} }, /signal must be an AbortSignal/),
    'a controller for a signal': option({ signal: new AbortController() }, /signal must be an AbortSignal/),
    'a signal of null': option({ signal: null }, /signal must be an AbortSignal/),
    'a listener that is no function': option({ onEvent: 'log' }, /onEvent must be a function/),
    'a clock that only tells the time': option({ clock: { now: () => 0 } }, /clock must have/),
    'a clock of null': option({ clock: null }, /clock must have/),
    'a random that is a number': option({ random: 0.5 }, /random must be a function/),
    'options of null': option(null, /options must be an object/),
    'options that are a number': option(4, /options must be an object/),
    'options that are a text': option('fast', /option/),
    'ids left out': source(undefined),
    'ids of null': source(null),
    'one id': source(uuid(1)),
    'a number for ids': source(5),
    'an object for ids': source({ 0: uuid(1), length: 1 }),
    'a promise of ids': source(Promise.resolve(ids)),
    'a generator function': source(function* () {
      yield uuid(1)
    }),
    'no provider': adapter(undefined, /provider/),
    'a provider of null': adapter(null, /provider/),
    'a factory for a provider': adapter(uuidList, /provider/),
    'an empty provider': adapter({}, /provider/),
    'another specification': adapter({ ...provider, specification: 2 }, /written for specification 2/),
    'no specification': adapter({ ...provider, specification: undefined }, /specification/),
    'a provider without capabilities': adapter({ ...provider, capabilities: undefined }, /capabilities/),
    'a provider that takes no batch': adapter(
      { ...provider, capabilities: { ...provider.capabilities, maxBatchSize: 0 } },
      /maxBatchSize/,
    ),
    'a provider without isValidId': adapter({ ...provider, isValidId: undefined }, /isValidId/),
  }
}

const start = async (after: (closer: () => unknown) => void): Promise<[UuidListEmulator, BulkRecordProvider]> => {
  const emulator = await startUuidList()
  after(emulator.close)
  emulator.seed(ids)
  return [emulator, uuidList(emulator.options)]
}

test('deleteRecords rejects with UsageError, before any request', async ({ after }) => {
  const [emulator, provider] = await start(after)
  for (const [name, [given, source, options, says]] of Object.entries(misuses(provider))) {
    const error = await rejection(deleteRecords(given as BulkRecordProvider, source as Ids, options as RunOptions))
    assert.instance(error, UsageError, `${name}: ${error}`)
    assert.match((error as Error).message, says, name)
  }
  assert.is(emulator.calls.length, 0)
})

test('planDeletion rejects with UsageError', async ({ after }) => {
  const [emulator, provider] = await start(after)
  for (const [name, [given, source, options, says]] of Object.entries(misuses(provider))) {
    const error = await rejection(planDeletion(given as BulkRecordProvider, source as Ids, options as RunOptions))
    assert.instance(error, UsageError, `${name}: ${error}`)
    assert.match((error as Error).message, says, name)
  }
  assert.is(emulator.calls.length, 0)
})

test('streamOutcomes throws UsageError at once', async ({ after }) => {
  const [emulator, provider] = await start(after)
  for (const [name, [given, source, options, says]] of Object.entries(misuses(provider))) {
    try {
      streamOutcomes(given as BulkRecordProvider, source as Ids, options as RunOptions)
    } catch (error) {
      assert.instance(error, UsageError, `${name}: ${error}`)
      assert.match((error as Error).message, says, name)
      continue
    }
    assert.unreachable(`${name} was let through`)
  }
  assert.is(emulator.calls.length, 0)
})

test('an option that is undefined is an option left out', async ({ after }) => {
  const [emulator, provider] = await start(after)
  const left = ['concurrency', 'batchSize', 'rate', 'protect', 'signal', 'onEvent', 'clock', 'random', 'dryRun']
  const options = Object.fromEntries(left.map((name) => [name, undefined]))
  const report = await deleteRecords(provider, ids, options as RunOptions)
  assert.equal(counts(report), { deleted: 5 })
  assert.is(emulator.existing().size, 0)
})

test('the widest options are taken', async ({ after }) => {
  const [, provider] = await start(after)
  const endless = Number.POSITIVE_INFINITY
  const options = { concurrency: endless, attempts: endless, drainMs: endless, maxJobs: endless, maxRecords: endless }
  const report = await deleteRecords(provider, ids, {
    ...options,
    jobDeadlineMs: endless,
    rate: { share: 1, requestsPerSecond: endless },
  })
  assert.equal(counts(report), { deleted: 5 })
})
