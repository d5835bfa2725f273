import { ListChangedError, type ListedRecord, readFirst, readList } from '../../../src/core/adapter/listing.ts'
import { assert, rejection, suite } from '../../support/suite.ts'

const test = suite('listing')

interface Backend {
  /** The records at the time of each request, counted from 0. */
  readonly at: (request: number) => ReadonlyArray<string>
  readonly pageSize?: number
  readonly counts?: boolean
  readonly mostOnAPage?: number
  readonly firstIs?: 0 | 1
}

const listed = async ({ at, pageSize = 4, counts = false, mostOnAPage = 100, firstIs = 0 }: Backend) => {
  const asked: Array<readonly [offset: number, limit: number]> = []
  const spec = { pageSize, request: () => ({ method: 'GET', path: '' }) as const, replies: [] }
  const ids = await readList(
    spec,
    async ({ offset, limit }) => {
      const all = at(asked.push([offset, limit]) - 1)
      const from = Math.max(0, offset - firstIs)
      const page = all.slice(from, from + Math.min(limit, mostOnAPage))
      return { records: page.map((id): ListedRecord => ({ id })), ...(counts && { total: all.length }) }
    },
    (id) => id.toLowerCase(),
    ({ id }) => id,
  )
  return { ids, asked }
}

const letters = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `r${n}`)

test('whatever the length, the page size and what the backend makes of them, each record is listed once', async () => {
  for (const count of [0, 1, 2, 3, 4, 5, 8, 9, 17]) {
    for (const pageSize of [1, 2, 3, 4, 100]) {
      for (const firstIs of [0, 1] as const) {
        for (const mostOnAPage of [3, 100]) {
          for (const counts of [true, false]) {
            const { ids } = await listed({ at: () => letters(count), pageSize, mostOnAPage, firstIs, counts })
            assert.equal(ids, letters(count), `${count} ${pageSize} ${firstIs} ${mostOnAPage} ${counts}`)
          }
        }
      }
    }
  }
})

test('the end is proven by a page with nothing new; a count of all saves that', async () => {
  assert.equal((await listed({ at: () => letters(6) })).asked, [
    [0, 4],
    [3, 4],
    [5, 4],
  ])
  assert.equal((await listed({ at: () => letters(6), counts: true })).asked, [
    [0, 4],
    [3, 4],
  ])
  assert.equal((await listed({ at: () => letters(3), counts: true })).asked, [[0, 4]])
})

test('what changes while it is read is noticed', async () => {
  const all = letters(12)
  const changes: ReadonlyArray<readonly [string, (request: number) => ReadonlyArray<string>]> = [
    ['one before is gone', (request) => (request === 0 ? all : all.slice(1))],
    ['two came before', (request) => (request === 0 ? all : ['new', 'newer', ...all])],
    ['all are gone', (request) => (request === 0 ? all : [])],
    ['another order', (request) => (request === 0 ? all : [...all].reverse())],
    ['the last one seen is gone', (request) => (request === 0 ? all : all.filter((id) => id !== 'r3'))],
    ['a repeat', () => ['r0', 'r1', 'R0', 'r2']],
  ]
  for (const counts of [true, false]) {
    for (const [what, at] of changes) {
      const error = await rejection(listed({ at, counts }))
      assert.instance(error, ListChangedError, `${what} ${counts}`)
      assert.match((error as Error).message, /Ask again/)
    }
  }
})

test('one that came before the others is passed over, or noticed by the count: nobody else is', async () => {
  const all = letters(12)
  const at = (request: number) => (request === 0 ? all : ['new', ...all])
  assert.equal((await listed({ at })).ids, all)
  assert.instance(await rejection(listed({ at, counts: true })), ListChangedError)
})

test('a count that grows or shrinks is noticed, though no page moved', async () => {
  const all = letters(12)
  for (const after of [11, 13, 5]) {
    const at = (request: number) => (request === 0 ? all : [...all, 'more'].slice(0, after))
    assert.instance(await rejection(listed({ at, counts: true })), ListChangedError)
  }
})

test('a page that repeats itself instead of going on is no end', async () => {
  // A backend that knows nothing of offsets.
  const spec = { pageSize: 2, request: () => ({ method: 'GET', path: '' }) as const, replies: [] }
  const records = [{ id: 'a' }, { id: 'b' }, { id: 'c' }]
  const same = async () => ({ records })
  assert.instance(
    await rejection(
      readList(
        spec,
        same,
        (id) => id,
        ({ id }) => id,
      ),
    ),
    ListChangedError,
  )
})

test('nothing is read before it is asked for, all before the first, and anew for each iteration', async () => {
  const reads: AbortSignal[] = []
  const open = () =>
    readFirst(async (leave) => {
      reads.push(leave)
      return ['a', 'b']
    })
  const iterator = open()
  assert.is(reads.length, 0)
  assert.equal(await iterator.next(), { done: false, value: 'a' })
  assert.equal(await iterator.next(), { done: false, value: 'b' })
  assert.equal(await iterator.next(), { done: true, value: undefined })
  assert.is(reads.length, 1)
  const second = open()
  await second.return?.()
  assert.equal(await second.next(), { done: true, value: undefined })
  assert.is(reads.length, 1)
})

test('an early return cuts what is under way, and whoever waits hears of the end', async () => {
  const iterator = readFirst(
    (leave) =>
      new Promise<ReadonlyArray<string>>((_, reject) => {
        leave.addEventListener('abort', () => reject(new Error('cut')))
      }),
  )
  const waiting = iterator.next()
  await iterator.return?.()
  assert.equal(await waiting, { done: true, value: undefined })
})

test('a failure is told to whoever asks, and goes on being one', async () => {
  const iterator = readFirst(async () => {
    throw new Error('no list')
  })
  assert.match(String(await rejection(iterator.next())), 'no list')
  assert.match(String(await rejection(iterator.next())), 'no list')
})

test('pages that are too short to see an end by are no list', async () => {
  for (const mostOnAPage of [1, 2]) {
    for (const firstIs of [0, 1] as const) {
      for (const count of [3, 7]) {
        const outcome = await listed({ at: () => letters(count), mostOnAPage, firstIs }).then(
          ({ ids }) => ids.length,
          (error) => error instanceof ListChangedError,
        )
        assert.ok(
          outcome === true || (mostOnAPage > 1 && outcome === count),
          `${mostOnAPage} ${firstIs} ${count}: ${outcome}`,
        )
      }
    }
  }
})
