import fc from 'fast-check'
import type { BulkRecordProvider, Weight } from '../../../src/core/contract/provider.ts'
import { type Batcher, openBatcher } from '../../../src/core/intake/batcher.ts'
import { type OpenRecord, openRecord } from '../../../src/core/intake/work.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('batcher')

type Facts = Pick<BulkRecordProvider, 'capabilities' | 'weigh' | 'overhead' | 'identityOf'>

const facts = (
  limits: { readonly maxUrlBytes?: number; readonly maxBodyBytes?: number } = {},
  scale: Pick<Facts, 'weigh' | 'overhead' | 'identityOf'> = {},
): Facts => ({
  capabilities: { maxBatchSize: 1_000, atomicity: 'per-record', replay: 'safe', effect: 'erased', ...limits },
  ...scale,
})

const drop = (batchSize: number) => ({ batchSize, duplicates: 'drop' }) as const
const allow = (batchSize: number) => ({ batchSize, duplicates: 'allow' }) as const

const records = (count: number, from = 0): OpenRecord[] =>
  Array.from({ length: count }, (_, at) => openRecord(`r${from + at}`, from + at))

const fill = (batcher: Batcher, fresh: Iterable<OpenRecord>): void => {
  for (const record of fresh) batcher.addFresh(record)
}

const ids = (some: ReadonlyArray<OpenRecord>): ReadonlyArray<string> => some.map((record) => record.id)

const inUrl = (id: string): Weight => ({ urlBytes: id.length, bodyBytes: 0 })

test('cuts by count, in the order given', () => {
  const batcher = openBatcher(facts(), drop(4))
  fill(batcher, records(10))
  assert.equal(ids(batcher.take(4).batch), ['r0', 'r1', 'r2', 'r3'])
  assert.equal(ids(batcher.take(2).batch), ['r4', 'r5'])
  assert.equal(ids(batcher.take(100).batch), ['r6', 'r7', 'r8', 'r9'])
  assert.equal(batcher.take(4), { batch: [], tooLarge: [] })
})

test('cuts by bytes, what the request weighs without records included', () => {
  const scale = { weigh: inUrl, overhead: { urlBytes: 5, bodyBytes: 0 } }
  const batcher = openBatcher(facts({ maxUrlBytes: 9 }, scale), drop(100))
  fill(batcher, records(5))
  assert.equal(ids(batcher.take(100).batch), ['r0', 'r1'])
  const body = { weigh: (id: string) => ({ urlBytes: 0, bodyBytes: id.length }) }
  const other = openBatcher(facts({ maxBodyBytes: 7 }, body), drop(100))
  fill(other, records(5))
  assert.equal(ids(other.take(100).batch), ['r0', 'r1', 'r2'])
})

test('what fits to the byte goes, one byte more does not', () => {
  const scale = { weigh: inUrl, overhead: { urlBytes: 10, bodyBytes: 0 } }
  const batcher = openBatcher(facts({ maxUrlBytes: 15 }, scale), drop(100))
  fill(batcher, [openRecord('12345', 0), openRecord('123456', 1), openRecord('54321', 2)])
  const first = batcher.take(100)
  assert.equal([ids(first.batch), ids(first.tooLarge)], [['12345'], ['123456']])
  assert.equal(ids(batcher.take(100).batch), ['54321'])
})

test('records that go again come before fresh ones, and fill up with them', () => {
  const batcher = openBatcher(facts(), drop(4))
  fill(batcher, records(6))
  const { batch } = batcher.take(4)
  batcher.addAgain(batch.slice(1, 3))
  assert.equal(ids(batcher.take(4).batch), ['r1', 'r2', 'r4', 'r5'])
})

test('a repeat never shares a batch with its twin, in any spelling, and keeps its turn', () => {
  const identityOf = (id: string) => id.toLowerCase()
  const batcher = openBatcher(facts({}, { identityOf }), allow(3))
  fill(
    batcher,
    ['a', 'A', 'b', 'a', 'c', 'd'].map((id, index) => openRecord(id, index)),
  )
  assert.equal(ids(batcher.take(3).batch), ['a', 'b', 'c'])
  assert.equal(ids(batcher.take(3).batch), ['A', 'd'])
  assert.equal(ids(batcher.take(3).batch), ['a'])
  assert.is(batcher.waiting(), 0)
})

test('nothing but twins: one goes at a time, at a bounded cost', () => {
  const count = 20_000
  const batcher = openBatcher(facts(), allow(200))
  for (let index = 0; index < count; index++) batcher.addFresh(openRecord('same', index))
  const startedAt = performance.now()
  for (let index = 0; index < count; index++) assert.is(batcher.take(200).batch.length, 1)
  assert.is(batcher.waiting(), 0)
  assert.ok(performance.now() - startedAt < 5_000)
})

