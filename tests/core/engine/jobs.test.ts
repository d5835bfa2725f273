import { type DatoCmsEmulator, startDatoCms } from '../../../src/emulators/index.ts'
import { datoCms, deleteRecords, type Report, type RunOptions } from '../../../src/index.ts'
import { listen } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'
import {
  type After,
  audit,
  checkBooks,
  counts,
  deletions,
  doneWithin,
  fastClock,
  hangUp,
  item,
  listener,
  many,
  outcomeOf,
  realSleep,
  tally,
  together,
  until,
} from './harness.ts'

const test = suite('jobs', { deadlineMs: 20_000 })

type Settings = NonNullable<Parameters<typeof startDatoCms>[0]>

interface Scene {
  readonly settings?: Settings
  readonly ids: ReadonlyArray<string>
  readonly missing?: ReadonlyArray<string>
  readonly refused?: ReadonlyArray<string>
  readonly options?: RunOptions
  readonly before?: (emulator: DatoCmsEmulator) => void
}

/** A run over an emulator that lacks some of the records and refuses others, audited. */
const scene = async (after: After, { settings, ids, missing = [], refused = [], options, before }: Scene) => {
  const emulator = await startDatoCms({ jobMs: 3, rate: 'none', ...settings })
  after(emulator.close)
  const seeded = ids.filter((id) => !missing.includes(id))
  emulator.seed(seeded)
  emulator.refuse(refused)
  before?.(emulator)
  const { onEvent, of } = listener()
  const report = await deleteRecords(doneWithin(1_000, datoCms(emulator.options)), ids, {
    clock: fastClock(),
    onEvent,
    ...options,
  })
  audit(emulator, report, { distinct: ids, seeded })
  return { emulator, report, of }
}

const submits = (emulator: DatoCmsEmulator) => emulator.calls.filter(({ method }) => method === 'POST')
const singles = (emulator: DatoCmsEmulator) => emulator.calls.filter(({ method }) => method === 'DELETE')
const reads = (emulator: DatoCmsEmulator) => emulator.calls.filter(({ url }) => url.startsWith('/items?'))
const polls = (emulator: DatoCmsEmulator) => emulator.calls.filter(({ url }) => url.startsWith('/job-results/'))
const endless = { times: Number.POSITIVE_INFINITY }

/** Gone, rejected, and whatever else: for backends that can't tell `deleted` from `absent`. */
const fate = (report: Report) => {
  const { deleted, absent, ...others } = counts(report)
  return { gone: (deleted ?? 0) + (absent ?? 0), ...others }
}

test('nothing wrong: one job a batch, and its result is the evidence', async ({ after }) => {
  const ids = many(450, item)
  const { emulator, report, of } = await scene(after, { ids })
  assert.equal(tally(report.outcomes), { 'deleted by job': 450 })
  assert.is(submits(emulator).length, 3)
  assert.is(reads(emulator).length, 1, 'the control')
  assert.is(of('job-started').length, 3)
  assert.is(of('job-ended').length, 3)
})

test('a missing id, in each way that it may be treated: gone is gone and refused is refused', async ({ after }) => {
  const ids = many(60, item)
  const missing = [ids[3], ids[59]] as string[]
  const refused = [ids[10], ids[45]] as string[]
  const treatments: ReadonlyArray<Settings> = [
    { missing: 'failed' },
    { missing: 'ignored' },
    { missing: 'refuses', refusalStatus: 422 },
    { missing: 'refuses', refusalStatus: 404 },
    { missing: 'job-fails', refusalStatus: 422 },
    { missing: 'job-fails', refusalStatus: 404 },
  ]
  await together(treatments, async (settings) => {
    const name = JSON.stringify(settings)
    for (const batchSize of [60, 20]) {
      const options = { batchSize, clock: fastClock(40) }
      const { report } = await scene(after, { settings, ids, missing, refused, options })
      assert.is(report.halted, undefined, name)
      assert.equal(fate(report), { gone: 58, rejected: 2 }, `${name}, batches of ${batchSize}`)
      for (const id of refused) {
        const outcome = outcomeOf(report, id)
        assert.is(outcome.status === 'rejected' ? outcome.reason.code : '', 'vendor:DELETE_RESTRICTION', name)
      }
    }
  })
})

