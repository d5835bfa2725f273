import { UsageError } from '../../../src/core/contract/error.ts'
import { type Ids, openSource, type Source } from '../../../src/core/intake/source.ts'
import { assert, suite } from '../../support/suite.ts'
import { openVirtualClock, settled } from '../../support/virtual-clock.ts'

const test = suite('source')

const open = (ids: unknown) => {
  const clock = openVirtualClock()
  const errors: unknown[] = []
  const taken: unknown[] = []
  const heard = { arrivals: 0 }
  const source: Source = openSource(
    ids as Ids,
    clock,
    () => {
      heard.arrivals++
    },
    (error) => errors.push(error),
  )
  const accept = (id: unknown) => taken.push(id)
  return {
    clock,
    errors,
    taken,
    heard,
    source,
    accept,
    pull: (most: number) => source.pull(most, accept),
    close: () => source.close(accept),
  }
}

/** A generator that tells what became of it. */
const counted = (count: number) => {
  const seen = { pulled: 0, closed: false }
  function* generate() {
    try {
      for (let at = 0; at < count; at++) {
        seen.pulled++
        yield `r${at}`
      }
    } finally {
      seen.closed = true
    }
  }
  return { seen, ids: generate() }
}

/** An asynchronous source whose ids are handed in by hand. */
const byHand = () => {
  const seen = { asked: 0, returned: 0 }
  let answer: ((result: IteratorResult<unknown>) => void) | undefined
  let fail: ((error: unknown) => void) | undefined
  const iterator = {
    next: () => {
      seen.asked++
      return new Promise<IteratorResult<unknown>>((resolve, reject) => {
        answer = resolve
        fail = reject
      })
    },
    return: async (): Promise<IteratorResult<unknown>> => {
      seen.returned++
      answer?.({ done: true, value: undefined })
      return { done: true, value: undefined }
    },
  }
  return {
    seen,
    iterator,
    ids: { [Symbol.asyncIterator]: () => iterator },
    give: async (id: unknown) => {
      answer?.({ done: false, value: id })
      await settled()
    },
    end: async () => {
      answer?.({ done: true, value: undefined })
      await settled()
    },
    fail: async (error: unknown) => {
      fail?.(error)
      await settled()
    },
  }
}

test('takes what can be iterated, and nothing else', () => {
  for (const ids of ['abc', 5, null, undefined, {}, () => ['a'], { length: 3 }, Promise.resolve(['a'])]) {
    assert.throws(
      () => open(ids),
      (error: unknown) => error instanceof UsageError,
    )
  }
})

test('knows which sources have a size, and so an end', () => {
  const sized = [[], new Set(['a']), new Map()].map((ids) => open(ids).source.sized)
  assert.equal(sized, [true, true, true])
  const others = [counted(1).ids, new Set(['a']).values(), byHand().ids].map((ids) => open(ids).source.sized)
  assert.equal(others, [false, false, false])
})

test('pulls no more than it is asked for, and nothing before', () => {
  const { seen, ids } = counted(10)
  const { pull, taken } = open(ids)
  assert.is(seen.pulled, 0)
  assert.is(pull(3), 'more')
  assert.equal([taken, seen.pulled], [['r0', 'r1', 'r2'], 3])
  assert.is(pull(7), 'more', 'whether that was all is not known yet')
  assert.is(pull(1), 'ended')
  assert.is(pull(1), 'ended')
  assert.is(taken.length, 10)
})

test('hands on whatever it holds: what is no string is for others to judge', () => {
  const { pull, taken } = open(['a', 5, null, undefined])
  assert.is(pull(10), 'ended')
  assert.equal(taken, ['a', 5, null, undefined])
})

test('a source that throws has ended; what it gave before is kept', () => {
  function* broken() {
    yield 'a'
    throw new Error('no disk')
  }
  const { pull, taken, errors } = open(broken())
  assert.is(pull(5), 'ended')
  assert.is(pull(5), 'ended')
  assert.equal([taken, errors.map(String)], [['a'], ['Error: no disk']])
  const unreadable = open({
    [Symbol.iterator]: () => {
      throw new Error('no file')
    },
  })
  assert.equal([unreadable.pull(1), unreadable.errors.map(String)], ['ended', ['Error: no file']])
  const nonsense = open({ [Symbol.iterator]: () => ({ next: () => undefined }) })
  assert.equal([nonsense.pull(1), nonsense.errors.length], ['ended', 1])
})

test('what goes wrong where ids are taken is not the fault of the source', () => {
  const { source, errors } = open(['a', 'b'])
  const taken: unknown[] = []
  const accept = (id: unknown) => {
    taken.push(id)
    if (id === 'a') throw new Error('a bug of ours')
  }
  assert.throws(() => source.pull(5, accept), 'a bug of ours')
  assert.equal(errors, [])
  assert.is(source.pull(5, accept), 'ended')
  assert.equal(taken, ['a', 'b'], 'the others are still there')
})

