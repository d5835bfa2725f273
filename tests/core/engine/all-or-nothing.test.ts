import * as t from 'io-ts'
import { startAvePointOpus, startUuidList } from '../../../src/emulators/index.ts'
import { on } from '../../../src/http-provider.ts'
import { avePointOpus, deleteRecords, presence, type RunOptions, uuidList } from '../../../src/index.ts'
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
  key,
  lower,
  many,
  outcomeOf,
  startShelf,
  tally,
  together,
  uuid,
} from './harness.ts'

const test = suite('all or nothing', { deadlineMs: 20_000 })

/** Every `step`-th, from the `from`-th on. */
const every = (ids: ReadonlyArray<string>, step: number, from: number): string[] =>
  ids.filter((_, index) => index % step === from)

type Settings = NonNullable<Parameters<typeof startUuidList>[0]>

interface Scene {
  readonly settings?: Settings
  readonly ids: ReadonlyArray<string>
  readonly missing?: ReadonlyArray<string>
  readonly refused?: ReadonlyArray<string>
  readonly options?: RunOptions
}

/** A run over an emulator that lacks some of the records and refuses others, audited. */
const scene = async (after: After, { settings = {}, ids, missing = [], refused = [], options = {} }: Scene) => {
  const emulator = await startUuidList(settings)
  after(emulator.close)
  const seeded = ids.filter((id) => !missing.includes(id))
  emulator.seed(seeded)
  emulator.refuse(refused)
  const report = await deleteRecords(uuidList(emulator.options), ids, { clock: fastClock(), ...options })
  audit(emulator, report, { distinct: ids, seeded, identityOf: lower })
  return { emulator, report, seeded }
}

test('a named culprit costs one request: p + (1 - p) / B a record', async ({ after }) => {
  const ids = many(2_000, uuid)
  const refused = every(ids, 100, 17)
  const missing = every(ids, 100, 60)
  const { emulator, report } = await scene(after, { ids, missing, refused })
  assert.equal(counts(report), { deleted: 1_960, absent: 20, rejected: 20 })
  const bound = 40 + Math.ceil(1_960 / 200)
  const sent = deletions(emulator).length
  // The last batches are not full: there are as many of them as go at once.
  assert.ok(sent <= bound + 6, `${sent} deletions, where ${bound} are the least`)
  for (const id of refused) {
    const outcome = outcomeOf(report, id)
    assert.ok(outcome.status === 'rejected' && outcome.reason.code === 'vendor:operation_error')
    assert.match(outcome.status === 'rejected' ? outcome.reason.message : '', 'referenced by another record')
  }
})

test('a culprit is found in every documented shape of an error', async ({ after }) => {
  const ids = many(12, uuid)
  const [missing, refused] = [every(ids, 12, 3), every(ids, 12, 8)]
  const types = ['error_type', 'type', 'errorType', 'code'] as const
  const messages = ['error_message', 'message', 'errorMessage', 'detail'] as const
  for (const [index, errorShape] of (['top', 'error', 'errors', 'array'] as const).entries()) {
    for (const errorTypeName of types) {
      // Not each with each: every name of the text once in every place, and beside every name of the kind.
      for (const errorMessageName of [messages[(types.indexOf(errorTypeName) + index) % 4] ?? 'detail']) {
        const notFoundType = errorTypeName === 'code' ? 'entity_not_found' : 'entity_not_found_error'
        const settings = { errorShape, errorTypeName, errorMessageName, notFoundType } as const
        const { emulator, report } = await scene(after, { settings, ids, missing, refused })
        assert.equal(
          tally(report.outcomes),
          { 'deleted by reply': 10, 'absent by reply': 1, rejected: 1 },
          `${errorShape}.${errorTypeName}.${errorMessageName}`,
        )
        assert.ok(deletions(emulator).length <= 4)
      }
    }
  }
})

test('anonymous refusals: every good record passes, every bad one is found', async ({ after }) => {
  const ids = many(1_000, uuid)
  for (const [missing, refused] of [
    [[], every(ids, 100, 31)],
    [every(ids, 100, 31), []],
    [every(ids, 200, 31), every(ids, 200, 131)],
  ] as const) {
    const { emulator, report } = await scene(after, { settings: { names: false }, ids, missing, refused })
    assert.equal(counts(report), {
      deleted: 990,
      ...(missing.length > 0 && { absent: missing.length }),
      ...(refused.length > 0 && { rejected: refused.length }),
    })
    const sent = emulator.calls.length
    assert.ok(sent <= 165, `${sent} requests, where theory has 81 for 1,000 records at 1 %`)
  }
})