test('nothing but missing ids: nothing is called deleted by us on the word of a job', async ({ after }) => {
  const ids = many(30, item)
  await together(['failed', 'ignored', 'refuses', 'job-fails'] as const, async (missing) => {
    const options = { clock: fastClock(40) }
    const { report } = await scene(after, { settings: { missing }, ids, missing: ids, options })
    const told = tally(report.outcomes)
    for (const word of Object.keys(told))
      assert.ok(['absent by read-back', 'absent by reply', 'unconfirmed'].includes(word), `${missing}: ${word}`)
  })
})

test('half done before: the second run finds the rest, and does not halt', async ({ after }) => {
  const ids = many(120, item)
  await together(['failed', 'ignored', 'refuses', 'job-fails'] as const, async (missing) => {
    const options = { clock: fastClock(40), batchSize: 30 }
    const { report } = await scene(after, { settings: { missing }, ids, missing: ids.slice(0, 60), options })
    assert.is(report.halted, undefined, missing)
    assert.equal(fate(report), { gone: 120 }, missing)
    for (const id of ids.slice(60)) assert.is(outcomeOf(report, id).status, 'deleted', `${missing} ${id}`)
  })
})

test('counts that are partial: the reasons of the first few are asked for, and no more', async ({ after }) => {
  const ids = many(100, item)
  const refused = ids.slice(20, 40)
  for (const diagnoses of [0, 3, 50]) {
    const { emulator, report } = await scene(after, { ids, refused, options: { diagnoses } })
    assert.equal(fate(report), { gone: 80, rejected: 20 })
    const asked = Math.min(diagnoses, 20)
    assert.is(singles(emulator).length, asked, `diagnoses: ${diagnoses}`)
    const told = report.outcomes.filter(
      (outcome) => outcome.status === 'rejected' && outcome.reason.code === 'vendor:DELETE_RESTRICTION',
    )
    assert.is(told.length, asked)
  }
})

test('a draft that was refused is not taken for gone', async ({ after }) => {
  const ids = many(20, item)
  const refused = ids.slice(0, 3)
  const { report } = await scene(after, { settings: { drafts: () => true }, ids, refused })
  assert.equal(fate(report), { gone: 17, rejected: 3 })
})

test('a result that counts nothing is read back', async ({ after }) => {
  const ids = many(20, item)
  const refused = ids.slice(0, 3)
  const options = { attempts: 2 }
  const { report } = await scene(after, { settings: { jobPayload: 'null' }, ids, refused, options })
  assert.equal(counts(report), { deleted: 17, untouched: 3 })
})

test('a job that fails once, having done nothing, half or everything', async ({ after }) => {
  const ids = many(50, item)
  await together(['nothing', 'half', 'everything'] as const, async (brokenJob) => {
    const { emulator, report } = await scene(after, {
      settings: { brokenJob },
      ids,
      options: { batchSize: 25, clock: fastClock(40) },
      before: (each) => each.fault('job-fails', { route: 'bulk' }),
    })
    assert.equal(fate(report), { gone: 50 }, brokenJob)
    assert.ok(submits(emulator).length <= 40, `${brokenJob}: ${submits(emulator).length} jobs`)
  })
})

test('jobs that always fail: the run ends, and nothing that is there is called gone', async ({ after }) => {
  const ids = many(50, item)
  await together(['nothing', 'half', 'everything'] as const, async (brokenJob) => {
    const { emulator, report } = await scene(after, {
      settings: { brokenJob },
      ids,
      options: { batchSize: 25, clock: fastClock(100) },
      before: (each) => each.fault('job-fails', endless),
    })
    if (brokenJob === 'everything') assert.equal(tally(report.outcomes), { 'deleted by read-back': 50 })
    assert.not.ok('unconfirmed' in counts(report), 'a job that has failed is over: one look tells what it did')
    assert.ok(submits(emulator).length <= 110, `${brokenJob}: ${submits(emulator).length} jobs`)
  })
})

