/** The kit itself: which cases there are, what it asks of a subject, and that it leaves nothing behind. */
import { ContractBreach, type ContractSubject, contractReport, providerContract } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'
import { sdkSubject } from './providers/sdk.ts'
import { inOrderAdapter, jobsAdapter, resultsAdapter } from './shelf/adapters.ts'
import { startResults } from './shelf/backends.ts'
import { bySdkSubject } from './shelf/by-sdk.ts'
import {
  failuresSubject,
  inOrderSubject,
  jobsSubject,
  resultsSubject,
  silentSubject,
  transactionSubject,
  unsafeSubject,
} from './shelf/sound.ts'

const test = suite('contract kit', { deadlineMs: 60_000 })

const namesOf = (subject: ContractSubject) => providerContract(subject).map(({ name }) => name)

const failureOf = async (subject: ContractSubject, caseName: string): Promise<string> => {
  const found = providerContract(subject).find(({ name }) => name === caseName)
  const error = await rejection(found?.run() ?? Promise.resolve('there is no such case'))
  assert.instance(error, ContractBreach)
  return (error as Error).message
}

test('no two cases have one name', () => {
  for (const subject of [resultsSubject, jobsSubject, transactionSubject, unsafeSubject, bySdkSubject]) {
    const names = namesOf(subject)
    assert.is(new Set(names).size, names.length)
  }
})

test('every case is listed for every subject, and says why it does not apply', async () => {
  const names = namesOf(resultsSubject)
  for (const subject of [failuresSubject, jobsSubject, transactionSubject, unsafeSubject, bySdkSubject, sdkSubject])
    assert.equal(namesOf(subject), names)
  const resultOf = (subject: ContractSubject, name: string) =>
    providerContract(subject)
      .find((one) => one.name === name)
      ?.run()
  const notApplicable = (reason: string) => ({ result: 'not-applicable', reason })
  assert.equal(await resultOf(failuresSubject, 'reading back lists what exists, and nothing else'), {
    ...notApplicable('its provider can not read'),
  })
  assert.equal(
    await resultOf(resultsSubject, 'a job that failed is at its end, and nothing is called deleted'),
    notApplicable('its provider follows no jobs'),
  )
  assert.equal(
    await resultOf(resultsSubject, 'one bad record is found, and the others are deleted'),
    notApplicable('its provider deletes each record by itself'),
  )
  assert.equal(
    await resultOf(unsafeSubject, 'what is called safe to send twice does no harm when it is'),
    notApplicable('a deletion of its backend must not be sent twice'),
  )
  const throttled = '429 with Retry-After in seconds is waited for'
  assert.equal(
    await resultOf(sdkSubject, throttled),
    notApplicable('its backend has no url, so nothing that is sent can be met'),
  )
  const spoilt = 'a reply with too few: what it does not say is not made up'
  assert.equal(await resultOf(silentSubject, spoilt), notApplicable('no answer to its deletions lists records'))
  // What is sent by an SDK is met at the server that it is sent to.
  for (const name of [throttled, spoilt, 'the declared limits hold, as the backend counts them'])
    assert.equal(await resultOf(bySdkSubject, name), { result: 'passed' })
})

test('a report has every case, why it failed, and what nothing has tested', async () => {
  const lying: ContractSubject = {
    ...inOrderSubject,
    provider: inOrderAdapter({
      facts: { rate: { requests: 10, perMs: 1_000 }, maxBodyBytes: 1_000_000, curableByOrder: ['locked'] },
      identityOf: (id) => id.toLowerCase(),
    }),
  }
  const { cases, untested } = await contractReport(lying)
  assert.equal(
    cases.map(({ name }) => name),
    namesOf(lying),
  )
  const failed = cases.filter(({ result }) => result === 'failed')
  assert.equal(
    failed.map(({ name }) => name),
    ['identity, not spelling, decides duplicates and protection'],
  )
  assert.match(failed[0]?.reason ?? '', /for one record, and they are two/)
  for (const { result, reason } of cases) assert.is(reason === undefined, result === 'passed')
  assert.equal([...untested].sort(), ['curableByOrder', 'effect', 'identityOf', 'lateEffectMs', 'maxBodyBytes', 'rate'])
})

test('a claim counts as tested where something came near it', async () => {
  const limitsOf = async (facts: object) => {
    const subject: ContractSubject = { ...resultsSubject, provider: resultsAdapter({ facts }) }
    const { untested } = await contractReport(subject)
    return untested.filter((claim) => claim.startsWith('max'))
  }
  assert.equal(await limitsOf({ maxBodyBytes: 400, maxBatchSize: 400 }), ['maxBatchSize'])
})