test('a refusal that names strangers blames nobody', async ({ after }) => {
  const ids = many(300, uuid)
  const missing = every(ids, 100, 5)
  const refused = every(ids, 100, 50)
  const { report } = await scene(after, { settings: { names: 'stranger' }, ids, missing, refused })
  assert.equal(counts(report), { deleted: 294, absent: 3, rejected: 3 })
})

test('bad records all over: still every one has its own outcome', async ({ after }) => {
  const ids = many(120, uuid)
  for (const names of [true, false, 'stranger'] as const) {
    const missing = every(ids, 3, 0)
    const refused = every(ids, 3, 1)
    const { report } = await scene(after, { settings: { names }, ids, missing, refused })
    assert.equal(counts(report), { deleted: 40, absent: 40, rejected: 40 }, String(names))
  }
})

test('nothing but missing records: absent, each and every one, and no halt', async ({ after }) => {
  const ids = many(60, uuid)
  for (const names of [true, false] as const) {
    const { report } = await scene(after, { settings: { names }, ids, missing: ids })
    assert.is(report.halted, undefined, String(names))
    assert.equal(counts(report), { absent: 60 }, String(names))
  }
})

/** Refuses a batch with bad ones in it and says nothing about which, or whether they are missing or locked. */
const mute = (locked: ReadonlySet<string>) => (ids: ReadonlyArray<string>, _: number, records: Set<string>) => {
  if (ids.some((id) => locked.has(id) || !records.has(id))) return { status: 409, json: {} }
  for (const id of ids) records.delete(id)
  return { status: 204 }
}

test('a kind that no refusal states is read, with a reader', async ({ after }) => {
  const ids = many(40, (n) => `r${n}`)
  const missing = every(ids, 20, 4)
  const locked = every(ids, 20, 9)
  const shelf = await startShelf(after, {
    records: ids.filter((id) => !missing.includes(id)),
    capabilities: { atomicity: 'all-or-nothing' },
    destroy: mute(new Set(locked)),
  })
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock() })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by reply': 36, 'absent by read-back': 2, rejected: 2 })
  for (const id of missing) assert.is(outcomeOf(report, id).status, 'absent')
  for (const id of locked) assert.is(outcomeOf(report, id).status, 'rejected')
})

test('a kind that no refusal states is asked alone, without a reader, and never guessed', async ({ after }) => {
  const ids = many(40, (n) => `r${n}`)
  const missing = every(ids, 20, 4)
  const locked = every(ids, 20, 9)
  for (const blind of ['has no reader', 'may not read'] as const) {
    const shelf = await startShelf(after, {
      records: ids.filter((id) => !missing.includes(id)),
      capabilities: { atomicity: 'all-or-nothing' },
      destroy: mute(new Set(locked)),
      readable: blind !== 'has no reader',
    })
    const report = await deleteRecords(shelf.provider, ids, {
      clock: fastClock(),
      verify: blind === 'may not read' ? 'never' : 'doubtful',
    })
    checkBooks(report, ids)
    assert.equal(tally(report.outcomes), { 'deleted by reply': 36, unconfirmed: 4 }, blind)
    const alone = new Set(shelf.deletions.filter((sent) => sent.length === 1).flat())
    for (const id of [...missing, ...locked]) {
      assert.is(outcomeOf(report, id).status, 'unconfirmed')
      assert.ok(alone.has(id), `${id} was asked in a request of its own`)
    }
    assert.is(shelf.requests.length, shelf.deletions.length)
  }
})