test('a job that never ends: read back at its deadline, and never called there', async ({ after }) => {
  const ids = many(40, item)
  const expected = {
    nothing: { unconfirmed: 40 },
    half: { 'deleted by read-back': 20, unconfirmed: 20 },
    everything: { 'deleted by read-back': 40 },
  }
  await together(['nothing', 'half', 'everything'] as const, async (brokenJob) => {
    const { emulator, report, of } = await scene(after, {
      settings: { brokenJob },
      ids,
      options: { jobDeadlineMs: 8_000 },
      before: (each) => each.fault('job-never-ends', { route: 'bulk' }),
    })
    assert.equal(tally(report.outcomes), expected[brokenJob])
    assert.is(submits(emulator).length, 1, 'it is not submitted again')
    assert.is(of('job-ended').length, 1)
  })
})

test('a result that has expired: read back at the deadline', async ({ after }) => {
  const ids = many(40, item)
  const { emulator, report } = await scene(after, {
    settings: { jobResultMs: 0 },
    ids,
    options: { jobDeadlineMs: 8_000 },
  })
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 40 })
  assert.is(submits(emulator).length, 1)
})

test('polls that fail are asked again, and the job is never submitted again for it', async ({ after }) => {
  const ids = many(60, item)
  await together(['429', '500', '503', 'html', 'truncated', 'lost-after', 'slow'] as const, async (fault) => {
    const { emulator, report, of } = await scene(after, {
      settings: { slowMs: 800, retryAfter: 'decimals', retryAfterMs: 200 },
      ids,
      options: { batchSize: 20, ...(fault === 'slow' && { callTimeoutMs: 8_000 }) },
      before: (each) => each.fault(fault, { route: 'poll', times: 3 }),
    })
    assert.equal(tally(report.outcomes), { 'deleted by job': 60 }, fault)
    assert.is(submits(emulator).length, 3, fault)
    assert.ok(of('call-failed').every(({ purpose }) => purpose === 'poll'))
    assert.is(of('call-failed').length, 3)
  })
})

test('a token that is lost while jobs are polled: never untouched', async ({ after }) => {
  const ids = many(60, item)
  const { report } = await scene(after, {
    ids,
    options: { batchSize: 20 },
    before: (each) => each.fault('401', { route: 'poll', ...endless }),
  })
  assert.is(report.halted?.because, 'denied')
  assert.equal(Object.keys(tally(report.outcomes)).sort(), ['deleted by read-back'])
})

test('a submit whose answer is lost: read back, and counts of a second job prove nothing', async ({ after }) => {
  const ids = many(60, item)
  await together(['lost-after', 'lost-before', 'truncated', '500', '503', 'html'] as const, async (fault) => {
    for (const nth of [1, 2]) {
      const { emulator, report } = await scene(after, {
        ids,
        options: { batchSize: 30 },
        before: (each) => each.fault(fault, { route: 'bulk', nth }),
      })
      assert.equal(fate(report), { gone: 60 }, fault)
      const done = fault === 'lost-after' || fault === 'truncated'
      assert.is(submits(emulator).length, done ? 2 : 3, `${fault} ${nth}`)
      if (done) assert.is(tally(report.outcomes)['deleted by read-back'], 30, fault)
    }
  })
})

test("verify: 'never' reads nothing, and what only counts are known of is unconfirmed", async ({ after }) => {
  const ids = many(60, item)
  const refused = [ids[25] as string]
  const { emulator, report } = await scene(after, { ids, refused, options: { verify: 'never', batchSize: 20 } })
  assert.equal(tally(report.outcomes), { 'deleted by job': 40, unconfirmed: 20 })
  assert.is(reads(emulator).length, 0)
})

test("verify: 'never' and every kind of trouble: still no read, and nothing made up", async ({ after }) => {
  const ids = many(40, item)
  const troubles: ReadonlyArray<(emulator: DatoCmsEmulator) => void> = [
    (each) => each.fault('lost-after', { route: 'bulk' }),
    (each) => each.fault('job-fails', { route: 'bulk' }),
    (each) => each.fault('job-never-ends', { route: 'bulk' }),
    (each) => each.fault('403', { route: 'poll', ...endless }),
  ]
  await together(troubles, async (before) => {
    const { emulator } = await scene(after, {
      ids,
      before,
      settings: { brokenJob: 'half' },
      options: { verify: 'never', batchSize: 20, jobDeadlineMs: 8_000 },
    })
    assert.is(reads(emulator).length, 0)
  })
})

test("verify: 'all' reads every deletion back", async ({ after }) => {
  const ids = many(60, item)
  const { emulator, report } = await scene(after, { ids, options: { verify: 'all', batchSize: 20 } })
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 60 })
  assert.ok(reads(emulator).length >= 3)
})

