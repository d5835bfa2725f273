import { type AvePointOpusEmulatorSettings, startAvePointOpus } from '../../src/emulators/index.ts'
import { openDesk } from '../../src/opus-submit/desk.ts'
import {
  type AvePointOpusConfig,
  type OpusRecord,
  type SubmitEvent,
  type SubmitOptions,
  type SubmitReport,
  submitRecords,
  UsageError,
} from '../../src/opus-submit.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { type Answer, listen } from '../support/listen.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('opus-submit')

type After = (closer: () => unknown) => void

const connectionId = 'd9da492f-cc67-4920-99f9-6fbaae1f1410'
const overwrite = { connectionId, conflictOption: 'Overwrite' } as const

const record = (rowKey: string, more: object = {}): OpusRecord => ({
  rowKey,
  leafName: `Contract ${rowKey}`,
  timeCreated: '2014-03-01T10:00:00Z',
  timeModified: '2014-03-02T10:00:00Z',
  createdBy: 'kim@example.com',
  modifiedBy: 'kim@example.com',
  ...more,
})

const start = async (
  after: After,
  settings: AvePointOpusEmulatorSettings = {},
  own: Partial<AvePointOpusConfig> = {},
) => {
  const emulator = await startAvePointOpus(settings)
  after(emulator.close)
  const submit = (
    records: Parameters<typeof submitRecords>[1],
    options: Partial<SubmitOptions> = {},
  ): Promise<SubmitReport> =>
    submitRecords({ ...emulator.options, ...own } as AvePointOpusConfig, records, { ...overwrite, ...options })
  const submissions = () => emulator.calls.filter(({ method, url }) => method === 'POST' && !url.includes('token'))
  return { emulator, submit, submissions }
}

/** What becomes of three records where Opus answers so. */
const told = async (after: After, answers: ReadonlyArray<Answer>, own: Partial<AvePointOpusConfig> = {}) => {
  let asked = 0
  const server = await listen(() => answers[Math.min(asked++, answers.length - 1)] as Answer)
  after(server.close)
  const config = { baseUrl: server.url, token: 'opus-token', ...own } as AvePointOpusConfig
  const report = await submitRecords(
    config,
    ['a', 'b', 'c'].map((key) => record(key)),
    {
      ...overwrite,
      clock: hurriedClock(),
    },
  )
  return report.outcomes.map((outcome) => outcome.status)
}

const statuses = ({ outcomes }: SubmitReport) => outcomes.map(({ status }) => status)

test('records may be of any type that has the built-in columns', async ({ after }) => {
  interface Invoice extends OpusRecord {
    readonly amount: number
  }
  const { emulator } = await start(after)
  const invoices: ReadonlyArray<Invoice> = [{ ...record('a'), amount: 7 }]
  const report = await submitRecords(emulator.options, new Set(invoices), overwrite)
  assert.is(report.totals.submitted, 1)
  assert.is(emulator.submitted().get('a')?.['amount'], 7)
})

test('40 records go in 3 requests of 15, and each has an outcome in its place', async ({ after }) => {
  const { emulator, submit, submissions } = await start(after)
  const records = Array.from({ length: 40 }, (_, n) => record(`key ${n}`))
  const report = await submit(records)
  assert.equal(report.totals, { submitted: 40, rejected: 0, invalid: 0, untouched: 0, unconfirmed: 0 })
  assert.equal(
    report.outcomes,
    records.map(({ rowKey }, index) => ({ index, rowKey, status: 'submitted' })),
  )
  assert.equal(
    submissions()
      .map(({ ids }) => ids.length)
      .sort(),
    [10, 15, 15],
  )
  assert.equal([report.halted, report.sourceEnded, report.requests], [undefined, true, 4])
  assert.equal(emulator.submitted().get('key 7'), record('key 7'))
})

test('Overwrite puts the new one in its place, Skip leaves the old one', async ({ after }) => {
  const { emulator, submit } = await start(after)
  await submit([record('a', { leafName: 'one' })])
  assert.equal(statuses(await submit([record('a', { leafName: 'two' })], { conflictOption: 'Skip' })), ['submitted'])
  assert.is(emulator.submitted().get('a')?.['leafName'], 'one')
  await submit([record('a', { leafName: 'three' })])
  assert.is(emulator.submitted().get('a')?.['leafName'], 'three')
})