test('a refusal that was of the moment makes nobody absent or rejected', async ({ after }) => {
  const ids = many(60, (n) => `r${n}`)
  for (const readable of [true, false]) {
    for (const blames of ['rejected', 'absent', 'unknown'] as const) {
      for (const moment of [1, 2, 3]) {
        const shelf = await startShelf(after, {
          records: ids,
          readable,
          capabilities: { atomicity: 'all-or-nothing' },
          spec: { explain: () => ({ blames }) },
          destroy: (sent, nth, records) => {
            if (nth === moment) return { status: 409, json: {} }
            for (const id of sent) records.delete(id)
            return { status: 204 }
          },
        })
        const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(), concurrency: 2 })
        checkBooks(report, ids)
        const name = `${blames}, the ${moment}. deletion, ${readable ? 'readable' : 'blind'}`
        assert.equal(tally(report.outcomes), { 'deleted by reply': 60 }, name)
        assert.is(shelf.records.size, 0)
      }
    }
  }
})

test('a batch that is refused for its size only blames nobody, and the size is remembered', async ({ after }) => {
  const ids = many(80, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    capabilities: { atomicity: 'all-or-nothing', maxBatchSize: 16 },
    destroy: (sent, _, records) => {
      if (sent.length > 5) return { status: 400, json: { message: 'no' } }
      for (const id of sent) records.delete(id)
      return { status: 204 }
    },
  })
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock(), concurrency: 1 })
  checkBooks(report, ids)
  assert.equal(counts(report), { deleted: 80 })
  const tooMany = shelf.deletions.filter((sent) => sent.length > 5).length
  assert.ok(tooMany <= 20, `${tooMany} of ${shelf.deletions.length} deletions were refused`)
})

test('414, 413 and 431 halve, and are remembered', async ({ after }) => {
  const ids = many(1_000, uuid)
  for (const tooLong of [414, 413, 431] as const) {
    const { emulator, report } = await scene(after, { settings: { tooLong, maxUrlBytes: 2_000 }, ids })
    assert.equal(counts(report), { deleted: 1_000 }, String(tooLong))
    const refused = deletions(emulator).filter(({ status }) => status === tooLong)
    assert.ok(refused.length <= 8, `${refused.length} times ${tooLong}`)
    // At most the fitting ones of half the size that would fit: 52 fit into 2,000 bytes, 200 halved twice are 50.
    const passed = deletions(emulator).filter(({ status }) => status === 200)
    assert.ok(passed.length <= 30, `${passed.length} batches`)
  }
})

test('too long and a 404, as IIS says it: nobody is blamed for it', async ({ after }) => {
  const ids = many(500, uuid)
  const missing = [ids[7], ids[333]] as string[]
  const { emulator, report } = await scene(after, { settings: { tooLong: 404, maxUrlBytes: 2_000 }, ids, missing })
  assert.equal(counts(report), { deleted: 498, absent: 2 })
  assert.ok(emulator.calls.length <= 160, `${emulator.calls.length} requests`)
})

test('a single record that is too long is left alone, and says so', async ({ after }) => {
  const shelf = await startShelf(after, {
    records: ['a', 'b', 'c', 'd'],
    destroy: (ids, _, records) => {
      if (ids.includes('b')) return { status: 413 }
      for (const id of ids) records.delete(id)
      return { status: 204 }
    },
  })
  const report = await deleteRecords(shelf.provider, ['a', 'b', 'c', 'd'], { clock: fastClock() })
  assert.equal(tally(report.outcomes), { 'deleted by reply': 3, 'untouched: too-large': 1 })
  assert.equal([...shelf.records], ['b'])
})

test('a body that is too long is cut too', async ({ after }) => {
  const emulator = await startAvePointOpus({ maxBodyBytes: 200 })
  after(emulator.close)
  const ids = many(60, key)
  emulator.seed(ids)
  const report = await deleteRecords(avePointOpus(emulator.options), ids, { clock: fastClock() })
  audit(emulator, report, { distinct: ids, seeded: ids })
  assert.equal(counts(report), { deleted: 60 })
  assert.ok(deletions(emulator).filter(({ status }) => status === 413).length <= 5)
})

test('an id that fits into no request is never sent', async ({ after }) => {
  const shelf = await startShelf(after, {
    records: ['a', 'b'],
    capabilities: { maxBodyBytes: 60 },
  })
  const long = 'x'.repeat(60)
  const report = await deleteRecords(shelf.provider, ['a', long, 'b'])
  assert.equal(tally(report.outcomes), { 'deleted by reply': 2, 'untouched: too-large': 1 })
  assert.ok(shelf.deletions.every((sent) => !sent.includes(long)))
})