test('providers are looked at without a backend, and without sending', () => {
  let made = 0
  const subject: ContractSubject = {
    ...resultsSubject,
    provider: (baseUrl) => {
      made++
      assert.match(baseUrl, /^http:\/\/127\.0\.0\.1:9\//)
      return resultsAdapter()(baseUrl)
    },
    start: () => Promise.reject(new Error('not yet')),
  }
  assert.ok(providerContract(subject).length > 40)
  assert.is(made, 1)
})

const everyRecord = 'every record is deleted, and has one outcome in the order given'

test('a subject that does not fit is told so, not its adapter', async () => {
  const start = startResults()
  const closed: ContractSubject = {
    ...resultsSubject,
    start: async (means) => {
      const backend = await start(means)
      await backend.close()
      return backend
    },
  }
  assert.match(
    await failureOf(closed, everyRecord),
    /the subject does not fit the kit: its backend can't be reached: .+ECONNREFUSED/,
  )

  const forgetful: ContractSubject = {
    ...resultsSubject,
    start: async (means) => ({ ...(await start(means)), seed: () => {} }),
  }
  assert.match(await failureOf(forgetful, everyRecord), /existing does not tell record-0000/)

  const withoutUrl: ContractSubject = {
    ...resultsSubject,
    start: async (means) => {
      const { url, ...others } = await start(means)
      assert.ok(url !== undefined)
      return others
    },
  }
  assert.match(await failureOf(withoutUrl, '500, for every deletion: nothing is called deleted'), /has to have a url/)

  const shared = startResults()
  let only: Awaited<ReturnType<typeof shared>> | undefined
  const notFresh: ContractSubject = {
    ...resultsSubject,
    start: async (means) => {
      only ??= await shared(means)
      return only
    },
  }
  const blind = 'an empty list proves nothing: no absence is believed from an unproven reader'
  assert.match(await failureOf(notFresh, blind), /gave a backend that has records already/)

  const unspelt: ContractSubject = {
    ...resultsSubject,
    provider: resultsAdapter({ identityOf: (id) => id.replaceAll('_', '-') }),
  }
  assert.match(await failureOf(unspelt, 'identity, not spelling, decides duplicates and protection'), /give respell/)

  const lax: ContractSubject = {
    ...transactionSubject,
    start: async (means) => ({ ...(await transactionSubject.start(means)), refuse: () => {} }),
  }
  const oneBad = 'one bad record is found, and the others are deleted'
  assert.match(await failureOf(lax, oneBad), /refuse was given "record-\d+", and its backend deleted it/)
  const neverRefuses: ContractSubject = {
    ...transactionSubject,
    start: async (means) => {
      const { refuse: _, ...others } = await transactionSubject.start(means)
      return others
    },
  }
  assert.match(await failureOf(neverRefuses, oneBad), /give refuse/)
  const blindFinder: ContractSubject = { ...resultsSubject, idsIn: () => [] }
  assert.match(await failureOf(blindFinder, 'the declared limits hold, as the backend counts them'), /give idsIn/)
  const jobsWithoutMoods: ContractSubject = {
    ...jobsSubject,
    start: async (means) => {
      const { jobs: _, ...others } = await jobsSubject.start(means)
      return others
    },
  }
  const failed = 'a job that failed is at its end, and nothing is called deleted'
  assert.match(await failureOf(jobsWithoutMoods, failed), /give jobs/)

  const louder: ContractSubject = { ...resultsSubject, missing: 'silent' }
  const told = providerContract(louder).find(({ name }) => name === 'a record that was not there is not called deleted')
  await told?.run()
})

test('a backend is closed whatever happened', async () => {
  let open = 0
  const start = startResults()
  const subject: ContractSubject = {
    ...resultsSubject,
    provider: resultsAdapter({ identityOf: (id) => id.toLowerCase() }),
    start: async (means) => {
      const backend = await start(means)
      open++
      return {
        ...backend,
        close: async () => {
          open--
          await backend.close()
        },
      }
    },
  }
  await failureOf(subject, 'identity, not spelling, decides duplicates and protection')
  assert.is(open, 0)
})

test('cases may run at once', async () => {
  const cases = providerContract({ ...jobsSubject, provider: jobsAdapter() })
  await Promise.all(cases.filter((_, at) => at % 4 === 0).map(({ run }) => run()))
})