test('older servers: another path, and the misspelt option', async ({ after }) => {
  const { emulator, submit } = await start(after, { conflictField: 'confilictOption' }, {
    path: 'connector/records',
  } as Partial<AvePointOpusConfig>)
  assert.equal(statuses(await submit([record('a')], { conflictField: 'confilictOption' })), ['submitted'])
  assert.match(emulator.calls.at(-1)?.url ?? '', /^\/connector\/records$/)
  assert.equal(statuses(await submit([record('b')])), ['rejected'])
})

test('what a field holds is checked before anything is sent, and its value is not told', async ({ after }) => {
  const { emulator, submit } = await start(after)
  const columns = {
    title: 'SingleText',
    notes: 'MultipleText',
    signed: 'DateTime',
    level: 'SingleChoice',
    tags: 'MultipleChoice',
    owners: 'PeopleOrGroup',
    amount: 'Number',
  } as const
  const good: ReadonlyArray<object> = [
    {
      title: 'one line',
      notes: 'two\nlines',
      signed: '31/12/2020 10:00',
      level: 2,
      tags: [1, 3],
      owners: ['a@b.example'],
    },
    { level: '2', tags: '[1,3]', owners: '[a@b.example, team@b.example]', amount: '12.5', termFullPath: 'Root/Leaf' },
    { title: null, owners: undefined, amount: 0, signed: '20201231' },
  ]
  const fine = await submit(
    good.map((more, n) => record(`good ${n}`, more)),
    { columns },
  )
  assert.equal(statuses(fine), ['submitted', 'submitted', 'submitted'])
  const calls = emulator.calls.length

  const bad: ReadonlyArray<readonly [object, field: string, why: RegExp]> = [
    [{ rowKey: '' }, 'rowKey', /required/],
    [{ rowKey: 7 }, 'rowKey', /one line/],
    [{ leafName: undefined }, 'leafName', /required/],
    [{ timeCreated: null }, 'timeCreated', /required/],
    [{ timeModified: 'secret yesterday' }, 'timeModified', /date/],
    [{ createdBy: '' }, 'createdBy', /required/],
    [{ modifiedBy: undefined }, 'modifiedBy', /required/],
    [{ termFullPath: ['secret'] }, 'termFullPath', /full path/],
    [{ title: 'secret\ntext' }, 'title', /one line/],
    [{ notes: 5 }, 'notes', /a text/],
    [{ level: 'secret' }, 'level', /order/],
    [{ level: 1.5 }, 'level', /order/],
    [{ tags: '1,3' }, 'tags', /orders/],
    [{ tags: ['secret'] }, 'tags', /orders/],
    [{ tags: [] }, 'tags', /orders/],
    [{ owners: 'a@b.example' }, 'owners', /e-mail/],
    [{ owners: '[secret]' }, 'owners', /e-mail/],
    [{ owners: ['a@b.example', 'secret'] }, 'owners', /e-mail/],
    [{ amount: 'secret' }, 'amount', /number/],
    [{ amount: Number.NaN }, 'amount', /number/],
    [{ leefName: 'secret' }, 'leefName', /no column/],
  ]
  const report = await submit(
    bad.map(([more], n) => record(`bad ${n}`, more)),
    { columns },
  )
  assert.is(report.totals.invalid, bad.length)
  for (const [n, [, field, why]] of bad.entries()) {
    const outcome = report.outcomes[n]
    assert.is(outcome?.status, 'invalid')
    if (outcome?.status !== 'invalid') continue
    assert.is(outcome.fields[0]?.field, field)
    assert.match(outcome.fields[0]?.why ?? '', why)
  }
  assert.not.match(JSON.stringify(report), 'secret')
  assert.is(emulator.calls.length, calls)
})

test('without columns only the built-in ones are checked; what is no record is invalid, too', async ({ after }) => {
  const { emulator, submit } = await start(after)
  const odd = [record('a', { own: { any: 'thing' } }), null, 'text', [record('b')], record('a'), record('b\u0000')]
  const report = await submit(odd as ReadonlyArray<OpusRecord>)
  assert.equal(statuses(report), ['submitted', 'invalid', 'invalid', 'invalid', 'invalid', 'invalid'])
  assert.equal(report.outcomes[4], {
    index: 4,
    rowKey: 'a',
    status: 'invalid',
    fields: [{ field: 'rowKey', why: 'an earlier record has the same one' }],
  })
  assert.equal(emulator.submitted().get('a'), odd[0])
})