test('a request that was too long is halved, and the limit stays', () => {
  const batcher = openBatcher(facts(), drop(10))
  fill(batcher, records(40))
  const first = batcher.take(10).batch
  const second = batcher.take(10).batch
  assert.ok(batcher.shrink(first))
  assert.ok(batcher.shrink(second), 'was under way with the same size: halves no further')
  assert.is(batcher.limits().count, 5)
  batcher.addAgain(first)
  assert.equal(ids(batcher.take(10).batch), ['r0', 'r1', 'r2', 'r3', 'r4'])
  assert.not.ok(batcher.shrink(first.slice(0, 1)), 'one record can not be cut')
  assert.is(batcher.limits().count, 5)
})

test('the bytes are halved where records have a weight, so that long ones set no limit for short ones', () => {
  const batcher = openBatcher(facts({}, { weigh: inUrl, overhead: { urlBytes: 100, bodyBytes: 7 } }), drop(100))
  const long = [openRecord('x'.repeat(300), 0), openRecord('y'.repeat(301), 1)]
  assert.ok(batcher.shrink(long))
  assert.equal(batcher.limits(), { count: 100, urlBytes: 400, bodyBytes: Number.POSITIVE_INFINITY })
  fill(batcher, [...long, ...records(100)])
  assert.equal(ids(batcher.take(100).batch), ids(long.slice(0, 1)))
  const heavier = batcher.take(100)
  assert.equal(
    [ids(heavier.batch), ids(heavier.tooLarge)],
    [ids(long.slice(1)), []],
    'too long for the limit that was met: alone it may pass',
  )
  assert.is(batcher.take(100).batch.length, 100)
})

test('a request of records without a weight can be cut too', () => {
  const weightless = () => ({ urlBytes: 0, bodyBytes: 0 })
  const batcher = openBatcher(facts({}, { weigh: weightless, overhead: { urlBytes: 50, bodyBytes: 0 } }), drop(100))
  fill(batcher, records(100))
  let { batch } = batcher.take(100)
  for (const size of [50, 25, 12, 6, 3, 1]) {
    assert.ok(batcher.shrink(batch))
    batcher.addAgain(batch)
    batch = batcher.take(100).batch
    assert.is(batch.length, size)
  }
})

test('a limit by count only ever gets lower, and never below one', () => {
  const batcher = openBatcher(facts(), drop(10))
  batcher.limitCount(4)
  batcher.limitCount(8)
  assert.is(batcher.limits().count, 4)
  batcher.limitCount(0)
  assert.is(batcher.limits().count, 1)
})

test('gives back everything that waits, once', () => {
  const batcher = openBatcher(facts(), drop(2))
  fill(batcher, records(5_000))
  const taken: OpenRecord[] = []
  for (let times = 0; times < 1_000; times++) taken.push(...batcher.take(2).batch)
  batcher.addAgain(taken.slice(0, 3))
  const rest = batcher.drain()
  assert.equal(ids(rest.slice(0, 4)), ['r0', 'r1', 'r2', 'r2000'])
  assert.is(rest.length, 3_003)
  assert.equal([batcher.waiting(), batcher.drain(), batcher.take(2).batch], [0, [], []])
})

/** What may happen to a batcher; numbers choose among what there is at that moment. */
type Action =
  | { readonly do: 'fresh'; readonly sizes: ReadonlyArray<number> }
  | { readonly do: 'take'; readonly most: number }
  | { readonly do: 'again'; readonly which: number }
  | { readonly do: 'shrink'; readonly which: number }
  | { readonly do: 'limit'; readonly count: number }

const actions: fc.Arbitrary<ReadonlyArray<Action>> = fc.array(
  fc.oneof(
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('fresh' as const), sizes: fc.array(fc.nat(30), { maxLength: 60 }) }),
    },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('take' as const), most: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('again' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('shrink' as const), which: fc.nat(9) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('limit' as const), count: fc.integer({ min: -1, max: 40 }) }) },
  ),
  { maxLength: 40 },
)

const settings = fc.record({
  batchSize: fc.integer({ min: 1, max: 30 }),
  duplicates: fc.constantFrom('drop' as const, 'allow' as const),
  weighs: fc.boolean(),
  maxUrlBytes: fc.option(fc.integer({ min: 5, max: 200 }), { nil: Number.POSITIVE_INFINITY }),
  maxBodyBytes: fc.option(fc.integer({ min: 5, max: 200 }), { nil: Number.POSITIVE_INFINITY }),
  overhead: fc.record({ urlBytes: fc.nat(10), bodyBytes: fc.nat(10) }),
})