test("verify: 'all' and a job that says more than it did: unconfirmed", async ({ after }) => {
  const ids = many(5, item)
  const dato = await startLiar(after, ids, { says: 5, keeps: ids.slice(3) })
  const report = await deleteRecords(doneWithin(1_000, dato.provider), ids, { verify: 'all', clock: fastClock() })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 3, unconfirmed: 2 })
})

test('never more jobs at once than maxJobs', async ({ after }) => {
  const ids = many(120, item)
  const { report, of } = await scene(after, {
    settings: { jobMs: 30 },
    ids,
    options: { batchSize: 10, maxJobs: 2, concurrency: 6, clock: fastClock(50) },
  })
  assert.equal(counts(report), { deleted: 120 })
  const steps = [...of('job-started'), ...of('job-ended')].sort((one, other) => one.at - other.at)
  let running = 0
  for (const { kind } of steps) {
    running += kind === 'job-started' ? 1 : -1
    assert.ok(running <= 2, `${running} jobs at once`)
  }
})

test('a running job holds no slot: others are submitted meanwhile', async ({ after }) => {
  const ids = many(50, item)
  const { emulator, report } = await scene(after, {
    settings: { jobMs: 200 },
    ids,
    options: { batchSize: 10, concurrency: 1 },
  })
  assert.equal(counts(report), { deleted: 50 })
  const at = submits(emulator).map((call) => call.at)
  assert.ok((at.at(-1) ?? 0) - (at[0] ?? 0) < 200, 'all were submitted before the first was done')
})

test('closed for now: waited for, and nobody is blamed', async ({ after }) => {
  const ids = many(40, item)
  await together(
    ['maintenance', 'read-only', 'environment-not-ready', 'platform-maintenance'] as const,
    async (mode) => {
      const opening = (emulator: DatoCmsEmulator) => {
        emulator.mode(mode)
        void until(() => emulator.calls.some(({ status }) => status > 400)).then(() => emulator.mode('open'))
      }
      const { report, of } = await scene(after, { ids, before: opening, options: { verify: 'never' } })
      assert.equal(tally(report.outcomes), { 'deleted by job': 40 }, mode)
      assert.ok(of('paused').length >= 1, mode)
    },
  )
})

test('closed for good: a halt after ten minutes, and all untouched', async ({ after }) => {
  const ids = many(40, item)
  const { report, emulator } = await scene(after, {
    ids,
    before: (each) => each.mode('read-only'),
    options: { clock: fastClock(1_000), callTimeoutMs: 1_000_000 },
  })
  assert.equal(tally(report.outcomes), { 'untouched: unavailable': 40 })
  assert.is(report.halted?.because, 'unavailable')
  assert.ok(emulator.calls.length <= 80, `${emulator.calls.length} requests`)
})

test('another environment is promoted in mid-run: nothing of it is deleted', async ({ after }) => {
  const ids = many(100, item)
  const emulator = await startDatoCms({ jobMs: 3, rate: 'none', environments: ['old', 'new'], environment: 'primary' })
  after(emulator.close)
  emulator.seed(ids, 'old')
  emulator.seed(ids, 'new')
  let sent = 0
  const report = await deleteRecords(datoCms(emulator.options), ids, {
    clock: fastClock(),
    batchSize: 10,
    concurrency: 1,
    onEvent: ({ kind }) => {
      if (kind === 'batch-sent' && ++sent === 3) emulator.promote('new')
    },
  })
  checkBooks(report, ids)
  assert.is(emulator.existing('new').size, 100)
  assert.is(emulator.existing('old').size, 100 - (report.totals.deleted ?? 0))
})

/**
 * A stand-in that the emulator can't be: its bulk jobs keep some records, the first one may count otherwise than it did,
 * and its single deletions are of its own.
 */
