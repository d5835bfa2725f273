import { defineProvider, type ProviderSpec } from '../../../src/http-provider.ts'
import { deleteRecords, defineProvider as fromIndex, type Report, type RunOptions } from '../../../src/index.ts'
import { virtualClock } from '../../../src/testing.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('define-provider')

const capabilities = { maxBatchSize: 2, atomicity: 'per-record', replay: 'safe', effect: 'erased' } as const
const ids = ['a', 'b', 'c', 'd', 'e']

/** A store that stands for what an SDK reaches. */
const store = (...there: ReadonlyArray<string>) => {
  const records = new Set(there)
  const remove = (wanted: ReadonlyArray<string>) => {
    for (const id of wanted) records.delete(id)
  }
  const findExisting: NonNullable<ProviderSpec['findExisting']> = async (batch) =>
    batch.ids.filter((id) => records.has(id))
  return { records, remove, findExisting }
}

const run = (
  spec: Pick<ProviderSpec, 'deleteBatch'> & Partial<ProviderSpec>,
  options: RunOptions = {},
): Promise<Report> => {
  const clock = virtualClock()
  const provider = defineProvider({ name: 'sdk', capabilities, ...spec })
  return clock.until(deleteRecords(clock.watch(provider), ids, { clock, random: () => 0.5, ...options }))
}

const outcomes = ({ outcomes: all }: Report) =>
  all.map((outcome) => [outcome.id, outcome.status, 'evidence' in outcome ? outcome.evidence : ''].join(' ').trim())

test('plain functions are enough', async () => {
  const { remove, records } = store(...ids)
  const report = await run({
    async deleteBatch(batch) {
      const refused = batch.ids.filter((id) => id === 'c')
      remove(batch.ids.filter((id) => id !== 'c'))
      const verdicts = refused.map((id) => ({
        id,
        is: 'rejected' as const,
        reason: { code: 'held', message: 'it is held' },
      }))
      return { kind: 'ById', verdicts, silence: 'deleted' }
    },
  })
  assert.equal(outcomes(report), [
    'a deleted reply',
    'b deleted reply',
    'c rejected',
    'd deleted reply',
    'e deleted reply',
  ])
  assert.equal([...records], ['c'])
  assert.is(report.requests, 3)
})

test('facts: what is left out has a default, and the main entry has it, too', () => {
  const provider = fromIndex({ name: 'sdk', capabilities, deleteBatch: async () => ({ kind: 'AllDeleted' }) })
  assert.equal([provider.specification, provider.verified, provider.isValidId('x')], [1, 'documentation', true])
  assert.equal(
    [provider.findExisting, provider.followJob, provider.diagnose, provider.identify],
    Array(4).fill(undefined),
  )
  const { verified } = defineProvider({
    name: 'sdk',
    capabilities,
    verified: 'live',
    deleteBatch: async () => ({ kind: 'Accepted' }),
  })
  assert.is(verified, 'live')
})

test('what is thrown may have happened: it is read back, and never called refused', async () => {
  const { remove, findExisting } = store(...ids)
  const failures = [
    new Error('socket hang up'),
    Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }),
    { tag: 'Refused', status: 400, detail: 'thrown, not returned', culprits: [], blames: 'rejected' },
  ]
  const report = await run({
    findExisting,
    async deleteBatch(batch) {
      remove(batch.ids)
      throw failures.shift()
    },
  })
  assert.equal(
    outcomes(report),
    ids.map((id) => `${id} deleted read-back`),
  )
})

test('what is thrown, and can not be read back, is unconfirmed', async () => {
  const report = await run({
    capabilities: { ...capabilities, replay: 'unsafe' },
    deleteBatch: () => Promise.reject(new Error('it broke')),
  })
  assert.is(report.totals.unconfirmed, 5)
  assert.is(report.outcomes[0]?.status === 'unconfirmed' && report.outcomes[0].reason.code, 'Interrupted')
})

test('a member that throws before it returns a promise is no defect either', async () => {
  const report = await run({
    capabilities: { ...capabilities, replay: 'unsafe' },
    deleteBatch: () => {
      throw new Error('at once')
    },
  })
  assert.equal([report.halted, report.totals.unconfirmed], [undefined, 5])
})

test('what went wrong is said as data: a throttle is waited for', async () => {
  const { remove } = store(...ids)
  let calls = 0
  const report = await run({
    async deleteBatch(batch) {
      if (++calls === 1) return { tag: 'Throttled', detail: 'slow down', retryAfterMs: 500 }
      remove(batch.ids)
      return { kind: 'AllDeleted' }
    },
  })
  assert.equal([report.totals.deleted, report.requests], [5, 4])
})

