import { randomBytes } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import { type DatoCmsEmulatorSettings, type DatoCmsMode, startDatoCms } from '../../src/emulators/index.ts'
import { type Clock, type ProviderError, UsageError } from '../../src/http-provider.ts'
import { type DatoCmsConfig, datoCms } from '../../src/providers/datocms/datocms.ts'
import { callContext } from '../support/context.ts'
import { type Answer, listen } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('datocms')

type After = (closer: () => unknown) => void

const itemIds = (count: number): string[] => Array.from({ length: count }, () => randomBytes(16).toString('base64url'))

/** Time that passes only by sleeping, and then at once, but for a breath that lets jobs of the emulator end. */
const hastyClock = (): Clock & { readonly slept: ReadonlyArray<number> } => {
  let now = 0
  const slept: number[] = []
  const sleep = async (ms: number) => {
    slept.push(ms)
    now += ms
    await new Promise((resolve) => setTimeout(resolve, 2))
  }
  return { now: () => now, sleep, slept }
}

const start = async (after: After, settings: DatoCmsEmulatorSettings = {}, own: Partial<DatoCmsConfig> = {}) => {
  const emulator = await startDatoCms({ jobMs: 0, rate: 'none', ...settings })
  after(emulator.close)
  const provider = datoCms({ ...emulator.options, ...own })
  const clock = hastyClock()
  const context = callContext({ clock })
  const remove = (ids: ReadonlyArray<string>) => provider.deleteBatch({ number: 1, ids }, context)()
  const find = async (ids: ReadonlyArray<string>) => provider.findExisting?.({ number: 1, ids }, context)()
  const diagnose = async (id: string) => provider.diagnose?.(id, context)()
  const identify = async () => provider.identify?.(context)()
  const follow = async (jobId: string) => provider.followJob?.(jobId, { number: 1, ids: [] }, context)()
  const jobOf = async (ids: ReadonlyArray<string>) => {
    const started = await remove(ids)
    if (E.isRight(started) && started.right.kind === 'JobStarted') return started.right.jobId
    throw new Error(JSON.stringify(started))
  }
  return { ...emulator, provider, context, clock, remove, find, diagnose, identify, follow, jobOf }
}

const errorOf = (result: E.Either<ProviderError, unknown> | undefined): ProviderError => {
  if (result !== undefined && E.isLeft(result)) return result.left
  throw new Error(`expected an error, not ${JSON.stringify(result)}`)
}

test('facts', () => {
  const provider = datoCms({ apiToken: 'dato-token' })
  const { curableByOrder, ...facts } = provider.capabilities
  assert.ok(curableByOrder?.includes('vendor:DELETE_RESTRICTION') && curableByOrder.includes('counted-failed'))
  assert.equal(facts, {
    maxBatchSize: 200,
    atomicity: 'per-record',
    replay: 'safe',
    effect: 'unknown',
    rate: { requests: 60, perMs: 3_000 },
  })
  for (const id of ['hWl-mnkWRYmMCSTq4z_piQ', '4235', '1']) assert.ok(provider.isValidId(id), id)
  for (const id of ['', 'hWl', 'hWl-mnkWRYmMCSTq4z_piQ1', 'hWl-mnkWRYmMCSTq4z,piQ', 'hWl-mnkWRYmMCSTq4z_pi=']) {
    assert.not(provider.isValidId(id), id)
  }
  assert.is(provider.identityOf, undefined)
})

test('200 records are one job, and its result two counts', async ({ after }) => {
  const { seed, refuse, jobOf, follow, existing, calls } = await start(after)
  const ids = itemIds(200)
  seed(ids)
  refuse(ids.slice(0, 3))
  const jobId = await jobOf(ids)
  assert.equal(await follow(jobId), E.right({ kind: 'Ended', reply: { kind: 'Tally', deleted: 197, failed: 3 } }))
  assert.is(existing().size, 3)
  assert.equal(
    calls.map(({ method, url, status }) => `${method} ${url} ${status}`),
    ['POST /items/bulk/destroy 202', `GET /job-results/${jobId} 200`],
  )
})

test('a job that runs is pending, and one whose result has gone looks the same', async ({ after }) => {
  const { seed, jobOf, follow, existing } = await start(after, { jobMs: 40, jobResultMs: 40 })
  const [id = ''] = itemIds(1)
  seed([id])
  const jobId = await jobOf([id])
  assert.equal(await follow(jobId), E.right({ kind: 'Pending' }))
  assert.is(existing().size, 1)
  await new Promise((resolve) => setTimeout(resolve, 150))
  assert.equal(await follow(jobId), E.right({ kind: 'Pending' }))
  assert.is(existing().size, 0)
})

