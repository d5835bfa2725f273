import {
  assertAllGone,
  type BulkRecordProvider,
  deleteRecords,
  type Halt,
  planDeletion,
  presence,
  type RecordOutcome,
  type Report,
  type RunEvent,
  streamOutcomes,
} from '../../src/index.ts'

declare const provider: BulkRecordProvider
declare const ids: string[]
declare const outcome: RecordOutcome
declare const report: Report
declare const event: RunEvent
declare const halt: Halt

export const wellFormed: ReadonlyArray<Promise<Report>> = [
  deleteRecords(provider, ids),
  deleteRecords(provider, new Set(ids), {
    concurrency: 8,
    rate: { share: 1 },
    protect: (id) => id.startsWith('keep-'),
  }),
  deleteRecords(provider, new Map<string, number>().keys(), { protect: new Set(ids), verify: 'all' }),
]

// @ts-expect-error one id is no list: its letters would be deleted
deleteRecords(provider, 'an-id')

// @ts-expect-error numbers are no ids
deleteRecords(provider, [1, 2, 3])

// @ts-expect-error an id may be missing from this list
deleteRecords(provider, ['a', undefined])

// @ts-expect-error a list that is still to come has to be awaited
deleteRecords(provider, Promise.resolve(ids))

// @ts-expect-error a generator function has to be called
deleteRecords(provider, function* () {
  yield 'a'
})

// @ts-expect-error a factory is no provider
deleteRecords(() => provider, ids)

// @ts-expect-error ids and provider the other way round
deleteRecords(ids, provider)

// @ts-expect-error a misspelt option would be no option
deleteRecords(provider, ids, { dryrun: true })

// @ts-expect-error there are attempts, the first one included, and no retries
deleteRecords(provider, ids, { retries: 3 })

// @ts-expect-error a number, not its text
deleteRecords(provider, ids, { concurrency: '4' })

// @ts-expect-error how late an effect may come is a fact about a backend, not an option of a run
deleteRecords(provider, ids, { lateEffectMs: 5_000 })

// @ts-expect-error a word, not a boolean
deleteRecords(provider, ids, { verify: true })

// @ts-expect-error there is no third way with duplicates
deleteRecords(provider, ids, { duplicates: 'keep' })

// @ts-expect-error the rate's own words stand in `rate`
deleteRecords(provider, ids, { requestsPerSecond: 5 })

// @ts-expect-error whether an id is protected has to be known at once
deleteRecords(provider, ids, { protect: async () => true })

// @ts-expect-error protected ids are ids
deleteRecords(provider, ids, { protect: [17] })

// @ts-expect-error the controller is not its signal
deleteRecords(provider, ids, { signal: new AbortController() })

// @ts-expect-error a clock that can't sleep
deleteRecords(provider, ids, { clock: { now: () => 0 } })

// @ts-expect-error the report is still to come
deleteRecords(provider, ids).totals

// @ts-expect-error a stream's outcomes are awaited
for (const _ of streamOutcomes(provider, ids)) break

// @ts-expect-error a stream has no length
streamOutcomes(provider, ids).length

// @ts-expect-error a stream is no report
assertAllGone(streamOutcomes(provider, ids))

// @ts-expect-error nor is a promise of one
assertAllGone(deleteRecords(provider, ids))

// @ts-expect-error a plan has no outcomes
planDeletion(provider, ids).then((plan) => plan.outcomes)

// @ts-expect-error presence is asked of an outcome, not of an id
presence('a')

// @ts-expect-error there is no `failed` to count
report.totals.failed

// @ts-expect-error a report is read, not written
report.totals.deleted = 5

// @ts-expect-error outcomes are read, not added
report.outcomes.push(outcome)

// @ts-expect-error only what is gone has evidence
outcome.evidence.length

// @ts-expect-error a record that was left alone may have no reason
if (outcome.status === 'untouched') outcome.reason.message

// @ts-expect-error what is gone needs no reason
if (outcome.status === 'deleted') outcome.reason

// @ts-expect-error not every event has a batch
event.batch.toFixed()

// @ts-expect-error there is no such event
if (event.kind === 'deleted') throw new Error()

// @ts-expect-error a run does not halt for this
if (halt.because === 'aborted') throw new Error()

// @ts-expect-error a halt may have no error of a call
halt.error.tag.trim()

if (outcome.status === 'rejected') {
  const code: string = outcome.reason.code
  // @ts-expect-error the vendor's own status may be unknown
  const status: number = outcome.reason.status
  throw new Error(`${code} ${status}`)
}