test('what Opus lists as failed is rejected, wherever the 418 stands and however it lists', async ({ after }) => {
  for (const partial of ['http-418', 'body-418'] as const) {
    for (const failedItems of ['strings', 'rowKey', 'id', 'recordId'] as const) {
      const refuseSubmit = (key: string) => (key === 'b' ? 'No such term.' : undefined)
      const { submit } = await start(after, { partial, failedItems, refuseSubmit })
      const report = await submit(['a', 'b', 'c'].map((key) => record(key)))
      assert.equal(statuses(report), ['submitted', 'rejected', 'submitted'], `${partial} ${failedItems}`)
      const [, refused] = report.outcomes
      assert.is(refused?.status === 'rejected' && refused.reason.code, 'failed-item')
    }
  }
})

test('a 418 that names nobody readably, and a stranger, say nothing', async ({ after }) => {
  const answer = (json: object, status = 418): Answer => ({ status, json })
  const all = ['unconfirmed', 'unconfirmed', 'unconfirmed']
  assert.equal(await told(after, [answer({ statusCode: 418, message: null })]), all)
  assert.equal(await told(after, [answer({ statusCode: 418, failedItems: [] })]), all)
  assert.equal(await told(after, [answer({ statusCode: 418, failedItems: [{ at: 1 }] })]), all)
  assert.equal(await told(after, [answer({ statusCode: 418, failedItems: ['b', 'x'] })]), [
    'unconfirmed',
    'rejected',
    'unconfirmed',
  ])
  assert.equal(await told(after, [answer({ statusCode: 200, message: null }, 200)]), [
    'submitted',
    'submitted',
    'submitted',
  ])
  assert.equal(await told(after, [{ status: 204 }]), ['submitted', 'submitted', 'submitted'])
  assert.equal(await told(after, [{ status: 204 }], { noContent: 'unconfirmed' }), all)
})

test('a batch that is refused is taken apart: one bad record fails alone', async ({ after }) => {
  const server = await listen((request) => {
    const { data } = JSON.parse(request.body) as { readonly data: ReadonlyArray<{ readonly rowKey: string }> }
    return data.some(({ rowKey }) => rowKey === 'bad')
      ? { status: 400, json: { statusCode: 400, message: 'Bad parameters.' } }
      : { status: 201, json: { statusCode: 201, message: null } }
  })
  after(server.close)
  const records = [...Array.from({ length: 20 }, (_, n) => record(`key ${n}`)), record('bad')]
  const report = await submitRecords({ baseUrl: server.url, token: 'opus-token' }, records, overwrite)
  assert.equal(report.totals, { submitted: 20, rejected: 1, invalid: 0, untouched: 0, unconfirmed: 0 })
  const last = report.outcomes.at(-1)
  assert.ok(last?.status === 'rejected' && last.reason.message === 'Bad parameters.')
})

test('a lost answer: sent again, and taken; what is listed as failed then is in doubt', async ({ after }) => {
  const { emulator, submit, submissions } = await start(after)
  emulator.fault('lost-after', { route: 'submit' })
  const report = await submit(
    ['a', 'b'].map((key) => record(key)),
    { clock: hurriedClock() },
  )
  assert.equal(statuses(report), ['submitted', 'submitted'])
  assert.equal(
    submissions().map(({ ids }) => ids),
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  )
  const statusesTold = await told(after, [
    { status: 500, json: { statusCode: 500 } },
    { status: 418, json: { statusCode: 418, failedItems: ['b'] } },
  ])
  assert.equal(statusesTold, ['submitted', 'unconfirmed', 'submitted'])
})

test('an answer that is lost each time leaves all unconfirmed', async ({ after }) => {
  const { emulator, submit, submissions } = await start(after)
  emulator.fault('lost-before', { route: 'submit', times: Number.POSITIVE_INFINITY })
  const report = await submit([record('a')], { clock: hurriedClock(), attempts: 3 })
  assert.equal(statuses(report), ['unconfirmed'])
  assert.is(submissions().length, 3)
})

test('throttled, a token that ended, closed for now: nothing is lost', async ({ after }) => {
  const { emulator, submit, submissions } = await start(after, { retryAfter: 'seconds' })
  emulator.fault('429', { route: 'submit' })
  emulator.fault('401', { route: 'submit', nth: 2 })
  const events: SubmitEvent[] = []
  const report = await submit([record('a')], { clock: hurriedClock(), onEvent: (event) => events.push(event) })
  assert.equal(statuses(report), ['submitted'])
  assert.equal(
    submissions().map(({ status }) => status),
    [429, 401, 201],
  )
  assert.equal(
    events.map(({ kind }) => kind).filter((kind) => kind !== 'waiting' && kind !== 'batch-ended'),
    ['run-started', 'batch-sent', 'call-failed', 'paused', 'settled', 'batch-sent', 'settled', 'settled', 'run-ended'],
  )
  const failed = events.find((event) => event.kind === 'call-failed')
  assert.is(failed?.kind === 'call-failed' && failed.purpose, 'submit')
  const last = events.at(-1)
  assert.equal(last?.kind === 'run-ended' && last.report.totals, report.totals)
})

