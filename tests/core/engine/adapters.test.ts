import * as E from 'fp-ts/lib/Either.js'
import {
  type BulkRecordProvider,
  deleteRecords,
  type RecordOutcome,
  type Report,
  streamOutcomes,
} from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { checkBooks, counts, fastClock, listener, many, realSleep, tally } from './harness.ts'

/** Adapters with bugs in them. Whatever they do, a run ends, every record has one outcome, and none is made up. */
const test = suite('adapters')

type Deletion = BulkRecordProvider['deleteBatch']
type Answer = Awaited<ReturnType<ReturnType<Deletion>>>

const allDeleted: Answer = E.right({ kind: 'AllDeleted' })

const adapter = (deleteBatch: unknown, more: Readonly<Record<string, unknown>> = {}): BulkRecordProvider =>
  ({
    specification: 1,
    name: 'buggy',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 5,
      atomicity: 'per-record',
      replay: 'unsafe',
      effect: 'erased',
      lateEffectMs: 50,
      ...(more['capabilities'] as object | undefined),
    },
    isValidId: () => true,
    deleteBatch,
    ...Object.fromEntries(Object.entries(more).filter(([name]) => name !== 'capabilities')),
  }) as BulkRecordProvider

const ids = many(12, (n) => `r${n}`)

const run = async (provider: BulkRecordProvider, options = {}): Promise<Report> => {
  const report = await deleteRecords(provider, ids, { clock: fastClock(500), drainMs: 500, ...options })
  checkBooks(report, ids)
  return report
}

test('a deletion that throws, rejects or returns what is no answer: a defect, and in doubt', async () => {
  const bugs: Readonly<Record<string, unknown>> = {
    throws: () => {
      throw new Error('oops')
    },
    'throws later': () => () => {
      throw new Error('oops')
    },
    rejects: () => () => Promise.reject(new Error('oops')),
    'rejects with nothing': () => () => Promise.reject(undefined),
    'returns nothing': () => undefined,
    'returns a promise of nothing': () => async () => undefined,
    'returns null': () => async () => null,
    'returns a bare reply': () => async () => ({ kind: 'AllDeleted' }),
    'returns an unknown kind': () => async () => E.right({ kind: 'Perhaps' }),
    'returns nothing right': () => async () => E.right(undefined),
    'returns an unknown error': () => async () => E.left({ tag: 'Tired', detail: 'later' }),
    'returns an error without a tag': () => async () => E.left(new Error('oops')),
    'returns verdicts that are none': () => async () => E.right({ kind: 'ByPosition', verdicts: Array(5).fill(null) }),
    'starts a job that it can not follow': () => async () => E.right({ kind: 'JobStarted', jobId: '1' }),
  }
  for (const [name, deleteBatch] of Object.entries(bugs)) {
    const report = await run(adapter(deleteBatch))
    assert.is(report.halted?.because, 'defect', name)
    assert.is(report.totals.deleted + report.totals.absent + report.totals.rejected, 0, name)
    assert.ok(report.totals.unconfirmed > 0, name)
  }
})

test('a deletion that does nothing, for ever: unconfirmed after the time-out', async () => {
  const report = await run(adapter(() => () => new Promise(() => {})))
  assert.equal(tally(report.outcomes), { unconfirmed: 12 })
})

test('an answer that comes when nobody waits any more changes nothing', async () => {
  const late: Array<() => void> = []
  const provider = adapter(() => () => new Promise<Answer>((resolve) => late.push(() => resolve(allDeleted))))
  const report = await run(provider, { callTimeoutMs: 500 })
  const before = structuredClone(report)
  for (const answer of late) answer()
  await realSleep(20)
  assert.equal(report, before)
})

test('an adapter that sorts, empties or swaps what it was given can not mix up the records', async () => {
  const mutations: Readonly<Record<string, (sent: string[]) => void>> = {
    sorts: (sent) => void sent.sort().reverse(),
    empties: (sent) => void sent.splice(0),
    swaps: (sent) => {
      sent[0] = 'another'
    },
    adds: (sent) => void sent.push('another'),
  }
  for (const [name, mutate] of Object.entries(mutations)) {
    const gone = new Set<string>()
    const provider = adapter((batch: { ids: string[] }) => async () => {
      const sent = [...batch.ids]
      mutate(batch.ids)
      // What is odd is gone, what is even is refused; said in the order in which it was sent.
      const verdicts = sent.map((id) => {
        const odd = Number(id.slice(1)) % 2 === 1
        if (odd) gone.add(id)
        return odd ? { is: 'deleted' } : { is: 'rejected', reason: { code: 'even', message: 'it is even' } }
      })
      return E.right({ kind: 'ByPosition', verdicts })
    })
    const report = await run(provider)
    for (const { id, status } of report.outcomes) {
      assert.ok(status !== 'deleted' || gone.has(id), `${name}: ${id} is there`)
      assert.ok(status !== 'rejected' || !gone.has(id), `${name}: ${id} is gone`)
    }
  }
})