test('a wrong object name: a halt after fewer than 25 requests for 2,000 records, and nobody is blamed', async ({
  after,
}) => {
  const ids = many(2_000, uuid)
  for (const object of ['io_wrong', 'io_records']) {
    for (const wrongObject of [400, 404] as const) {
      for (const verify of ['doubtful', 'never'] as const) {
        const emulator = await startUuidList({ wrongObject })
        after(emulator.close)
        emulator.seed(ids)
        const provider = uuidList({ ...emulator.options, object })
        const report = await deleteRecords(provider, ids, { clock: fastClock(), verify })
        const name = `${object}, ${wrongObject}, ${verify}`
        checkBooks(report, ids)
        assert.is(report.halted?.because, 'refused-alike', `${name}: ${JSON.stringify(counts(report))}`)
        assert.equal(tally(report.outcomes), { 'untouched: halted': 2_000 }, name)
        assert.ok(emulator.calls.length < 25, `${name}: ${emulator.calls.length} requests`)
      }
    }
  }
})

test('a second run over a half-done list does not halt', async ({ after }) => {
  const ids = many(600, uuid)
  for (const names of [true, false] as const) {
    for (const missing of [ids.slice(0, 300), every(ids, 2, 0)]) {
      const { emulator, report } = await scene(after, { settings: { names }, ids, missing })
      assert.is(report.halted, undefined)
      assert.equal(counts(report), { deleted: 300, absent: 300 })
      assert.ok(emulator.calls.length <= 400, `${emulator.calls.length} requests`)
    }
  }
})

/** A time-out that is less than `slowMs`, where a test has to wait for it. */
const impatience = (fault: string) => (fault === 'slow' ? { callTimeoutMs: 400 } : {})

const faults = ['lost-after', 'lost-before', 'late', '500', '503', 'html', 'truncated', 'slow'] as const

test('a lost answer, whatever became of the request', async ({ after }) => {
  const ids = many(450, uuid)
  await together(faults, async (fault) => {
    for (const nth of [1, 2]) {
      const emulator = await startUuidList({ lateMs: 60, slowMs: 900 })
      after(emulator.close)
      emulator.seed(ids)
      emulator.fault(fault, { route: 'delete', nth })
      const report = await deleteRecords(doneWithin(150, uuidList(emulator.options)), ids, {
        ...impatience(fault),
        concurrency: 2,
      })
      audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
      assert.equal(counts(report), { deleted: 450 }, `${fault} ${nth}`)
      const applied = fault !== 'lost-before' && fault !== '500' && fault !== '503' && fault !== 'html'
      assert.is(deletions(emulator).length, applied ? 3 : 4, `${fault} ${nth}: what was done is not done again`)
      const doubted = report.outcomes.filter((outcome) => 'evidence' in outcome && outcome.evidence === 'read-back')
      assert.is(doubted.length > 0, applied, fault)
    }
  })
})

test('a lost answer about a batch with a record that never existed', async ({ after }) => {
  const ids = many(20, uuid)
  const missing = [ids[4] as string]
  for (const names of [true, false] as const) {
    const cases = faults.flatMap((fault) => (['may', 'none'] as const).map((others) => [fault, others] as const))
    await together(cases, async ([fault, others]) => {
      const emulator = await startUuidList({ names, lateMs: 60, slowMs: 900 })
      after(emulator.close)
      const seeded = ids.filter((id) => !missing.includes(id))
      emulator.seed(seeded)
      emulator.fault(fault, { route: 'delete' })
      const provider = doneWithin(150, uuidList(emulator.options))
      const report = await deleteRecords(provider, ids, { ...impatience(fault), others })
      audit(emulator, report, { distinct: ids, seeded, identityOf: lower })
      // Where others may put records back, one that is listed does not tell that the batch was not applied.
      const honest = others === 'none' ? { deleted: 19, absent: 1 } : { deleted: 20 }
      assert.equal(counts(report), honest, `${fault}, names: ${names}, others: ${others}`)
    })
  }
})