test('what went wrong is said as data: a denial ends the run, without a secret in it', async () => {
  const secrets = () => ['sesame-sesame']
  const detail = 'no such key: sesame-sesame'
  const report = await run(
    { secrets, deleteBatch: async () => ({ tag: 'Denied', status: 403, detail }) },
    { concurrency: 1 },
  )
  assert.equal([report.halted?.because, report.totals.untouched], ['denied', 5])
  assert.match(JSON.stringify(report), 'no such key: [redacted]')
})

test('what went wrong needs no more words than are known', async () => {
  const denied = await run({ deleteBatch: async () => ({ tag: 'Denied' }) }, { concurrency: 1 })
  assert.is(denied.halted?.detail, 'not allowed: no reason given')
  const { remove } = store(...ids)
  const refused = await run({
    async deleteBatch(batch) {
      if (batch.ids.includes('b')) return { tag: 'Refused', blames: 'rejected', detail: 'one of them is held' }
      remove(batch.ids)
      return { kind: 'AllDeleted' }
    },
  })
  assert.equal([refused.totals.deleted, refused.totals.rejected], [4, 1])
  assert.is(refused.outcomes[1]?.status, 'rejected')
})

test('a call has its turn at the gate like a request', async () => {
  let open = 0
  let most = 0
  const report = await run(
    {
      capabilities: { ...capabilities, maxBatchSize: 1 },
      async deleteBatch(_, { clock }) {
        most = Math.max(most, ++open)
        await clock.sleep(10)
        open--
        return { kind: 'AllDeleted' }
      },
    },
    { concurrency: 2 },
  )
  assert.equal([most, report.totals.deleted], [2, 5])
})

test('an exchange within a call is part of it: it waits for no turn of its own', async () => {
  const report = await run(
    {
      async deleteBatch(_, { exchange }) {
        const reply = await exchange('delete', async (signal) => {
          assert.instance(signal, AbortSignal)
          return { status: 204, headers: new Headers(), text: '' }
        })
        return reply.status === 204 ? { kind: 'AllDeleted' } : { kind: 'Accepted' }
      },
    },
    { concurrency: 1 },
  )
  assert.equal([report.totals.deleted, report.requests], [5, 3])
})

test('a call that does not come back is in doubt, and its signal says that nobody waits', async () => {
  const signals: AbortSignal[] = []
  const clock = virtualClock()
  const provider = defineProvider({
    name: 'sdk',
    capabilities: { ...capabilities, replay: 'unsafe' },
    deleteBatch: (_, { signal }) => {
      signals.push(signal)
      return new Promise(() => {})
    },
  })
  const report = await clock.until(deleteRecords(provider, ids, { clock }))
  assert.is(report.totals.unconfirmed, 5)
  assert.equal(
    signals.map(({ aborted }) => aborted),
    [true, true, true],
  )
})

test('what has not had its turn when the run ends was not sent', async () => {
  const stop = new AbortController()
  let calls = 0
  const report = await run(
    {
      async deleteBatch() {
        calls++
        stop.abort()
        return { kind: 'AllDeleted' }
      },
    },
    { concurrency: 1, signal: stop.signal },
  )
  assert.equal([calls, report.totals.deleted, report.totals.untouched], [1, 2, 3])
})

test('a listing may spell ids as it likes; one with strangers is another list', async () => {
  const lower = (id: string) => id.toLowerCase()
  const lost = () => Promise.reject(new Error('lost'))
  const spelled = await run({
    identityOf: lower,
    capabilities: { ...capabilities, lateEffectMs: 10 },
    findExisting: async (batch) => batch.ids.filter((id) => id !== 'b').map((id) => id.toUpperCase()),
    deleteBatch: lost,
  })
  assert.equal([spelled.totals.deleted, spelled.totals.untouched], [1, 4])
  const strange = await run({ findExisting: async () => ['a', 'stranger'], deleteBatch: lost })
  assert.is(strange.totals.unconfirmed, 5)
})

test('a job is followed, and a reason asked for', async () => {
  const { remove, findExisting } = store(...ids)
  const states = new Map<string, ReadonlyArray<string>>()
  const report = await run(
    {
      findExisting,
      deleteBatch: async (batch) => {
        const jobId = `job-${batch.number}`
        states.set(jobId, batch.ids)
        return { kind: 'JobStarted', jobId }
      },
      followJob: async (jobId) => {
        const wanted = (states.get(jobId) ?? []).filter((id) => id !== 'e')
        remove(wanted)
        const failed = (states.get(jobId)?.length ?? 0) - wanted.length
        return { kind: 'Ended', reply: { kind: 'Tally', deleted: wanted.length, failed } }
      },
      diagnose: async () => ({ is: 'rejected', reason: { code: 'held', message: 'it is held' } }),
    },
    { diagnoses: 5 },
  )
  assert.equal([report.totals.deleted, report.totals.rejected], [4, 1])
  assert.is(report.outcomes[4]?.status === 'rejected' && report.outcomes[4].reason.code, 'held')
})