test('what an adapter says of an id may throw: the run halts and nothing is guessed', async () => {
  for (const member of ['isValidId', 'identityOf', 'weigh'] as const) {
    let sent = 0
    const provider = adapter(
      (batch: { ids: string[] }) => async () => {
        sent += batch.ids.length
        return allDeleted
      },
      {
        // What weighs how much is asked where a length is limited.
        capabilities: { maxUrlBytes: 1_000 },
        [member]: (id: string) => {
          if (id === 'r7') throw new Error(`${member} has a bug`)
          return member === 'identityOf' ? id : member === 'isValidId' ? true : { urlBytes: 1, bodyBytes: 1 }
        },
      },
    )
    const { of, onEvent } = listener()
    const report = await run(provider, { concurrency: 1, onEvent })
    assert.ok(report.halted !== undefined, member)
    assert.match(report.halted?.detail ?? '', `${member} has a bug`)
    assert.is(report.totals.deleted, sent, member)
    assert.is(of('run-ended').length, 1)
  }
})

test('a stream over an adapter with a bug ends, too', async () => {
  const provider = adapter(() => async () => allDeleted, {
    capabilities: { maxBodyBytes: 1_000 },
    weigh: () => {
      throw new Error('a bug')
    },
  })
  const outcomes: RecordOutcome[] = []
  for await (const outcome of streamOutcomes(provider, ids)) outcomes.push(outcome)
  assert.is(outcomes.length, 12)
  assert.equal(Object.keys(tally(outcomes)), ['untouched: halted'])
})

test('a reader that throws or lists what nobody asked for', async () => {
  const readers: Readonly<Record<string, unknown>> = {
    throws: () => {
      throw new Error('oops')
    },
    'returns nothing': () => async () => E.right(undefined),
    'lists others': () => async () => E.right(new Set(['x', 'y'])),
    'lists nothing': () => async () => E.right(new Set()),
    'never answers': () => () => new Promise(() => {}),
  }
  for (const [name, findExisting] of Object.entries(readers)) {
    const provider = adapter(() => async () => E.left({ tag: 'Interrupted', detail: 'lost' }), { findExisting })
    const report = await run(provider, { callTimeoutMs: 500 })
    const { deleted, absent, rejected } = report.totals
    assert.is(deleted + absent + rejected, 0, `${name}: ${JSON.stringify(counts(report))}`)
  }
})

test('a reader that has listed records, and then lists others: what it leaves out is not gone for that', async () => {
  let looks = 0
  const findExisting =
    ({ ids: asked }: { ids: string[] }) =>
    async () =>
      E.right(new Set(looks++ === 0 ? asked : ['x', 'y']))
  const provider = adapter(() => async () => E.left({ tag: 'Interrupted', detail: 'lost' }), { findExisting })
  const report = await run(provider, { callTimeoutMs: 500 })
  assert.ok(looks > 1)
  assert.equal(tally(report.outcomes), { unconfirmed: 12 })
})

test('a job that is followed with a bug: never untouched', async () => {
  const followers: Readonly<Record<string, unknown>> = {
    throws: () => {
      throw new Error('oops')
    },
    'returns nothing': () => async () => undefined,
    'returns an unknown state': () => async () => E.right({ kind: 'Resting' }),
    'never answers': () => () => new Promise(() => {}),
    'is denied': () => async () => E.left({ tag: 'Denied', status: 403, detail: 'no' }),
    'is refused': () => async () =>
      E.left({ tag: 'Refused', status: 404, detail: 'no', culprits: [], blames: 'absent' }),
    'is throttled': () => async () => E.left({ tag: 'Throttled', detail: 'later' }),
    'is too large': () => async () => E.left({ tag: 'TooLarge', detail: 'too long' }),
    'asks for ever': () => async () => E.right({ kind: 'Pending' }),
    'asks again at once': () => async () => E.right({ kind: 'Pending', askAgainMs: 0 }),
    'asks again before': () => async () => E.right({ kind: 'Pending', askAgainMs: -5 }),
    'asks again never': () => async () => E.right({ kind: 'Pending', askAgainMs: Number.NaN }),
  }
  for (const [name, followJob] of Object.entries(followers)) {
    const provider = adapter(() => async () => E.right({ kind: 'JobStarted', jobId: '1' }), { followJob })
    const report = await run(provider, { callTimeoutMs: 500, jobDeadlineMs: 2_000, concurrency: 3 })
    assert.equal(tally(report.outcomes), { unconfirmed: 12 }, name)
  }
})

test('"send again" with a wait that is none', async () => {
  for (const retryAfterMs of [Number.NaN, -1, 0]) {
    let sendings = 0
    const provider = adapter((batch: { ids: string[] }) => async () => {
      sendings++
      return E.right({ kind: 'ByPosition', verdicts: batch.ids.map(() => ({ is: 'again', retryAfterMs })) })
    })
    const report = await run(provider)
    assert.equal(tally(report.outcomes), { 'untouched: throttled': 12 })
    assert.is(report.halted?.because, 'unavailable')
    assert.ok(sendings <= 120, `${sendings} sendings in ten minutes`)
  }
})