test('a lost answer about a single record that never existed is no proof that we deleted it', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(3, uuid)
  emulator.seed(ids.slice(1))
  emulator.fault('lost-before', { route: 'delete' })
  const report = await deleteRecords(doneWithin(60, uuidList(emulator.options)), ids, {
    batchSize: 1,
    concurrency: 1,
  })
  const outcome = outcomeOf(report, ids[0] as string)
  assert.is(presence(outcome), 'gone')
  assert.ok('evidence' in outcome && outcome.evidence === 'read-back', JSON.stringify(outcome))
})

test('lost again and again: untouched once the attempts are spent, and as often sent', async ({ after }) => {
  const emulator = await startUuidList()
  after(emulator.close)
  const ids = many(10, uuid)
  emulator.seed(ids)
  emulator.fault('lost-before', { route: 'delete', times: Number.POSITIVE_INFINITY })
  const report = await deleteRecords(doneWithin(400, uuidList(emulator.options)), ids, {
    clock: fastClock(),
    attempts: 3,
  })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(tally(report.outcomes), { 'untouched: attempts-spent': 10 })
  assert.is(deletions(emulator).length, 3)
})

test('a commit that comes late is waited for: nothing is sent again on the first look', async ({ after }) => {
  const emulator = await startUuidList({ lateMs: 450 })
  after(emulator.close)
  const ids = many(30, uuid)
  emulator.seed(ids)
  emulator.fault('late', { route: 'delete' })
  const report = await deleteRecords(doneWithin(700, uuidList(emulator.options)), ids, { callTimeoutMs: 300 })
  audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
  assert.equal(tally(report.outcomes), { 'deleted by read-back': 30 })
  assert.is(deletions(emulator).length, 1)
})

test('a filter that is refused or ignored: read one by one, and remembered', async ({ after }) => {
  const ids = many(30, uuid)
  for (const filter of ['refused', 'ignored'] as const) {
    for (const fault of ['lost-after', 'lost-before'] as const) {
      const emulator = await startUuidList({ filter })
      after(emulator.close)
      emulator.seed([...many(500, uuid, 10_000), ...ids])
      emulator.fault(fault, { route: 'delete', nth: 2 })
      const report = await deleteRecords(doneWithin(100, uuidList(emulator.options)), ids, {
        batchSize: 10,
        concurrency: 1,
      })
      const name = `${filter}, ${fault}`
      checkBooks(report, ids)
      assert.equal(counts(report), { deleted: 30 }, name)
      for (const id of ids) assert.not.ok(emulator.existing().has(id))
      const filtered = emulator.calls.filter(({ url }) => url.includes('filter='))
      assert.is(filtered.length, 1, `${name}: the form that does not work was tried ${filtered.length} times`)
    }
  }
})

test('a filter that lists nothing proves nothing: unconfirmed', async ({ after }) => {
  const ids = many(30, uuid)
  for (const fault of ['lost-after', 'lost-before'] as const) {
    const emulator = await startUuidList({ filter: 'empty' })
    after(emulator.close)
    emulator.seed(ids)
    emulator.fault(fault, { route: 'delete' })
    const report = await deleteRecords(doneWithin(2_000, uuidList(emulator.options)), ids, { clock: fastClock() })
    audit(emulator, report, { distinct: ids, seeded: ids, identityOf: lower })
    for (const outcome of report.outcomes) {
      const honest = fault === 'lost-after' ? ['unconfirmed'] : ['deleted', 'unconfirmed']
      assert.ok(honest.includes(outcome.status), `${fault}: ${JSON.stringify(outcome)}`)
    }
  }
})

test('a page that is cut short shows nothing about who is missing', async ({ after }) => {
  const ids = many(150, uuid)
  const existing = new Set(ids)
  let deleted = 0
  const server = await listen(({ method, target }) => {
    if (method === 'DELETE') {
      // The first answer is lost, and nothing was done.
      if (++deleted === 1) return { script: (_, request) => void request.socket.destroy() }
      for (const id of (target.split('uuids=')[1] ?? '').split(',')) existing.delete(id)
      return { status: 200, json: {} }
    }
    const asked = decodeURIComponent(target).match(/[0-9a-f-]{36}/g) ?? []
    if (!target.includes('filter='))
      return existing.has(asked[0] ?? '') ? { json: { io_uuid: asked[0] } } : { status: 404 }
    const found = asked.filter((id) => existing.has(id))
    return {
      json: found.slice(0, 100).map((io_uuid) => ({ io_uuid })),
      headers: { 'x-total-count': String(found.length) },
    }
  })
  after(server.close)
  const provider = uuidList({ baseUrl: server.url, object: 'io_showcase', token: 'token-1' })
  const report = await deleteRecords(doneWithin(100, provider), ids)
  checkBooks(report, ids)
  for (const outcome of report.outcomes) {
    assert.ok(presence(outcome) !== 'gone' || !existing.has(outcome.id), `still there: ${JSON.stringify(outcome)}`)
  }
})

