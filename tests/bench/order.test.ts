import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../../src/core/contract/error.ts'
import type { BatchReply, BulkRecordProvider } from '../../src/core/contract/provider.ts'
import { collect } from '../../src/core/engine/stream.ts'
import type { RunOptions } from '../../src/core/settings/options.ts'
import { virtualClock } from '../../src/testing/backends/virtual-clock.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('order within a list', { deadlineMs: 20_000 })

/** How a backend looks at a batch of which some refer to others of it. */
type Sees =
  /** One record after the other: what went before is gone. */
  | 'in turn'
  /** All as they are before the request: a child of the same batch still refers to its parent. */
  | 'as before'
  /** The batch as a set: children that go too are no hindrance. */
  | 'as a set'

type Speaks = 'by id' | 'counts' | 'names the first' | 'anonymous'

interface World {
  readonly provider: BulkRecordProvider
  readonly left: Set<string>
  readonly deletions: Array<ReadonlyArray<string>>
  readonly refusals: Map<string, number>
}

interface Scene {
  readonly speaks: Speaks
  readonly sees: Sees
  /** Who has to go before a record can. */
  readonly children: ReadonlyMap<string, ReadonlyArray<string>>
  readonly locked?: ReadonlySet<string>
}

const curable = { code: 'in-use', message: 'another record refers to it' }
const locked = { code: 'locked', message: 'an editor has locked it' }

const world = (ids: ReadonlyArray<string>, scene: Scene): World => {
  const { speaks, sees, children } = scene
  const left = new Set(ids)
  const deletions: Array<ReadonlyArray<string>> = []
  const refusals = new Map<string, number>()
  const reasonFor = (id: string, present: (id: string) => boolean) => {
    if (scene.locked?.has(id)) return locked
    return (children.get(id) ?? []).some(present) ? curable : undefined
  }
  const refuse = (id: string) => void refusals.set(id, (refusals.get(id) ?? 0) + 1)

  const eachAlone = (batch: ReadonlyArray<string>): BatchReply => {
    const before = new Set(left)
    const together = new Set(batch)
    const isThere = {
      'in turn': (id: string) => left.has(id),
      'as before': (id: string) => before.has(id),
      'as a set': (id: string) => left.has(id) && !together.has(id),
    }[sees]
    let deleted = 0
    const verdicts = batch.map((id) => {
      const reason = reasonFor(id, isThere)
      if (reason === undefined && left.delete(id)) deleted++
      if (reason !== undefined) refuse(id)
      return reason === undefined ? { id, is: 'deleted' as const } : { id, is: 'rejected' as const, reason }
    })
    if (speaks === 'counts') return { kind: 'Tally', deleted, failed: batch.length - deleted }
    return { kind: 'ById', verdicts, silence: 'unconfirmed' }
  }
  const allOrNothing = (batch: ReadonlyArray<string>): E.Either<ProviderError, BatchReply> => {
    const rest = new Set(left)
    const together = new Set(batch)
    const isThere = {
      'in turn': (id: string) => rest.has(id),
      'as before': (id: string) => left.has(id),
      'as a set': (id: string) => left.has(id) && !together.has(id),
    }[sees]
    for (const id of batch) {
      const reason = reasonFor(id, isThere)
      rest.delete(id)
      if (reason === undefined) continue
      refuse(id)
      const culprits = speaks === 'names the first' ? [{ id, is: 'rejected', reason } as const] : []
      return E.left({ tag: 'Refused', status: 409, detail: reason.message, culprits, blames: 'rejected', reason })
    }
    for (const id of batch) left.delete(id)
    return E.right({ kind: 'AllDeleted' })
  }

  const perRecord = speaks === 'by id' || speaks === 'counts'
  const answers = new Map<string, BatchReply>()
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'model',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 200,
      atomicity: perRecord ? 'per-record' : 'all-or-nothing',
      replay: 'safe',
      effect: 'erased',
      curableByOrder: speaks === 'counts' ? ['in-use', 'counted-failed'] : ['in-use'],
    },
    isValidId: () => true,
    deleteBatch:
      ({ number, ids: batch }) =>
      async () => {
        deletions.push(batch)
        if (!perRecord) return allOrNothing(batch)
        if (speaks === 'by id') return E.right(eachAlone(batch))
        answers.set(`job ${number}`, eachAlone(batch))
        return E.right({ kind: 'JobStarted', jobId: `job ${number}` })
      },
    ...(speaks === 'counts' && {
      followJob: (jobId) => async () => E.right({ kind: 'Ended', reply: answers.get(jobId) as BatchReply }),
      findExisting: (batch) => async () => E.right(new Set(batch.ids.filter((id) => left.has(id)))),
    }),
  }
  return { provider, left, deletions, refusals }
}

/** A tree of which each record refers to its parent, listed parents first. */
const tree = (count: number, width: number) => {
  const ids = Array.from({ length: count }, (_, at) => `r${at}`)
  const children = new Map<string, string[]>()
  for (let at = 1; at < count; at++) {
    const parent = `r${Math.floor((at - 1) / width)}`
    children.set(parent, [...(children.get(parent) ?? []), `r${at}`])
  }
  return { ids, children }
}

const run = async (ids: ReadonlyArray<string>, scene: Scene, options: RunOptions = {}) => {
  const clock = virtualClock()
  const { provider, ...rest } = world(ids, scene)
  const report = await clock.until(collect(provider, ids, { clock, random: () => 0.5, ...options })())
  return { report, ...rest }
}

const everySees = ['in turn', 'as before', 'as a set'] as const