test('a missing id is counted, ignored, or refused: each is told as it was', async ({ after }) => {
  const [there = '', missing = ''] = itemIds(2)
  const counted = await start(after, { missing: 'failed' })
  counted.seed([there])
  const tally = async (started: typeof counted) => started.follow(await started.jobOf([there, missing]))
  assert.equal(await tally(counted), E.right({ kind: 'Ended', reply: { kind: 'Tally', deleted: 1, failed: 1 } }))
  const ignored = await start(after, { missing: 'ignored' })
  ignored.seed([there])
  assert.equal(await tally(ignored), E.right({ kind: 'Ended', reply: { kind: 'Tally', deleted: 1, failed: 0 } }))
  for (const [refusalStatus, blames, code] of [
    [404, 'absent', 'NOT_FOUND'],
    [422, 'unknown', 'INVALID_RELATIONSHIP'],
  ] as const) {
    const refused = await start(after, { missing: 'refuses', refusalStatus })
    refused.seed([there])
    assert.equal(errorOf(await refused.remove([there, missing])), {
      tag: 'Refused',
      status: refusalStatus,
      detail: code,
      culprits: [],
      blames,
      reason: { code: `vendor:${code}`, message: code, status: refusalStatus },
    })
    const failed = await start(after, { missing: 'job-fails', refusalStatus })
    failed.seed([there])
    const jobId = await failed.jobOf([there, missing])
    assert.equal(errorOf(await failed.follow(jobId)), {
      tag: 'JobFailed',
      jobId,
      detail: `status ${refusalStatus}: ${code}`,
      reason: { code: `vendor:${code}`, message: code, status: refusalStatus },
    })
  }
})

test('a job without counts says nothing', async ({ after }) => {
  const { seed, jobOf, follow } = await start(after, { jobPayload: 'null' })
  const ids = itemIds(1)
  seed(ids)
  assert.equal(await follow(await jobOf(ids)), E.right({ kind: 'Ended', reply: { kind: 'Accepted' } }))
})

test('what exists is listed, drafts included, in one request of less than 8 KiB', async ({ after }) => {
  const ids = itemIds(200)
  const drafts = new Set(ids.slice(50, 100))
  const { seed, find, calls } = await start(after, { drafts: (id) => drafts.has(id) })
  seed(ids.slice(0, 100))
  assert.equal(await find(ids), E.right(new Set(ids.slice(0, 100))))
  assert.is(calls.length, 1)
  assert.is(calls[0]?.url, `/items?version=current&filter[ids]=${ids.join(',')}&page[limit]=200`)
  assert.ok((calls[0]?.url.length ?? 0) < 8_192)
})

test('a filter that does not work is found out', async ({ after }) => {
  const ids = itemIds(40)
  for (const [filter, tag] of [
    ['ignored', 'Garbled'],
    ['refused', 'Refused'],
  ] as const) {
    const { seed, find } = await start(after, { filter })
    seed(ids)
    assert.is(errorOf(await find(ids.slice(0, 2))).tag, tag)
    assert.is(errorOf(await find([ids[0] ?? ''])).tag, tag)
  }
  const item = { id: ids[0] }
  for (const json of [{ data: [item], meta: { total_count: 9 } }, { data: [item] }, { data: {} }, []]) {
    const server = await listen(() => ({ json }))
    after(server.close)
    const provider = datoCms({ apiToken: 'dato-token', baseUrl: server.url })
    const found = await provider.findExisting?.({ number: 1, ids: ids.slice(0, 2) }, callContext())()
    assert.is(errorOf(found).tag, 'Garbled', JSON.stringify(json))
  }
})

test('closed for now is no fault of the records', async ({ after }) => {
  const modes: ReadonlyArray<[DatoCmsMode, string]> = [
    ['maintenance', 'MAINTENANCE_MODE'],
    ['read-only', 'ENVIRONMENT_IN_READ_ONLY_MODE'],
    ['environment-not-ready', 'ENVIRONMENT_NOT_READY'],
    ['site-not-ready', 'SITE_NOT_READY'],
    ['platform-maintenance', 'PLATFORM_SCHEDULED_MAINTENANCE'],
  ]
  for (const closedStatus of [422, 403, 503]) {
    const { remove, mode } = await start(after, { closedStatus })
    for (const [name, code] of modes) {
      mode(name)
      const error = errorOf(await remove(itemIds(1)))
      assert.is(error.tag, 'Unavailable', `${closedStatus} ${name}`)
      assert.match(error.detail, code)
    }
  }
})

