/** Random sequences of calls against a plain model, with the journal closed and opened again in between. */
import { array, assert as check, constant, nat, oneof, property, record, subarray } from 'fast-check'
import type { RecordOutcome } from '../../src/core/contract/outcome.ts'
import { type JournalTarget, type OpenJournal, openJournal } from '../../src/journal/index.ts'
import { assert, suite } from '../support/suite.ts'
import { entries, folder, ids } from './fixtures.ts'

const test = suite('journal: against a model', { deadlineMs: 120_000 })

const size = 24
const places = Array.from({ length: size }, (_, index) => index)

const step = oneof(
  record({ call: constant('send'), most: nat(6), backwards: nat(1) }),
  record({ call: constant('settle'), some: subarray(places), as: nat(3), at: nat(5_000) }),
  record({ call: constant('close'), which: nat(3) }),
  record({ call: constant('job'), which: nat(3) }),
  record({ call: constant('reopen') }),
)

const outcomeOf = (index: number, as: number): RecordOutcome => {
  const id = `id-${index}`
  if (as === 0) return { id, status: 'deleted', evidence: 'reply', effect: 'erased' }
  if (as === 1) return { id, status: 'absent', evidence: 'read-back', effect: 'unknown' }
  if (as === 2)
    return { id, status: 'rejected', reason: { code: 'vendor:LOCKED', message: `${id}: locked`, status: 409 } }
  return {
    id,
    status: 'untouched',
    why: 'too-large',
    reason: { code: 'too-large', message: 'no', requestId: `r-${index % 2}` },
  }
}

/** Without waiting: a property is checked in one go. */
const planAtOnce = (target: JournalTarget): void => {
  target.beginPlan()
  target.addToPlan(entries(ids(size)))
  target.sealPlan({ duplicates: 0, sourceEnded: true })
}

interface ModelBatch {
  readonly indexes: ReadonlyArray<number>
  jobId?: string
}

test('every answer is the model’s', async (context) => {
  const root = folder(context)
  let runs = 0
  await check(
    property(array(step, { minLength: 5, maxLength: 40 }), (steps) => {
      const path = `${root}/${runs++}.db`
      let journal: OpenJournal = openJournal(path)
      planAtOnce(journal.target('cms'))
      const settled = new Map<number, RecordOutcome>()
      const open = new Map<number, ModelBatch>()
      let sent = 0

      const compare = (): void => {
        const target = journal.target('cms')
        const busy = new Set([...open.values()].flatMap(({ indexes }) => indexes))
        const free = places.filter((index) => !settled.has(index) && !busy.has(index))
        for (const [after, most] of [
          [-1, size],
          [5, 3],
          [size, 2],
        ] as const) {
          assert.equal(
            (target.pending(after, most) as ReadonlyArray<{ index: number }>).map(({ index }) => index),
            free.filter((index) => index > after).slice(0, most),
          )
        }
        const doubtful = [...open].flatMap(([number, { indexes, jobId }]) => {
          const records = indexes.filter((index) => !settled.has(index)).map((index) => ({ index, id: `id-${index}` }))
          return records.length === 0
            ? []
            : [{ number, size: indexes.length, at: number * 10, ...(jobId === undefined ? {} : { jobId }), records }]
        })
        assert.equal(target.openBatches(), doubtful)
        assert.is(target.lastBatch(), sent)
        const totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
        for (const { status } of settled.values()) totals[status]++
        assert.equal(target.totals(), totals)
        const outcomes = [...target.outcomes('halted')]
        places.forEach((index) => {
          const known = settled.get(index)
          if (known !== undefined) assert.equal(outcomes[index], known)
          else assert.is(outcomes[index]?.status, busy.has(index) ? 'unconfirmed' : 'untouched')
        })
      }

      for (const given of steps) {
        const target = journal.target('cms')
        const which = 'which' in given ? [...open.keys()][given.which] : undefined
        if (given.call === 'send') {
          const records = target.pending(-1, given.most) as ReadonlyArray<{ index: number }>
          const indexes = records.map(({ index }) => index)
          if (given.backwards === 1) indexes.reverse()
          if (indexes.length === 0) continue
          sent++
          target.intend({ number: sent, indexes, at: sent * 10 })
          open.set(sent, { indexes })
        } else if (given.call === 'settle') {
          const fresh = given.some.filter((index) => !settled.has(index))
          for (const index of fresh) settled.set(index, outcomeOf(index, given.as))
          target.settle(
            fresh.map((index) => ({ index, outcome: outcomeOf(index, given.as), attempts: 1, at: given.at })),
          )
        } else if (given.call === 'close' && which !== undefined) {
          target.closeBatch(which)
          open.delete(which)
        } else if (given.call === 'job' && which !== undefined) {
          target.jobStarted(which, `job-${which}`)
          const batch = open.get(which)
          if (batch !== undefined) batch.jobId = `job-${which}`
        } else if (given.call === 'reopen') {
          journal.close()
          journal = openJournal(path)
        }
        compare()
      }
      journal.close()
    }),
    { numRuns: 80 },
  )
})