test('whatever happens: no limit is passed, no record lost or doubled, follow-ups first, twins apart', () => {
  fc.assert(
    fc.property(settings, actions, (chosen, steps) => {
      const { overhead, maxUrlBytes, maxBodyBytes, batchSize, duplicates } = chosen
      // An id is "<number>-<name>x<padding>": few names, so that there are twins where they are allowed.
      const identityOf = duplicates === 'allow' ? (id: string) => id.replace(/^\d+-/, '') : (id: string) => id
      const weigh = (id: string): Weight =>
        chosen.weighs ? { urlBytes: id.length, bodyBytes: id.length % 7 } : { urlBytes: 0, bodyBytes: 0 }
      const batcher = openBatcher(
        facts({ maxUrlBytes, maxBodyBytes }, { ...(chosen.weighs ? { weigh } : {}), overhead, identityOf }),
        { batchSize, duplicates },
      )
      const total = (some: ReadonlyArray<OpenRecord>): Weight =>
        some.reduce(
          (sum, { id }) => ({
            urlBytes: sum.urlBytes + weigh(id).urlBytes,
            bodyBytes: sum.bodyBytes + weigh(id).bodyBytes,
          }),
          overhead,
        )
      const tooLargeAlone = (record: OpenRecord) => {
        const alone = total([record])
        return alone.urlBytes > maxUrlBytes || alone.bodyBytes > maxBodyBytes
      }
      let next = 0
      const waitingFresh = new Set<OpenRecord>()
      const waitingAgain = new Set<OpenRecord>()
      /** Fresh ones that met their twin in a batch: they may have stepped back, and go again from then on. */
      const steppedBack = new Set<OpenRecord>()
      const away = new Set<OpenRecord>()
      const sent: Array<ReadonlyArray<OpenRecord>> = []
      let lowest = batcher.limits()

      const take = (most: number): void => {
        const before = batcher.waiting()
        const again = [...waitingAgain]
        const { batch, tooLarge } = batcher.take(most)
        const limits = batcher.limits()
        assert.ok(batch.length <= Math.min(most, limits.count, batchSize))
        const weight = total(batch)
        if (batch.length > 0) assert.ok(weight.urlBytes <= maxUrlBytes && weight.bodyBytes <= maxBodyBytes)
        if (batch.length > 1) assert.ok(weight.urlBytes <= limits.urlBytes && weight.bodyBytes <= limits.bodyBytes)
        for (const record of batch) assert.not.ok(tooLargeAlone(record))
        for (const record of tooLarge) assert.ok(tooLargeAlone(record))
        assert.ok(before === 0 || batch.length + tooLarge.length > 0, 'gets on')
        assert.is(new Set(batch.map(({ id }) => identityOf(id))).size, batch.length, 'no twins')
        if (batch.some((record) => waitingFresh.has(record) && !steppedBack.has(record))) {
          const firstFresh = batch.findIndex((record) => waitingFresh.has(record))
          const inBatch = new Set(batch.map(({ id }) => identityOf(id)))
          if (duplicates === 'drop') assert.ok(batch.slice(firstFresh).every((record) => waitingFresh.has(record)))
          for (const record of again)
            assert.ok(batch.includes(record) || tooLarge.includes(record) || inBatch.has(identityOf(record.id)))
        }
        for (const record of [...batch, ...tooLarge]) {
          assert.ok(waitingFresh.delete(record) || waitingAgain.delete(record), 'was waiting, once')
        }
        const names = new Set(batch.map(({ id }) => identityOf(id)))
        for (const record of waitingFresh) if (names.has(identityOf(record.id))) steppedBack.add(record)
        for (const record of batch) away.add(record)
        if (batch.length > 0) sent.push(batch)
        assert.is(batcher.waiting(), waitingFresh.size + waitingAgain.size)
      }

      for (const step of steps) {
        if (step.do === 'fresh') {
          for (const size of step.sizes) {
            const record = openRecord(`${next}-${'abc'[next % 3]}${'x'.repeat(size)}`, next)
            next++
            waitingFresh.add(record)
            batcher.addFresh(record)
          }
        } else if (step.do === 'take') take(step.most)
        else if (step.do === 'again') {
          const back = (sent[step.which] ?? []).filter((record) => away.delete(record))
          batcher.addAgain(back)
          for (const record of back) waitingAgain.add(record)
        } else if (step.do === 'shrink') {
          const batch = sent[step.which]
          if (batch === undefined) continue
          const own = (weight: Weight) => [weight.urlBytes - overhead.urlBytes, weight.bodyBytes - overhead.bodyBytes]
          assert.is(batcher.shrink(batch), batch.length > 1)
          if (batch.length < 2) continue
          const probe = own(total(batch))
          const limits = batcher.limits()
          const halved =
            limits.count <= batch.length / 2 ||
            ((probe[0] === 0 || limits.urlBytes - overhead.urlBytes <= (probe[0] ?? 0) / 2) &&
              (probe[1] === 0 || limits.bodyBytes - overhead.bodyBytes <= (probe[1] ?? 0) / 2) &&
              (probe[0] !== 0 || probe[1] !== 0))
          assert.ok(halved, 'at most half of it from now on')
        } else batcher.limitCount(step.count)
        const limits = batcher.limits()
        assert.ok(limits.count >= 1 && limits.count <= lowest.count, 'remembered')
        assert.ok(limits.urlBytes <= lowest.urlBytes && limits.bodyBytes <= lowest.bodyBytes, 'remembered')
        lowest = limits
      }
      for (let times = 0; batcher.waiting() > 0 && times < 10_000; times++) take(batchSize)
      assert.is(waitingFresh.size + waitingAgain.size, 0)
    }),
    { numRuns: 300 },
  )
})
