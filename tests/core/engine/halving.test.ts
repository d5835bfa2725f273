/** A batch that one record makes fail with a 5xx is halved until that one is alone; and an answer from elsewhere ends the run. */
import { deleteRecords } from '../../../src/index.ts'
import { virtualClock } from '../../../src/testing.ts'
import type { Answer } from '../../support/listen.ts'
import { assert, suite } from '../../support/suite.ts'
import { type After, checkBooks, many, type ShelfSettings, startShelf, tally } from './harness.ts'

const test = suite('halving', { deadlineMs: 20_000 })

const id = (n: number): string => `r${n}`
/** As Directus words a foreign key. */
const failure: Answer = {
  status: 500,
  json: { errors: [{ message: 'An unexpected error occurred.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }] },
}

const run = async (after: After, ids: ReadonlyArray<string>, settings: ShelfSettings) => {
  const shelf = await startShelf(after, { records: ids, ...settings })
  const clock = virtualClock()
  const report = await clock.until(deleteRecords(clock.watch(shelf.provider), ids, { clock, random: () => 0.5 }))
  checkBooks(report, [...ids])
  return { report, shelf }
}

test('one record of a batch fails it each time: the others are deleted', async ({ after }) => {
  for (const [size, bad] of [
    [100, ['r37']],
    [64, ['r0']],
    [50, ['r49', 'r3']],
    [7, ['r3']],
  ] as const) {
    for (const status of [500, 502, 504]) {
      const ids = many(size, id)
      const { report } = await run(after, ids, {
        capabilities: { maxBatchSize: size, atomicity: 'all-or-nothing' },
        destroy: (sent, _, records) => {
          if (sent.some((one) => (bad as ReadonlyArray<string>).includes(one))) return { ...failure, status }
          for (const one of sent) records.delete(one)
          return { status: 204 }
        },
      })
      const name = `${size} ${status}`
      assert.equal(
        report.outcomes
          .filter((outcome) => outcome.status !== 'deleted')
          .map((outcome) => outcome.id)
          .sort(),
        [...bad].sort(),
        name,
      )
      assert.equal(tally(report.outcomes)['untouched: attempts-spent'], bad.length, name)
      assert.is(report.halted, undefined, name)
    }
  }
})

test('where everything fails, halving ends with the retry budget', async ({ after }) => {
  const ids = many(400, id)
  const { report, shelf } = await run(after, ids, {
    capabilities: { maxBatchSize: 100, atomicity: 'all-or-nothing' },
    destroy: () => failure,
  })
  assert.is(report.halted?.because, 'unavailable')
  assert.is(report.totals.deleted + report.totals.rejected, 0)
  assert.ok(shelf.deletions.length <= 110, `${shelf.deletions.length} sendings`)
})

test('an answer to a deletion from another place halts, and its batch is unconfirmed', async ({ after }) => {
  for (const status of [200, 202, 204, 302, 404, 422, 500]) {
    for (const isDone of [true, false]) {
      const ids = many(30, id)
      const { report, shelf } = await run(after, ids, {
        spec: { pin: { header: 'x-place', value: 'main' } },
        destroy: (sent, nth, records) => {
          if (nth !== 2 || isDone) for (const one of sent) records.delete(one)
          return nth === 2 ? { status, json: [], headers: { 'x-place': 'fork' } } : { status: 204 }
        },
      })
      const name = `${status} ${isDone}`
      assert.is(report.halted?.because, 'denied', name)
      assert.match(report.halted?.detail ?? '', '"fork"', name)
      for (const one of shelf.deletions[1] ?? []) {
        assert.is(report.outcomes.find((outcome) => outcome.id === one)?.status, 'unconfirmed', `${name} ${one}`)
      }
    }
  }
})
