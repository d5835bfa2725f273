import { startUuidList } from '../../src/emulators/index.ts'
import { AskingFailedError, deleteRecords, ListChangedError, UsageError, uuidList } from '../../src/index.ts'
import { all } from '../support/all.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { assert, rejection, suite } from '../support/suite.ts'

const test = suite('uuid-list: lists')

type After = (closer: () => unknown) => void

const uuid = (n: number): string => `84a33b7e-833a-47da-95ed-${n.toString(16).padStart(12, '0')}`
const isOld = (id: string): boolean => Number.parseInt(id.slice(-12), 16) % 4 === 0
const record = (id: string) => ({
  io_name: `Showcase ${id.slice(-2)}`,
  io_modified: isOld(id) ? '2020-01-01' : '2025-01-01',
})

const start = async (after: After, count: number, settings: Parameters<typeof startUuidList>[0] = {}) => {
  const emulator = await startUuidList({ record, ...settings })
  after(emulator.close)
  const ids = Array.from({ length: count }, (_, n) => uuid(n))
  emulator.seed(ids)
  return { emulator, ids, max: uuidList({ ...emulator.options, permanentDelete: true }) }
}

const filter = "io_modified < '2024-01-01'"

test('one line deletes what a filter finds, and no more', async ({ after }) => {
  const { emulator, ids, max } = await start(after, 1_000)
  const report = await deleteRecords(max, max.listRecords({ filter }))
  assert.is(report.totals.deleted, ids.filter(isOld).length)
  assert.equal(
    [...emulator.existing()],
    ids.filter((id) => !isOld(id)),
  )
  const methods = emulator.calls.map(({ method, url }) => (url.includes('limit=200') ? 'list' : method))
  assert.is(methods.lastIndexOf('list') < methods.indexOf('DELETE'), true)
})

test('pages, titles, counts, with and without a count of all', async ({ after }) => {
  for (const counts of [true, false]) {
    const { emulator, ids, max } = await start(after, 100, { counts })
    const old = ids.filter(isOld)
    assert.equal(await all(max.listRecords({ filter, pageSize: 10 })), old)
    assert.is(emulator.calls.length, counts ? 3 : 4)
    const [first] = await all(max.listRecords({ filter }).records())
    assert.equal(first, { id: uuid(0), title: 'Showcase 00' })
    assert.equal((await all(max.listRecords({ filter, titleField: '' }).records()))[0], { id: uuid(0) })
    assert.match(emulator.calls.at(-1)?.url ?? '', /fields=io_uuid&limit/)
    if (counts) assert.is(await max.countRecords(), 100)
    else {
      const error = await rejection(max.countRecords())
      assert.instance(error, AskingFailedError)
      assert.match((error as Error).message, 'does not say how many')
    }
  }
})

test('a filter that is refused is told in the words of the system; one that changes meanwhile, too', async ({
  after,
}) => {
  const { emulator, max } = await start(after, 100)
  const error = await rejection(all(max.listRecords({ filter: 'nonsense' })))
  assert.instance(error, AskingFailedError)
  assert.match((error as Error).message, /refused \(HTTP 400\): Bad filter/)
  let reads = 0
  const watched = uuidList({
    ...emulator.options,
    http: {
      fetch: async (url, init) => {
        const answer = await fetch(url, init)
        if (++reads === 1) (emulator.existing() as Set<string>).delete(uuid(0))
        return answer
      },
    },
  })
  assert.instance(await rejection(all(watched.listRecords({ filter, pageSize: 10 }))), ListChangedError)
})

test('tokens that end, throttles and lost answers are gone through', async ({ after }) => {
  const { emulator, ids, max } = await start(after, 100)
  for (const [nth, kind] of ['503', 'lost-after', '429', 'truncated'].entries())
    emulator.fault(kind as '503', { route: 'list', nth: nth + 1 })
  assert.equal(await all(max.listRecords({ filter, pageSize: 10 }, { clock: hurriedClock() })), ids.filter(isOld))
})

test('misuse is told at once', () => {
  const max = uuidList({ baseUrl: 'https://max.example.com', object: 'io_showcase', token: 'x' })
  for (const bad of [{}, { filter: ' ' }, { filter, pageSize: 0 }, { filter, titleField: 'a&b' }]) {
    assert.throws(
      () => max.listRecords(bad as { filter: string }),
      (error: unknown) => error instanceof UsageError,
    )
  }
})