test('a throttle with a wait that is none', async () => {
  for (const retryAfterMs of [Number.NaN, -1, 0]) {
    let sendings = 0
    const provider = adapter(() => async () => {
      sendings++
      return E.left({ tag: 'Throttled', detail: 'later', retryAfterMs })
    })
    const report = await run(provider)
    assert.equal(tally(report.outcomes), { 'untouched: throttled': 12 })
    assert.is(report.halted?.because, 'unavailable')
    assert.ok(sendings <= 50, `${sendings} sendings in ten minutes`)
  }
})

test('every answer is lost: the retry budget ends the run, not the list', async () => {
  let sendings = 0
  const provider = adapter(
    () => async () => {
      sendings++
      return E.left({ tag: 'Interrupted', detail: 'lost' })
    },
    { capabilities: { replay: 'safe', maxBatchSize: 1 } },
  )
  const list = many(5_000, (n) => `r${n}`)
  const report = await deleteRecords(provider, list, { clock: fastClock(1_000) })
  checkBooks(report, list)
  assert.is(report.halted?.because, 'unavailable')
  assert.ok(sendings <= 120, `${sendings} sendings`)
  assert.is(report.totals.deleted, 0)
  assert.ok(report.totals.unconfirmed <= sendings)
})

/** A backend in which a record can go only after those that refer to it. */
const referring = (refers: (n: number) => ReadonlyArray<number>, count: number, more = {}) => {
  const existing = new Set(many(count, (n) => `r${n}`))
  const referred = new Map<string, string[]>()
  for (let n = 0; n < count; n++)
    for (const to of refers(n)) referred.set(`r${to}`, [...(referred.get(`r${to}`) ?? []), `r${n}`])
  const sendings: number[] = []
  const provider = adapter(
    (batch: { ids: ReadonlyArray<string> }) => async () => {
      sendings.push(batch.ids.length)
      const verdicts = batch.ids.map((id) => {
        if (!existing.has(id)) return { is: 'absent' }
        if ((referred.get(id) ?? []).some((other) => existing.has(other)))
          return { is: 'rejected', reason: { code: 'referred', message: 'another record refers to it' } }
        existing.delete(id)
        return { is: 'deleted' }
      })
      return E.right({ kind: 'ByPosition', verdicts })
    },
    { capabilities: { maxBatchSize: 10, curableByOrder: ['referred'], ...more } },
  )
  return { provider, existing, sendings }
}

test('what another record of the list still refers to goes again when that one is gone', async () => {
  const list = many(60, (n) => `r${n}`)
  const shapes: Readonly<Record<string, (n: number) => ReadonlyArray<number>>> = {
    'a parent before its children': (n) => (n % 6 === 0 ? [] : [n - (n % 6)]),
    'a chain, from its end': (n) => (n % 10 === 0 ? [] : [n - 1]),
  }
  for (const [name, refers] of Object.entries(shapes)) {
    const { provider, existing, sendings } = referring(refers, 60)
    const report = await deleteRecords(provider, list, { clock: fastClock(500) })
    checkBooks(report, list)
    for (const { id, status } of report.outcomes) assert.is(existing.has(id), status === 'rejected', `${name} ${id}`)
    assert.equal(counts(report), { deleted: 60 }, name)
    assert.ok(sendings.length <= 40, `${name}: ${sendings.length} sendings`)
  }
})

test('a circle of references is rejected, with the reason, and not tried for ever', async () => {
  const list = many(30, (n) => `r${n}`)
  const { provider, sendings } = referring((n) => (n < 10 ? [(n + 1) % 10] : []), 30)
  const report = await deleteRecords(provider, list, { clock: fastClock(500) })
  assert.equal(tally(report.outcomes), { rejected: 10, 'deleted by reply': 20 })
  assert.ok(sendings.length <= 10, `${sendings.length} sendings`)
  for (const outcome of report.outcomes) if (outcome.status === 'rejected') assert.is(outcome.reason.code, 'referred')
})

test('aborted while some wait for others to go: they are rejected, as they were', async () => {
  const list = many(30, (n) => `r${n}`)
  const { provider, existing } = referring((n) => (n % 10 === 0 ? [] : [n - (n % 10)]), 30)
  const controller = new AbortController()
  const report = await deleteRecords(provider, list, {
    concurrency: 1,
    signal: controller.signal,
    onEvent: (event) => event.kind === 'batch-sent' && event.batch === 3 && controller.abort(),
  })
  checkBooks(report, list)
  for (const { id, status } of report.outcomes) assert.is(existing.has(id), status !== 'deleted', id)
  assert.is(report.totals.unconfirmed, 0)
})