test('transient means again, where nothing can have happened', async ({ after }) => {
  const told = async (status: number, code: string, transient: boolean) => {
    const json = { data: [{ id: 'e', type: 'api_error', attributes: { code, transient, details: { field: 'x' } } }] }
    const server = await listen(() => ({ status, json }))
    after(server.close)
    const provider = datoCms({ apiToken: 'dato-token', baseUrl: server.url })
    return errorOf(await provider.deleteBatch({ number: 1, ids: itemIds(1) }, callContext())())
  }
  assert.equal(await told(422, 'BATCH_BUSY', true), {
    tag: 'Unavailable',
    detail: 'HTTP 422: BATCH_BUSY {"field":"x"}',
  })
  assert.is((await told(422, 'BATCH_BUSY', false)).tag, 'Refused')
  assert.is((await told(500, 'EXCEPTION', true)).tag, 'Interrupted')
  assert.is((await told(429, 'RATE_LIMIT_EXCEEDED', true)).tag, 'Throttled')
  assert.is((await told(401, 'INVALID_AUTHORIZATION_HEADER', true)).tag, 'Denied')
})

test('a throttle is one, whatever the body says', async ({ after }) => {
  const settings = { rate: { requests: 1, perMs: 60_000 }, ratePhaseMs: 30_000, retryAfter: 'date' } as const
  const { remove } = await start(after, settings)
  assert.ok(E.isRight(await remove(itemIds(1))))
  const error = errorOf(await remove(itemIds(1)))
  assert.is(error.tag, 'Throttled')
  const { retryAfterMs = 0 } = error as { retryAfterMs?: number }
  assert.ok(retryAfterMs > 28_000 && retryAfterMs <= 31_000, `${retryAfterMs}`)
})

test('why a record is refused is learnt by deleting it alone', async ({ after }) => {
  const { seed, refuse, diagnose, existing, calls, clock } = await start(after, { jobMs: 8 })
  const [locked = '', gone = '', free = ''] = itemIds(3)
  seed([locked, free])
  refuse([locked], 'ITEM_LOCKED')
  assert.equal(
    await diagnose(locked),
    E.right({ is: 'rejected', reason: { code: 'vendor:ITEM_LOCKED', message: 'ITEM_LOCKED', status: 422 } }),
  )
  assert.equal(await diagnose(gone), E.right({ is: 'absent' }))
  assert.equal(await diagnose(free), E.right({ is: 'deleted' }))
  assert.equal([...existing()], [locked])
  assert.is(calls[0]?.method, 'DELETE')
  assert.is(clock.slept[0], 250)
})

test('a diagnosis has an end, and says that it may have happened', async ({ after }) => {
  const { seed, fault, diagnose, clock, calls, context } = await start(after)
  const ids = itemIds(1)
  seed(ids)
  fault('job-never-ends')
  assert.is(errorOf(await diagnose(ids[0] ?? '')).tag, 'JobOverdue')
  const total = clock.slept.reduce((sum, ms) => sum + ms, 0)
  assert.ok(total > 30_000 && total < 120_000, `${total}`)
  assert.ok(calls.length < 25)
  assert.ok(context.purposes.slice(1).every((purpose) => purpose === 'poll'))
})

test('a diagnosis bears with trouble while it polls', async ({ after }) => {
  const { seed, fault, diagnose, clock } = await start(after, { retryAfter: 'seconds', retryAfterMs: 7_000 })
  const ids = itemIds(1)
  seed(ids)
  fault('429', { route: 'poll' })
  fault('500', { route: 'poll' })
  fault('lost-after', { route: 'poll' })
  assert.equal(await diagnose(ids[0] ?? ''), E.right({ is: 'deleted' }))
  assert.equal(clock.slept, [250, 7_000, 500, 1_000])
})

test('polls of a diagnosis that are put off are none of those that it may take, and end after maxWaitMs', async ({
  after,
}) => {
  const { seed, fault, diagnose, clock, context, calls } = await start(after, { retryAfter: 'none' })
  const [first = '', second = ''] = itemIds(2)
  seed([first, second])
  fault('429', { route: 'poll', times: 20 })
  assert.equal(await diagnose(first), E.right({ is: 'deleted' }))
  assert.is(calls.length, 22)
  fault('429', { route: 'poll', times: Number.POSITIVE_INFINITY })
  const began = clock.now()
  assert.is(errorOf(await diagnose(second)).tag, 'JobOverdue')
  const waited = clock.now() - began
  assert.ok(waited >= 600_000 && waited < 640_000, `${waited}`)
  assert.ok(context.purposes.length < 200)
})

test('a diagnosis that loses its rights was not seen to end, and one that is cut short was sent', async ({ after }) => {
  const { seed, fault, diagnose, context } = await start(after, { jobMs: 60_000 })
  const [first = '', second = ''] = itemIds(2)
  seed([first, second])
  fault('403', { route: 'poll' })
  assert.is(errorOf(await diagnose(first)).tag, 'JobOverdue')
  const cut = diagnose(second)
  while (context.purposes.length < 6) await new Promise((resolve) => setTimeout(resolve, 2))
  context.close()
  assert.equal(errorOf(await cut), { tag: 'Aborted', sent: true, detail: 'the run is ending' })
})