test('no permission halts, and what was not sent says so', async ({ after }) => {
  const { emulator, submit } = await start(after)
  emulator.fault('403', { route: 'submit', times: Number.POSITIVE_INFINITY })
  const report = await submit(Array.from({ length: 100 }, (_, n) => record(`${n}`)))
  assert.is(report.halted?.because, 'denied')
  assert.is(report.totals.untouched, 100)
})

test('an abort: what was pulled has an outcome, an endless source is closed', async ({ after }) => {
  const { submit } = await start(after)
  const abort = new AbortController()
  let pulled = 0
  let closed = false
  async function* endless() {
    try {
      for (;;) yield record(`${pulled++}`)
    } finally {
      closed = true
    }
  }
  const report = await submit(endless(), {
    signal: abort.signal,
    onEvent: (event) => {
      if (event.kind === 'settled' && event.totals.submitted >= 30) abort.abort()
    },
  })
  const { totals, outcomes } = report
  assert.ok(closed && totals.submitted >= 30 && totals.untouched > 0)
  assert.is(outcomes.length, totals.submitted + totals.untouched)
  assert.ok(outcomes.every((outcome, index) => outcome.index === index))
  assert.is(report.sourceEnded, false)
  assert.is(report.halted, undefined)
})

test('what a slow source gave when the run was over has an outcome, and what it gives later has none', async () => {
  const summary = {
    provider: 'opus',
    totals: { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 },
    duplicates: 0,
    requests: 0,
    startedAt: '',
    endedAt: '',
    sourceEnded: false,
  }
  let give = (_: IteratorResult<OpusRecord>) => {}
  const slow: AsyncIterable<OpusRecord> = {
    [Symbol.asyncIterator]: () => ({ next: () => new Promise((resolve) => (give = resolve)) }),
  }
  const desk = openDesk(slow, () => [])
  const keys = (desk.keys as AsyncIterable<string>)[Symbol.asyncIterator]()
  const first = keys.next()
  give({ done: false, value: record('a') })
  assert.equal(await first, { done: false, value: 'a' })
  const second = keys.next()
  await keys.return?.()
  const report = desk.close(summary)
  give({ done: false, value: record('b') })
  assert.equal(await second, { done: true, value: undefined })
  assert.equal(report.outcomes, [{ index: 0, rowKey: 'a', status: 'untouched', why: 'aborted' }])
  assert.equal(desk.close(summary).totals, { submitted: 0, rejected: 0, invalid: 0, untouched: 1, unconfirmed: 0 })
})

test('a source that fails halts, and what it gave is accounted for', async ({ after }) => {
  const { submit } = await start(after)
  async function* broken() {
    yield record('a')
    throw new Error('the disk is gone')
  }
  const report = await submit(broken())
  assert.match(report.halted?.detail ?? '', 'the disk is gone')
  assert.is(report.outcomes.length, 1)
})

test('a dry run sends nothing and checks all', async ({ after }) => {
  const { emulator, submit } = await start(after)
  const report = await submit([record('a'), record('b', { leafName: '' })], { dryRun: true })
  assert.equal(statuses(report), ['untouched', 'invalid'])
  assert.is(emulator.calls.length, 0)
})

test('misuse is told before anything is sent', async () => {
  const config = { region: 'us', token: 'opus-token' } as const
  const bad: ReadonlyArray<readonly [object, RegExp]> = [
    [{ connectionId: 'no GUID' }, /GUID/],
    [{ conflictOption: undefined }, /no default/],
    [{ conflictOption: 'Replace' }, /Overwrite/],
    [{ conflictField: 'conflict' }, /confilictOption/],
    [{ columns: { level: 'Choice' } }, /SingleChoice/],
    [{ columns: [] }, /columns/],
    [{ batchSize: 16 }, /15/],
    [{ verify: 'all' }, /unknown option/],
  ]
  for (const [more, says] of bad) {
    const error = await rejection(submitRecords(config, [], { ...overwrite, ...more } as SubmitOptions))
    assert.instance(error, UsageError)
    assert.match((error as Error).message, says)
  }
  for (const records of ['abc', undefined, 5]) {
    assert.instance(await rejection(submitRecords(config, records as unknown as OpusRecord[], overwrite)), UsageError)
  }
})