test('closing lets a generator clean up, once, and nothing more is pulled', async () => {
  const { seen, ids } = counted(10)
  const { pull, close, taken } = open(ids)
  pull(2)
  await close()
  await close()
  assert.equal([seen.closed, seen.pulled, taken.length], [true, 2, 2])
  assert.is(pull(1), 'ended')
})

test('closing what throws while it closes, what was never begun, what has ended', async () => {
  const ids = {
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: 'a' }),
      return: () => {
        throw new Error('can not close')
      },
    }),
  }
  const throwing = open(ids)
  throwing.pull(1)
  await throwing.close()
  const { seen, ids: never } = counted(3)
  await open(never).close()
  assert.is(seen.pulled, 0)
  const ended = open(['a'])
  ended.pull(5)
  await ended.close()
  assert.equal(throwing.errors, [])
})

test('asynchronous: waits without blocking, and says when something has come', async () => {
  const hand = byHand()
  const { pull, taken, heard } = open(hand.ids)
  assert.is(pull(2), 'waiting')
  assert.is(pull(2), 'waiting')
  assert.is(hand.seen.asked, 1, 'one question at a time')
  await hand.give('a')
  assert.is(heard.arrivals, 1)
  await hand.give('b')
  await hand.give('c')
  assert.equal([pull(2), taken], ['more', ['a', 'b']])
  assert.equal([pull(2), taken], ['waiting', ['a', 'b', 'c']])
  const before = heard.arrivals
  await hand.give('d')
  await hand.end()
  assert.ok(heard.arrivals > before)
  assert.equal([pull(5), taken], ['ended', ['a', 'b', 'c', 'd']])
  assert.is(pull(5), 'ended')
})

test('asynchronous: reads ahead, but not without bound', async () => {
  let pulled = 0
  async function* endless() {
    while (true) yield `r${pulled++}`
  }
  const { pull, taken, close } = open(endless())
  pull(1)
  await settled()
  await settled()
  assert.ok(pulled <= 1_025, `${pulled} read ahead`)
  for (let times = 0; times < 20; times++) {
    pull(500)
    await settled()
  }
  assert.equal(taken.length > 5_000 && taken.every((id, at) => id === `r${at}`), true)
  await close()
})

test('asynchronous: a long one comes whole and in order', async () => {
  async function* many() {
    for (let at = 0; at < 10_000; at++) yield `r${at}`
  }
  const { pull, taken } = open(many())
  for (let times = 0; pull(333) !== 'ended' && times < 10_000; times++) await settled()
  assert.is(taken.length, 10_000)
  assert.ok(taken.every((id, at) => id === `r${at}`))
})

test('asynchronous: a source that throws is told of, and what it gave before is kept', async () => {
  const hand = byHand()
  const { pull, taken, errors } = open(hand.ids)
  pull(5)
  await hand.give('a')
  await hand.fail(new Error('no network'))
  assert.equal(errors.map(String), ['Error: no network'])
  assert.equal([pull(5), taken], ['ended', ['a']])
  const unreadable = open({
    [Symbol.asyncIterator]: () => {
      throw new Error('no cursor')
    },
  })
  unreadable.pull(5)
  await settled()
  assert.equal([unreadable.errors.map(String), unreadable.pull(5)], [['Error: no cursor'], 'ended'])
})

test('asynchronous: closing hands over what had been read ahead, and asks for no more', async () => {
  const hand = byHand()
  const { pull, taken, close, clock, errors } = open(hand.ids)
  pull(1)
  await hand.give('a')
  await hand.give('b')
  const asked = hand.seen.asked
  await close()
  assert.equal([taken, hand.seen.returned, hand.seen.asked], [['a', 'b'], 1, asked])
  assert.equal([clock.sleeping(), errors], [0, []])
})

test('asynchronous: one that never closes is waited for a second, and one that fails to is let go', async () => {
  const hand = byHand()
  const { pull, taken, close, clock, errors } = open({
    [Symbol.asyncIterator]: () => ({ ...hand.iterator, return: () => new Promise(() => {}) }),
  })
  pull(1)
  await hand.give('a')
  let closed = false
  const closing = close().then(() => {
    closed = true
  })
  await clock.advance(999)
  assert.not.ok(closed)
  await clock.advance(1)
  await closing
  assert.equal(taken, ['a'])

  const bad = byHand()
  const failing = open({
    [Symbol.asyncIterator]: () => ({ ...bad.iterator, return: () => Promise.reject(new Error('can not close')) }),
  })
  failing.pull(1)
  await bad.give('a')
  await failing.close()
  assert.equal([failing.taken, failing.errors, errors, failing.clock.sleeping()], [['a'], [], [], 0])
})

test('asynchronous: an answer that was under way when it was closed is not lost', async () => {
  const hand = byHand()
  const { pull, taken, close } = open({ [Symbol.asyncIterator]: () => ({ next: hand.iterator.next }) })
  pull(1)
  await settled()
  const closing = close()
  await hand.give('late')
  await closing
  assert.equal(taken, ['late'])
})
