/** node-zendesk against our stand-in for Zendesk, and what it sends beside what our adapter sends. */
import zendesk from 'node-zendesk'
import { assert, rejection, suite } from '../support/suite.ts'
import { zendeskSubject, zendeskUsersSubject } from '../testing/providers/zendesk.ts'
import { essence, ours, type Passed, standInFor } from './between.ts'

const test = suite('clients: zendesk', { deadlineMs: 30_000 })

interface Status {
  readonly id: string
  readonly status: string
  readonly results: ReadonlyArray<{ readonly id: number; readonly success: boolean }> | null
}

/** Its types promise nothing of a job, so its answers are looked at here. */
const jobIn = (told: unknown): Status => {
  const { result = told } = told as { readonly result?: unknown }
  const { job_status = result } = result as { readonly job_status?: unknown }
  return job_status as Status
}

for (const [type, subject] of [
  ['tickets', zendeskSubject],
  ['users', zendeskUsersSubject],
] as const) {
  test(`deletes ${type} by a job, and follows it`, async ({ after }) => {
    const { backend, line, idOf } = await standInFor(subject, after, withoutFormat)
    const ids = Array.from({ length: 4 }, (_, n) => idOf(n))
    const [locked = ''] = ids
    await backend.seed(ids)
    await backend.refuse?.(locked)
    const client = zendesk.createClient({
      username: 'agent@example.com',
      token: 'zendesk-secret',
      endpointUri: `${line.url}/api/v2`,
    })
    const numbers = ids.map(Number)
    const started: unknown = await (type === 'tickets'
      ? client.tickets.deleteMany(numbers)
      : // With fewer arguments it leaves the ids out.
        client.users.destroyMany(numbers, undefined, undefined))
    const theirs = line.passed()
    const job = jobIn(started)
    assert.is(typeof job.id, 'string')
    const watched = async () => {
      for (let asked = 0; asked < 100; asked++) {
        const now = jobIn(await client.jobstatuses.show(job.id))
        if (now.status === 'completed') return now
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
      throw new Error('the job never ended')
    }
    const done = await watched()
    assert.equal(
      (done.results ?? [])
        .filter(({ success }) => success)
        .map(({ id }) => id)
        .sort(),
      numbers.slice(1),
    )
    const theirPoll = line.passed()[0]
    if (type === 'tickets') assert.ok(await rejection(client.tickets.show(Number(ids[1]))))
    assert.equal([...(await backend.existing())], [locked])
    line.passed()

    await backend.seed(ids)
    const { report, sent } = await ours(line, subject.provider(line.url), ids)
    assert.equal(
      report.outcomes.map(({ status }) => status),
      ['rejected', 'deleted', 'deleted', 'deleted'],
    )
    const [deletion] = sent.filter(({ method }) => method === 'DELETE')
    const [theirDeletion] = theirs
    assert.ok(deletion && theirDeletion && theirPoll)
    assert.equal(plain(deletion), { ...plain(theirDeletion), path: `/api/v2/${type}/destroy_many` })
    assert.is(deletion.headers['authorization'], theirDeletion.headers['authorization'])
    const poll = sent.find(({ path }) => path.includes('job_statuses'))
    assert.is(poll?.path.replace(/job-\d+/, 'job-1'), withoutFormat(theirPoll.path))
  })
}

/** It asks for `.json`, which is another name of the same. */
const withoutFormat = (target: string): string => target.replace(/\.json(?=\?|$)/, '')

const plain = (request: Passed) => {
  const { path, ...others } = essence(request)
  return { ...others, path: withoutFormat(path) }
}