for (const speaks of ['by id', 'counts', 'names the first', 'anonymous'] as const) {
  test(`a tree of 1,000 records, parents first, ends wholly deleted: ${speaks}`, async () => {
    for (const sees of everySees) {
      for (const width of [2, 3, 10, 100]) {
        const { ids, children } = tree(1_000, width)
        const { report, left, deletions, refusals } = await run(ids, { speaks, sees, children })
        const told = `${sees}, ${width} children each: ${deletions.length} deletions`
        assert.is(report.totals.deleted, 1_000, told)
        assert.is(left.size, 0, told)
        if (speaks === 'by id' || speaks === 'counts') {
          assert.ok(deletions.length <= 20, told)
          assert.ok(
            Math.max(0, ...refusals.values()) <= 8,
            `${told}, one refused ${Math.max(...refusals.values())} times`,
          )
        }
        if (speaks === 'names the first') assert.ok(deletions.length <= 250, told)
        if (speaks === 'anonymous') assert.ok(deletions.length <= 800, told)
      }
    }
  })

  test(`a chain of 300 records, the first ones last: ${speaks}`, async () => {
    for (const sees of everySees) {
      const { ids, children } = tree(300, 1)
      const { report, deletions } = await run(ids, { speaks, sees, children })
      const told = `${sees}: ${deletions.length} deletions, ${report.halted?.detail}`
      assert.is(report.totals.deleted, 300, told)
      assert.ok(deletions.length <= 5 * 300, told)
    }
  })

  test(`a cycle ends rejected, with its reason, and holds nobody else up: ${speaks}`, async () => {
    const { ids, children } = tree(500, 3)
    const cycle = ['a', 'b', 'c']
    const turning = new Map([...children, ['a', ['b']], ['b', ['c']], ['c', ['a']]])
    for (const sees of ['in turn', 'as before'] as const) {
      const { report, refusals } = await run([...cycle, ...ids], { speaks, sees, children: turning })
      assert.equal(report.totals, { deleted: 500, absent: 0, rejected: 3, untouched: 0, unconfirmed: 0 })
      for (const outcome of [...report.outcomes].filter(({ status }) => status !== 'deleted')) {
        assert.ok(cycle.includes(outcome.id))
        const code = outcome.status === 'rejected' ? outcome.reason.code : ''
        assert.is(code, speaks === 'counts' ? 'counted-failed' : 'in-use')
      }
      for (const id of cycle) {
        const times = refusals.get(id) ?? 0
        assert.ok(times <= 20, `${sees}: ${id} was refused ${times} times`)
      }
    }
  })
}

test('what is refused for another reason is refused once, whatever the others wait for', async () => {
  const { ids, children } = tree(1_000, 10)
  // Leaves: nobody waits for them but their parents, which stay as well.
  const bad = ids.slice(-40)
  const { report, deletions } = await run(ids, { speaks: 'by id', sees: 'in turn', children, locked: new Set(bad) })
  for (const id of bad) assert.is(deletions.filter((batch) => batch.includes(id)).length, 1, id)
  const above = [...report.outcomes].filter(({ status }) => status === 'rejected').map(({ id }) => id)
  assert.ok(above.length > 40 && above.length < 60, `${above.length} rejected`)
  assert.is(report.totals.deleted, 1_000 - above.length)
})

test('counted as failed, for good: sent again once where nothing helps, and a few times where others are helped', async () => {
  const ids = Array.from({ length: 1_000 }, (_, at) => `r${at}`)
  const bad = ids.filter((_, at) => at % 10 === 0)
  const flat = { speaks: 'counts', sees: 'in turn', locked: new Set(bad) } as const
  const alone = await run(ids, { ...flat, children: new Map() })
  assert.equal(alone.report.totals.rejected, 100)
  assert.is(alone.deletions.length, 6, 'five batches, and one for those that failed')
  const { children } = tree(1_000, 10)
  const among = await run(ids, { ...flat, children })
  assert.is(among.report.totals.deleted + among.report.totals.rejected, 1_000)
  assert.ok(among.deletions.length <= 30, `${among.deletions.length} deletions`)
})

test('what the first records of a canary wait for does not use up the passes of the others', async () => {
  const ids = Array.from({ length: 2_000 }, (_, at) => `r${at}`)
  // Pairs: the first of each waits for the second.
  const children = new Map(ids.flatMap((id, at) => (at % 2 === 0 ? [[id, [`r${at + 1}`]] as const] : [])))
  const { report, deletions } = await run(ids, { speaks: 'by id', sees: 'in turn', children }, { canary: 20 })
  assert.is(report.halted, undefined)
  assert.is(report.totals.deleted, 2_000)
  assert.ok(deletions.length <= 18, `${deletions.length} deletions`)
})

test('at most five passes: what is not helped is not sent for ever', async () => {
  const ids = Array.from({ length: 400 }, (_, at) => `r${at}`)
  // Each pair waits for itself; the first is free.
  const children = new Map(ids.slice(1).map((id) => [id, [id]]))
  for (const speaks of ['by id', 'counts', 'names the first', 'anonymous'] as const) {
    const { report, refusals, deletions } = await run(ids, { speaks, sees: 'in turn', children })
    assert.equal(report.totals, { deleted: 1, absent: 0, rejected: 399, untouched: 0, unconfirmed: 0 })
    const most = Math.max(...refusals.values())
    assert.ok(most <= (speaks === 'anonymous' ? 6 : 2), `${speaks}: one refused ${most} times`)
    assert.ok(deletions.length <= 2 * 400 + 10, `${speaks}: ${deletions.length} deletions`)
  }
})
