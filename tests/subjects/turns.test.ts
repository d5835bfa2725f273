import type { RecordOutcome } from '../../src/index.ts'
import type { Links } from '../../src/subjects/links.ts'
import { openTurns } from '../../src/subjects/turns.ts'
import { mulberry32 } from '../support/random.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('turns')

const links = (
  first: ReadonlyArray<number>,
  others: ReadonlyArray<readonly [number, ReadonlyArray<number>]> = [],
): Links => ({
  first: Int32Array.from(first),
  others: new Map(others),
})
const gone = (effect: 'erased' | 'recoverable' = 'erased'): RecordOutcome => ({
  id: 'x',
  status: 'deleted',
  evidence: 'reply',
  effect,
})

test('a record goes when all that its subject has in the earlier systems is gone', async () => {
  const turns = openTurns({
    subjects: 2,
    own: links([0, 1]),
    earlier: [{ links: links([0, 0, 1]) }, { links: links([1]) }],
    batch: 1,
  })
  turns.settled(0, 0, gone())
  assert.not.ok(turns.isReleased(0))
  turns.settled(0, 0, gone())
  assert.not.ok(turns.isReleased(0), 'told twice counts once')
  turns.settled(0, 1, { id: 'x', status: 'absent', evidence: 'reply', effect: 'erased' })
  assert.equal(await turns.next(10), [0])
  turns.settled(0, 2, gone())
  assert.equal(turns.waitsFor(1), [1])
  turns.settled(1, 0, { id: 'x', status: 'unconfirmed', reason: { code: 'x', message: 'x' } })
  turns.ended(0)
  turns.ended(1)
  assert.equal(await turns.next(10), [])
  assert.not.ok(turns.isReleased(1))
})

test('less than what is needed is not gone enough', async () => {
  const turns = openTurns({
    subjects: 2,
    own: links([0, 1]),
    earlier: [{ links: links([0, 1]), needs: 'recoverable' }],
    batch: 1,
  })
  turns.settled(0, 0, { id: 'x', status: 'deleted', evidence: 'reply', effect: 'marked' })
  turns.settled(0, 1, gone('erased'))
  turns.ended(0)
  assert.equal(await turns.next(10), [1])
  assert.equal(await turns.next(10), [])
})

test('a record that two subjects share goes with the last of them, and what has nobody before it at once', async () => {
  const turns = openTurns({
    subjects: 3,
    own: links([0, 2, 2], [[0, [1]]]),
    earlier: [{ links: links([0, 1]) }],
    batch: 1,
  })
  assert.equal(await turns.next(10), [1, 2])
  turns.settled(0, 0, gone())
  assert.not.ok(turns.isReleased(0))
  turns.settled(0, 1, gone())
  assert.equal(await turns.next(10), [0])
})

test('batches are whole as long as more may come; then the rest goes', async () => {
  const many = Array.from({ length: 25 }, (_, at) => at)
  const turns = openTurns({ subjects: 25, own: links(many), earlier: [{ links: links(many) }], batch: 10 })
  const given: Array<ReadonlyArray<number>> = []
  const reading = (async () => {
    for (let some = await turns.next(1_000); some.length > 0; some = await turns.next(1_000)) given.push(some)
  })()
  for (const at of many.toReversed()) {
    turns.settled(0, at, gone())
    await Promise.resolve()
  }
  turns.ended(0)
  await reading
  assert.equal(
    given.map(({ length }) => length),
    [10, 10, 5],
  )
  assert.equal(
    given.flat().sort((one, other) => one - other),
    many,
  )
})

test('stopped, nothing more is handed out, not even to who waits already', async () => {
  const turns = openTurns({ subjects: 1, own: links([0]), earlier: [{ links: links([0]) }], batch: 1 })
  const waiting = turns.next(1)
  turns.stop()
  assert.equal(await waiting, [])
  turns.settled(0, 0, gone())
  assert.equal(await turns.next(1), [])
})

test('2,000 drawn orders: none before its turn, none twice, none forgotten, and at most one batch more than without order', async () => {
  for (let seed = 1; seed <= 2_000; seed++) {
    const random = mulberry32(seed)
    const below = (bound: number): number => Math.floor(random() * bound)
    const subjects = 1 + below(30)
    const linksOf = (): Links => {
      const records = below(50)
      const first = Array.from({ length: records }, () => below(subjects))
      const others = first.flatMap((own, record) => {
        const other = below(subjects)
        return random() < 0.1 && other !== own ? [[record, [other]] as const] : []
      })
      return links(first, others)
    }
    const own = linksOf()
    const earlier = Array.from({ length: 1 + below(3) }, () => ({ links: linksOf() }))
    const batch = 1 + below(12)
    const turns = openTurns({ subjects, own, earlier, batch })
    const failing = random() < 0.5 ? 0 : 0.1
    const left = earlier.map(({ links: { first } }) => new Set(first.keys()))
    const ownersOf = ({ first, others }: Links, record: number) => [first[record], ...(others.get(record) ?? [])]
    const mayGo = (record: number): boolean =>
      ownersOf(own, record).every((subject) =>
        earlier.every((other, at) =>
          [...(left[at] ?? [])].every((each) => !ownersOf(other.links, each).includes(subject)),
        ),
      )
    const handed: number[] = []
    let batches = 0
    const reading = (async () => {
      for (let some = await turns.next(40); some.length > 0; some = await turns.next(40)) {
        batches += Math.ceil(some.length / batch)
        for (const record of some) assert.ok(mayGo(record), `seed ${seed}: record ${record} before its turn`)
        handed.push(...some)
      }
    })()
    const events = earlier.flatMap(({ links: { first } }, at) => [...first.keys()].map((record) => ({ at, record })))
    for (const { at, record } of events.sort(() => random() - 0.5)) {
      if (random() < failing) continue
      left[at]?.delete(record)
      turns.settled(at, record, gone())
      if (random() < 0.3) await new Promise(setImmediate)
    }
    for (const at of earlier.keys()) turns.ended(at)
    await reading
    const due = [...own.first.keys()].filter(mayGo)
    assert.equal(
      handed.toSorted((one, other) => one - other),
      due,
      `seed ${seed}`,
    )
    for (const record of own.first.keys()) assert.is(turns.isReleased(record), due.includes(record), `seed ${seed}`)
    assert.ok(batches <= Math.ceil(handed.length / batch) + 1, `seed ${seed}: ${batches} batches`)
  }
})