test('where a run deletes', async ({ after }) => {
  const environments = ['main', 'sandbox']
  const primary = await start(after, { environments }, { environment: 'primary' })
  assert.equal(
    await primary.identify(),
    E.right({
      key: `${primary.url} 155 main`,
      label: 'Emulated project · main',
      production: 'yes',
      account: `${primary.url} 155`,
    }),
  )
  const sandbox = await start(after, { environments }, { environment: 'sandbox' })
  assert.equal(
    await sandbox.identify(),
    E.right({
      key: `${sandbox.url} 155 sandbox`,
      label: 'Emulated project · sandbox',
      production: 'no',
      account: `${sandbox.url} 155`,
    }),
  )
  const nowhere = await start(after, { environments }, { environment: 'sandbx' })
  assert.equal(errorOf(await nowhere.identify()), {
    tag: 'Denied',
    status: 404,
    detail: 'there is no environment "sandbx" in this project, but main, sandbox',
  })
  const untold = await start(after, { places: false }, { environment: 'primary' })
  assert.equal(
    await untold.identify(),
    E.right({ key: `${untold.url} primary`, label: `${untold.url} · primary`, production: 'yes' }),
  )
  const unknown = await start(after, { environments, places: false }, { environment: 'sandbox' })
  const place = await unknown.identify()
  assert.is(place && E.isRight(place) && place.right.production, 'unknown')
})

test('a promotion in mid-run does not move the run', async ({ after }) => {
  const ids = itemIds(2)
  for (const asked of [true, false]) {
    const { seed, remove, promote, identify, existing, calls } = await start(
      after,
      { environments: ['main', 'fork'] },
      { environment: 'primary' },
    )
    seed(ids)
    seed(ids, 'fork')
    if (asked) assert.is((await identify())?._tag, 'Right')
    assert.ok(E.isRight(await remove(ids.slice(0, 1))))
    promote('fork')
    assert.ok(E.isRight(await remove(ids.slice(1))))
    await new Promise((resolve) => setTimeout(resolve, 10))
    assert.equal([existing('main').size, existing('fork').size], [0, 2])
    assert.ok(calls.length > 1)
  }
})

test('an answer from another environment halts', async ({ after }) => {
  const answers: Answer[] = [
    { status: 404, headers: { 'x-environment': 'fork' }, json: { data: [] } },
    { status: 202, headers: { 'x-environment': 'fork' }, json: { data: { type: 'job', id: '1' } } },
  ]
  const server = await listen((_, count) => answers[count - 1] ?? {})
  after(server.close)
  const provider = datoCms({ apiToken: 'dato-token', environment: 'main', baseUrl: server.url })
  const context = callContext()
  const polled = errorOf(await provider.followJob?.('1', { number: 1, ids: [] }, context)())
  assert.equal(polled, {
    tag: 'Denied',
    status: 404,
    detail: 'x-environment is "fork" in an answer, but this run is about "main"',
  })
  // This one may have deleted, and nobody knows where.
  const { tag, inDoubt } = errorOf(await provider.deleteBatch({ number: 1, ids: itemIds(1) }, context)()) as {
    readonly tag: string
    readonly inDoubt?: true
  }
  assert.equal({ tag, inDoubt }, { tag: 'Denied', inDoubt: true })
  assert.equal(
    server.requests.map(({ headers }) => headers['x-environment']),
    ['main', 'main'],
  )
})

test('every request says which version of the API is meant', async ({ after }) => {
  const { seed, remove, find, diagnose, identify } = await start(after)
  const ids = itemIds(1)
  seed(ids)
  const results = [await remove(ids), await find(ids), await diagnose(ids[0] ?? ''), await identify()]
  for (const result of results) assert.is(result?._tag, 'Right', JSON.stringify(result))
})

test('what can not be meant is refused', () => {
  const bad: ReadonlyArray<[Record<string, unknown>, RegExp]> = [
    [{}, /token is missing/],
    [{ apiToken: '' }, /token is missing/],
    [{ apiToken: 't', environment: '' }, /environment must be/],
    [{ apiToken: 't', environment: 'a b' }, /environment must be/],
    [{ apiToken: 't', enviroment: 'sandbox' }, /unknown option "enviroment"/],
    [{ apiToken: 't', baseUrl: 'http://site-api.datocms.com' }, /allowInsecure/],
    [{ apiToken: 't', http: { headers: { 'X-Environment': 'sandbox' } } }, /the adapter sets it/],
  ]
  for (const [config, says] of bad) {
    assert.throws(
      () => datoCms(config as unknown as DatoCmsConfig),
      (error: Error) => error instanceof UsageError && says.test(error.message),
    )
  }
})
