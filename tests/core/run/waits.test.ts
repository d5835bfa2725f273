import type { RunEvent, Unstamped } from '../../../src/core/contract/events.ts'
import { openWaits } from '../../../src/core/run/waits.ts'
import { assert, suite } from '../../support/suite.ts'
import { openVirtualClock } from '../../support/virtual-clock.ts'

const test = suite('waits')

const open = () => {
  const clock = openVirtualClock(0)
  const told: Unstamped<RunEvent>[] = []
  const waits = openWaits(
    clock,
    (event) => told.push(event),
    () => 9,
  )
  return { clock, waits, take: () => told.splice(0) }
}

test('a short wait is not told, and one that lasts is: with all that wait for the same, and until when', async () => {
  const { clock, waits, take } = open()
  waits.begin('answer', 200, 30_000)()
  await clock.advance(3_000)
  assert.equal(take(), [])
  const [endOne, endOther] = [waits.begin('job', 200, 60_000), waits.begin('job', 100, 90_000)]
  await clock.advance(999)
  assert.equal(take(), [])
  await clock.advance(1)
  assert.equal(take(), [{ kind: 'waiting', why: 'job', records: 300, untilMs: 90_000, inFlight: 9 }])
  await clock.advance(5_000)
  assert.equal(take(), [], 'what is known is not told again')
  endOther()
  await clock.advance(1_000)
  assert.equal(take(), [{ kind: 'waiting', why: 'job', records: 200, untilMs: 60_000, inFlight: 9 }])
  endOne()
  await clock.advance(1_000)
  assert.equal(take(), [{ kind: 'waiting', why: 'job', records: 0, inFlight: 9 }])
  waits.close()
})

test('what has no end that is known has none; a wait for the backend ends by itself', async () => {
  const { clock, waits, take } = open()
  const end = waits.begin('paused', () => 7)
  waits.begin('throttled', 5, 2_500)
  await clock.advance(1_000)
  assert.equal(take(), [
    { kind: 'waiting', why: 'paused', records: 7, inFlight: 9 },
    { kind: 'waiting', why: 'throttled', records: 5, untilMs: 2_500, inFlight: 9 },
  ])
  await clock.advance(2_000)
  assert.equal(take(), [{ kind: 'waiting', why: 'throttled', records: 0, inFlight: 9 }])
  end()
  await clock.advance(1_000)
  assert.equal(take(), [{ kind: 'waiting', why: 'paused', records: 0, inFlight: 9 }])
  waits.close()
})
