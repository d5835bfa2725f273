import * as E from 'fp-ts/lib/Either.js'
import { UsageError } from '../../../src/core/contract/error.ts'
import type { BulkRecordProvider, Capabilities } from '../../../src/core/contract/provider.ts'
import { planRun } from '../../../src/core/engine/forecast.ts'
import { assert, rejection, suite } from '../../support/suite.ts'

const test = suite('plan')

const sendsNothing = () => {
  throw new Error('a plan sends nothing')
}

const provider = (more: Partial<Capabilities> = {}, members: Partial<BulkRecordProvider> = {}): BulkRecordProvider => ({
  specification: 1,
  name: 'model',
  verified: 'documentation',
  capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased', ...more },
  isValidId: (id) => id !== 'invalid',
  deleteBatch: sendsNothing,
  ...members,
})

const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, at) => `r${at}`)

test('nothing to delete is nothing to send', async () => {
  const plan = await planRun(provider({ rate: { requests: 1, perMs: 1_000 } }), [])
  assert.equal(plan, {
    provider: 'model',
    verified: 'documentation',
    capabilities: plan.capabilities,
    records: 0,
    duplicates: 0,
    turnedAway: { 'invalid-id': 0, protected: 0, 'too-large': 0 },
    batches: 0,
    requests: 0,
    seconds: 0,
  })
})

test('counts what would be sent, and what would not', async () => {
  const model = provider(
    { maxUrlBytes: 20 },
    { identityOf: (id) => id.toLowerCase(), weigh: (id) => ({ urlBytes: id.length, bodyBytes: 0 }) },
  )
  const given = ['a', 'A', 'invalid', '', 'keep', 'KEEP', 'x'.repeat(21), 'b', 'invalid']
  const plan = await planRun(model, given, { protect: ['Keep'] })
  assert.equal(plan.turnedAway, { 'invalid-id': 2, protected: 1, 'too-large': 1 })
  assert.equal([plan.records, plan.duplicates, plan.batches, plan.requests], [2, 3, 1, 1])
  const handedIn = plan.records + plan.duplicates + 2 + 1 + 1
  assert.is(handedIn, given.length, 'every id is counted once')
})

test('a request for each batch, one more for each job, one for the control read', async () => {
  const follow = { followJob: sendsNothing }
  const find = { findExisting: () => async () => E.right(new Set<string>()) }
  const requests = async (members: Partial<BulkRecordProvider>, verify?: 'never' | 'doubtful' | 'all') =>
    (await planRun(provider({}, members), ids(95), verify && { verify })).requests
  assert.is(await requests({}), 10)
  assert.is(await requests(follow), 20)
  assert.is(await requests(find), 11)
  assert.is(await requests({ ...follow, ...find }), 21)
  assert.is(await requests(find, 'never'), 10)
  assert.is(await requests(find, 'all'), 21, 'and one to read each batch back, where that is asked for')
  assert.is(await requests({}, 'all'), 10)
})

test('cuts batches as a run does', async () => {
  const weigh = (id: string) => ({ urlBytes: id.length, bodyBytes: 0 })
  const model = provider({ maxUrlBytes: 100 }, { weigh })
  const given = [40, 50, 20, 70, 90, 5, 5, 100].map((size, at) => `${at}`.padEnd(size, 'x'))
  assert.is((await planRun(model, given)).batches, 4, '40+50, 20+70, 90+5+5, 100')
  assert.is((await planRun(provider(), ids(1_001), { batchSize: 7 })).batches, 143)
})

test('repeats that are allowed are sent, apart from each other', async () => {
  const plan = await planRun(provider(), ['a', 'a', 'a', 'b'], { duplicates: 'allow' })
  assert.equal([plan.records, plan.duplicates, plan.batches], [4, 0, 3])
})

test('the least time that the rate leaves', async () => {
  const seconds = async (count: number, more: Partial<Capabilities>, rate = {}) =>
    (await planRun(provider({ maxBatchSize: 1, ...more }), ids(count), { rate })).seconds
  const rate = { requests: 60, perMs: 3_000 }
  assert.is(await seconds(48, { rate }), 0, '80 % of 60 go at once')
  assert.is(await seconds(49, { rate }), 3)
  assert.is(await seconds(480, { rate }), 27)
  assert.is(await seconds(60, { rate }, { share: 1 }), 0)
  assert.is(await seconds(3, { rate: { requests: 1, perMs: 500 } }), 1)
  assert.is(await seconds(11, {}, { requestsPerSecond: 2 }), 5)
  assert.is(await seconds(49, { rate }, { requestsPerSecond: 2 }), 24, 'the slower of the two counts')
  assert.is(await seconds(1_000, {}), 0)
})

test('reads any source, to its end', async () => {
  async function* later() {
    for (const id of ids(25)) yield id
  }
  assert.is((await planRun(provider(), later())).records, 25)
  assert.is((await planRun(provider(), new Set(ids(25)))).records, 25)
  assert.is((await planRun(provider(), ids(25).values())).records, 25)
})

test('misuse is UsageError, a source that throws is its own error', async () => {
  const plan = (given: unknown, options?: unknown) =>
    rejection(planRun(provider(), given as string[], options as object))
  assert.instance(await plan('abc'), UsageError)
  assert.instance(await plan({ length: 5 }), UsageError)
  assert.instance(await plan(['a'], { batchSize: 11 }), UsageError)
  assert.match(String(await plan(['a', 5])), 'entry 2 of the id source is not a string')
  const broken = new Error('no disk')
  async function* failing() {
    yield 'a'
    throw broken
  }
  assert.is(await plan(failing()), broken)
})
