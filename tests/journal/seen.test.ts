import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { array, assert as check, integer, property } from 'fast-check'
import { openJournal } from '../../src/journal/index.ts'
import { hashOf, openSeen } from '../../src/journal/sqlite/seen.ts'
import { assert, suite } from '../support/suite.ts'
import { entries, folder, journalPath } from './fixtures.ts'

const test = suite('journal: de-duplication', { deadlineMs: 60_000 })

test('finds every number under its hash, in memory and in the runs on disk', (context) => {
  const path = join(folder(context), 'seen')
  const hashes = array(
    integer({ min: 0, max: 40 }).map((key) => key * 2 ** 44 + (key % 3)),
    { maxLength: 120 },
  )
  check(
    property(hashes, (given) => {
      const seen = openSeen(path, 8)
      const model = new Map<number, number[]>()
      given.forEach((hash, number) => {
        const known = model.get(hash) ?? []
        const sorted = [...seen.candidates(hash)].sort((one, other) => one - other)
        assert.equal(sorted, known)
        seen.add(hash, number)
        model.set(hash, [...known, number])
      })
      seen.close()
      assert.not(existsSync(path))
    }),
    { numRuns: 60 },
  )
})

test('a run of many blocks: every hash is found, also where equal ones reach over an edge', (context) => {
  const seen = openSeen(join(folder(context), 'seen'), 2_048)
  const hashOfPlace = (place: number): number => (place % 7 === 0 ? 500 : (place * 7_919) % 100_003)
  const places = Array.from({ length: 6_000 }, (_, place) => place)
  for (const place of places) seen.add(hashOfPlace(place), place)
  for (const hash of [...new Set(places.map(hashOfPlace)), 100_004]) {
    const expected = places.filter((place) => hashOfPlace(place) === hash)
    assert.equal(
      [...seen.candidates(hash)].sort((one, other) => one - other),
      expected,
    )
  }
  seen.close()
})

test('a hash is a whole number of 53 bits, and seldom shared', () => {
  const hashes = new Set(Array.from({ length: 100_000 }, (_, index) => hashOf(`record-${index}`)))
  assert.is(hashes.size, 100_000)
  for (const hash of hashes) assert.ok(Number.isSafeInteger(hash) && hash >= 0)
})

test('identities are told apart exactly, across calls of every size', async ({ after }) => {
  const journal = openJournal(journalPath({ after }))
  after(journal.close)
  const target = journal.target('cms')
  await target.beginPlan()
  const known = new Set<string>()
  let state = 1
  for (let call = 0; call < 200; call++) {
    const given = Array.from({ length: call % 23 }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
      return `id-${state % 1_500}`
    })
    const expected = given.map((id) => {
      const fresh = !known.has(id)
      known.add(id)
      return fresh
    })
    assert.equal(await target.addToPlan(entries(given)), expected)
  }
  const plan = await target.sealPlan({ duplicates: 0, sourceEnded: true })
  assert.is(plan.records, known.size)
  assert.equal(
    (await target.pending(-1, 2_000)).map(({ id }) => id),
    [...known],
  )
})
