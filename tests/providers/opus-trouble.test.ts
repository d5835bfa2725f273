import { type FaultKind, startAvePointOpus } from '../../src/emulators/index.ts'
import { AskingFailedError, avePointOpus, ListChangedError } from '../../src/index.ts'
import { type OpusRecord, submitRecords } from '../../src/opus-submit.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { mulberry32 } from '../support/random.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('avepoint-opus: in trouble', { deadlineMs: 60_000 })

const connectionId = 'd9da492f-cc67-4920-99f9-6fbaae1f1410'
const kinds: ReadonlyArray<FaultKind> = ['lost-before', 'lost-after', '401', '429', '500', '503', 'html', 'truncated']
const shapes = ['strings', 'rowKey', 'recordId', 'missing', 'empty', 'strangers'] as const

const record = (n: number): OpusRecord => ({
  rowKey: `key ${n}`,
  leafName: n % 11 === 5 ? '' : `Name ${n}`,
  timeCreated: '2014-03-01',
  timeModified: '2014-03-02',
  createdBy: 'kim@example.com',
  modifiedBy: 'kim@example.com',
})

test('whatever happens on the way, each record has one outcome, and none of them is a guess', async ({ after }) => {
  const seen = { submitted: 0, rejected: 0, invalid: 0, untouched: 0, unconfirmed: 0 }
  for (let seed = 1; seed <= 40; seed++) {
    const random = mulberry32(seed)
    const refused = (key: string): boolean => Number(key.slice(4)) % 7 === 3
    const emulator = await startAvePointOpus({
      failedItems: shapes[seed % shapes.length] as (typeof shapes)[number],
      partial: seed % 2 === 0 ? 'body-418' : 'http-418',
      maxBodyBytes: seed % 3 === 0 ? 1_200 : 100_000,
      refuseSubmit: (key) => (refused(key) ? 'No such term.' : undefined),
    })
    after(emulator.close)
    for (let faults = 0; faults < 12; faults++) {
      const kind = kinds[Math.floor(random() * kinds.length)] as FaultKind
      emulator.fault(kind, { route: 'submit', nth: 1 + Math.floor(random() * 10), times: 1 + Math.floor(random() * 2) })
    }
    const records = Array.from({ length: 100 }, (_, n) => record(n))
    const report = await submitRecords(emulator.options, records, {
      connectionId,
      conflictOption: seed % 2 === 0 ? 'Skip' : 'Overwrite',
      clock: hurriedClock(),
      random,
    })
    // Two 401 in a row are no permission.
    assert.ok([undefined, 'denied'].includes(report.halted?.because), `seed ${seed}: ${report.halted?.detail}`)
    for (const { status } of report.outcomes) seen[status]++
    assert.is(report.outcomes.length, records.length)
    const sum = Object.values(report.totals).reduce((all, count) => all + count, 0)
    assert.is(sum, records.length)
    const applied = new Set(emulator.calls.flatMap((call) => call.applied))
    for (const [index, outcome] of report.outcomes.entries()) {
      const { rowKey = '', status } = outcome
      const told = `seed ${seed}, ${rowKey}: ${JSON.stringify(outcome)}`
      assert.is(outcome.index, index, told)
      assert.is(status === 'invalid', records[index]?.leafName === '', told)
      if (status === 'submitted') assert.equal(emulator.submitted().get(rowKey), records[index], told)
      if (status === 'rejected') assert.ok(refused(rowKey) && !applied.has(rowKey), told)
      if (status === 'untouched' || status === 'invalid') assert.not.ok(applied.has(rowKey), told)
    }
  }
  assert.ok(Object.values(seen).every((count) => count > 0) && seen.submitted > 1_000, JSON.stringify(seen))
})

test('whatever happens on the way, a list is whole, or none', async ({ after }) => {
  const seen = { whole: 0, changed: 0, failed: 0 }
  for (let seed = 1; seed <= 40; seed++) {
    const random = mulberry32(seed)
    const emulator = await startAvePointOpus({ startIndex: seed % 2 === 0 ? 'records' : 'records-from-1' })
    after(emulator.close)
    const keys = Array.from({ length: Math.floor(random() * 120) }, (_, n) => `key ${n}`)
    emulator.seed(keys)
    for (let faults = 0; faults < 3; faults++) {
      const kind = kinds[Math.floor(random() * kinds.length)] as FaultKind
      emulator.fault(kind, { route: 'list', nth: 1 + Math.floor(random() * 10) })
    }
    const meddles = seed % 4 === 0
    const existing = emulator.existing() as Set<string>
    const opus = avePointOpus({
      ...emulator.options,
      http: {
        fetch: async (url, init) => {
          if (meddles && init.method === 'GET' && random() < 0.3) existing.delete(`key ${Math.floor(random() * 120)}`)
          return fetch(url, init)
        },
      },
    })
    const query = { connectionId, before: '2030-01-01', pageSize: 1 + Math.floor(random() * 30) }
    const found: string[] = []
    try {
      for await (const key of opus.listDue(query, { clock: hurriedClock(), random })) found.push(key)
      seen.whole++
      // What is still there was there all the time.
      const missing = [...existing].filter((key) => !found.includes(key))
      assert.equal(missing, [], `seed ${seed}`)
      if (!meddles) assert.equal(found, keys, `seed ${seed}`)
    } catch (cause) {
      assert.is(found.length, 0, `seed ${seed}`)
      if (cause instanceof AskingFailedError) seen.failed++
      else {
        assert.ok(meddles && cause instanceof ListChangedError, `seed ${seed}: ${cause}`)
        seen.changed++
      }
    }
  }
  assert.ok(seen.whole >= 25 && seen.changed >= 2, JSON.stringify(seen))
})
