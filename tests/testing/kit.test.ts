/** The kit itself: which cases there are, what it asks of a subject, and that it leaves nothing behind. */
import { ContractBreach, type ContractSubject, providerContract } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'
import { jobsAdapter, resultsAdapter } from './shelf/adapters.ts'
import { startResults } from './shelf/backends.ts'
import { bySdkSubject } from './shelf/by-sdk.ts'
import { failuresSubject, jobsSubject, resultsSubject, transactionSubject, unsafeSubject } from './shelf/sound.ts'

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

test('capabilities and members decide which cases there are', () => {
  const without = (all: ReadonlyArray<string>, some: ReadonlyArray<string>) =>
    all.filter((name) => !some.includes(name))
  const plain = namesOf(failuresSubject)
  assert.equal(without(plain, namesOf(resultsSubject)), [])
  assert.ok(without(namesOf(resultsSubject), plain).every((name) => /read|listing/.test(name)))
  assert.equal(
    without(namesOf(jobsSubject), namesOf(resultsSubject)).map((name) => /\bjob\b/.test(name)),
    [true, true, true],
  )
  assert.ok(namesOf(transactionSubject).includes('one bad record is found, and the others are deleted'))
  assert.ok(!namesOf(resultsSubject).includes('one bad record is found, and the others are deleted'))
  assert.ok(namesOf(unsafeSubject).includes('what is not safe to send twice is sent once while it is in doubt'))
  assert.ok(!namesOf(unsafeSubject).includes('what is called safe to send twice does no harm when it is'))
  assert.ok(namesOf(bySdkSubject).includes('a deletion whose answer is lost is in doubt'))
  assert.ok(!namesOf(bySdkSubject).some((name) => name.startsWith('429')))
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
  await Promise.all(cases.map(({ run }) => run()))
})