test('the culprit that is named in a refusal after a lost answer is not believed', async ({ after }) => {
  // The answer to a batch that was done is lost; nothing can be read; the repeat is refused and names one as missing.
  const ids = ['a', 'b', 'c']
  const shelf = await startShelf(after, {
    records: ids,
    readable: false,
    capabilities: { atomicity: 'all-or-nothing' },
    destroy: (sent, nth, records) => {
      const lacks = sent.find((id) => !records.has(id))
      if (lacks !== undefined) return { status: 404, json: { missing: lacks } }
      for (const id of sent) records.delete(id)
      return nth === 1 ? { script: (_, request) => void request.socket.destroy() } : { status: 204 }
    },
    spec: {
      explain: (body, _, batch) => {
        const named = t.type({ missing: t.string }).is(body) ? body.missing : undefined
        return named !== undefined && batch.ids.includes(named)
          ? { culprits: [{ id: named, is: 'absent' }], blames: 'absent' }
          : {}
      },
    },
  })
  const report = await deleteRecords(shelf.provider, ids, { clock: fastClock() })
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { unconfirmed: 3 })
})

test('an answer in mid-search that is lost, or a throttle, loses nobody', async ({ after }) => {
  const ids = many(200, uuid)
  const refused = [ids[50], ids[51], ids[120]] as string[]
  const missing = [ids[70], ids[199]] as string[]
  await together(['lost-after', 'lost-before', '429', '500', 'truncated'] as const, async (fault) => {
    for (const nth of [2, 3, 5, 8]) {
      const emulator = await startUuidList({ names: false, retryAfter: 'decimals', retryAfterMs: 10 })
      after(emulator.close)
      const seeded = ids.filter((id) => !missing.includes(id))
      emulator.seed(seeded)
      emulator.refuse(refused)
      emulator.fault(fault, { route: 'delete', nth })
      const report = await deleteRecords(doneWithin(1_000, uuidList(emulator.options)), ids, {
        clock: fastClock(10),
        batchSize: 50,
      })
      audit(emulator, report, { distinct: ids, seeded, identityOf: lower })
      assert.equal(counts(report), { deleted: 195, absent: 2, rejected: 3 }, `${fault} ${nth}`)
    }
  })
})

test('a row may say that a status is a refusal with a culprit', async ({ after }) => {
  const ids = many(25, (n) => `r${n}`)
  const shelf = await startShelf(after, {
    records: ids,
    capabilities: { atomicity: 'all-or-nothing', maxBatchSize: 25 },
    destroy: (sent, _, records) => {
      const locked = sent.find((id) => id === 'r3' || id === 'r20')
      if (locked !== undefined) return { status: 200, json: { ok: false, locked } }
      for (const id of sent) records.delete(id)
      return { status: 200, json: { ok: true } }
    },
    spec: {
      deleteBatch: {
        request: (sent) => ({ method: 'DELETE', path: 'records', json: { ids: sent } }),
        replies: [
          on(200, t.intersection([t.type({ ok: t.boolean }), t.partial({ locked: t.string })]), ({ ok, locked }) =>
            ok || locked === undefined
              ? { kind: 'AllDeleted' }
              : {
                  tag: 'Refused',
                  status: 200,
                  detail: 'locked',
                  blames: 'rejected',
                  culprits: [{ id: locked, is: 'rejected', reason: { code: 'locked', message: 'by an editor' } }],
                },
          ),
        ],
      },
    },
  })
  const report = await deleteRecords(shelf.provider, ids)
  checkBooks(report, ids)
  assert.equal(tally(report.outcomes), { 'deleted by reply': 23, rejected: 2 })
  assert.ok(shelf.deletions.length <= 4)
})