const startLiar = async (
  after: After,
  ids: ReadonlyArray<string>,
  told: {
    readonly keeps: ReadonlyArray<string>
    /** What the first job counts as successful. */
    readonly says?: number
    readonly single?: (id: string, existing: Set<string>) => void
    /** The status of a poll for a single deletion; left out: no answer. */
    readonly poll?: number
  },
) => {
  const existing = new Set(ids)
  const jobs: Array<{ successful: number; failed: number }> = []
  let singlesAsked = 0
  const server = await listen(({ method, target, body }) => {
    if (method === 'POST') {
      const sent: string[] = JSON.parse(body).data.relationships.items.data.map(({ id }: { id: string }) => id)
      const done = sent.filter((id) => existing.has(id) && !told.keeps.includes(id))
      for (const id of done) existing.delete(id)
      const successful = (jobs.length === 0 ? told.says : undefined) ?? done.length
      const id = `bulk-${jobs.push({ successful, failed: sent.length - successful })}`
      return { status: 202, json: { data: { type: 'job', id } } }
    }
    if (method === 'DELETE') {
      singlesAsked++
      told.single?.(target.slice('/items/'.length), existing)
      return { status: 202, json: { data: { type: 'job', id: 'single' } } }
    }
    if (target === '/job-results/single') return told.poll === undefined ? hangUp : { status: told.poll, json: {} }
    if (target.startsWith('/job-results/bulk-')) {
      const payload = { data: [], meta: jobs[Number(target.split('-').at(-1)) - 1] }
      return { json: { data: { type: 'job_result', id: 'bulk', attributes: { status: 200, payload } } } }
    }
    const asked = (new URL(target, 'http://x').searchParams.get('filter[ids]') ?? '').split(',')
    const listed = asked.filter((id) => existing.has(id))
    return { json: { data: listed.map((id) => ({ type: 'item', id })), meta: { total_count: listed.length } } }
  })
  after(server.close)
  const provider = datoCms({ apiToken: 'a-token', baseUrl: server.url })
  return { ...server, provider, existing, singlesAsked: () => singlesAsked }
}

test('asking for a reason may delete: a role that is lost just then leaves a doubt, not a rejection', async ({
  after,
}) => {
  const ids = many(5, item)
  for (const deletes of [true, false]) {
    const dato = await startLiar(after, ids, {
      keeps: ids.slice(4),
      poll: 403,
      single: (id, existing) => {
        if (deletes) void realSleep(50).then(() => existing.delete(id))
      },
    })
    const report = await deleteRecords(doneWithin(500, dato.provider), ids, { clock: fastClock(), drainMs: 3_000 })
    checkBooks(report, ids)
    assert.is(dato.singlesAsked(), 1)
    const outcome = outcomeOf(report, ids[4] as string)
    const honest = deletes ? ['deleted', 'unconfirmed'] : ['unconfirmed']
    assert.ok(honest.includes(outcome.status), `${deletes}: ${JSON.stringify(outcome)}`)
  }
})

test('asking for a reason, and no answer ever: a doubt too', async ({ after }) => {
  const ids = many(5, item)
  const dato = await startLiar(after, ids, { keeps: ids.slice(4) })
  const report = await deleteRecords(doneWithin(20_000, dato.provider), ids, {
    clock: fastClock(500),
    callTimeoutMs: 300_000,
  })
  checkBooks(report, ids)
  assert.is(outcomeOf(report, ids[4] as string).status, 'unconfirmed', 'the job may still delete it')
})

test('counts that promise more than a look shows: nothing is made up', async ({ after }) => {
  const ids = many(6, item)
  // Counted as deleted, all of them but one; and four of them are still there.
  const dato = await startLiar(after, ids, { says: 5, keeps: ids.slice(2) })
  const report = await deleteRecords(doneWithin(10_000, dato.provider), ids, {
    clock: fastClock(200),
    callTimeoutMs: 300_000,
    attempts: 2,
  })
  checkBooks(report, ids)
  for (const { id, status } of report.outcomes) {
    assert.is(dato.existing.has(id), !(status === 'deleted' || status === 'absent'), id)
    assert.is.not(status, 'rejected', `${id}: one of the four failed, nobody knows which`)
  }
})

test('requests at the server: a batch costs a submit and about one poll', async ({ after }) => {
  const ids = many(2_000, item)
  const { emulator, report } = await scene(after, { settings: { jobMs: 10 }, ids, options: { batchSize: 50 } })
  assert.equal(counts(report), { deleted: 2_000 })
  assert.is(deletions(emulator).length, 40)
  assert.ok(polls(emulator).length <= 120, `${polls(emulator).length} polls for 40 jobs`)
})
