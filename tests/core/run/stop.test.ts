import type { Halt } from '../../../src/core/contract/outcome.ts'
import { openStop, type StopReason, whyUntouched } from '../../../src/core/run/stop.ts'
import { assert, suite } from '../../support/suite.ts'
import { openVirtualClock } from '../../support/virtual-clock.ts'

const test = suite('stop')

const denied: Halt = { because: 'denied', detail: 'a wrong token' }
const guard: Halt = { because: 'guard', detail: 'too many' }

const open = (drainMs = 30_000) => {
  const clock = openVirtualClock(0)
  const caller = new AbortController()
  const told: StopReason[] = []
  const stop = openStop(clock, drainMs, caller.signal, (reason) => told.push(reason))
  return { clock, caller, told, stop }
}

test('a run goes on until it is stopped', async () => {
  const { clock, told, stop } = open()
  stop.listen()
  await clock.advance(1e9)
  assert.equal([stop.reason(), stop.halted(), told], [undefined, undefined, []])
  assert.equal([stop.stopping.aborted, stop.over.aborted, stop.drainEndsAt()], [false, false, Number.POSITIVE_INFINITY])
})

test('the signal stops sending at once, and waiting when the drain is over', async () => {
  const { clock, caller, told, stop } = open()
  stop.listen()
  await clock.advance(1_000)
  caller.abort()
  assert.equal([stop.reason(), told], [{ kind: 'aborted' }, [{ kind: 'aborted' }]])
  assert.equal([stop.stopping.aborted, stop.over.aborted, stop.drainEndsAt()], [true, false, 31_000])
  await clock.advance(29_999)
  assert.not.ok(stop.over.aborted)
  await clock.advance(1)
  assert.ok(stop.over.aborted)
  assert.is(stop.halted(), undefined, 'an abort is no halt')
})

test('a signal that had aborted before counts, and none counts before it is heeded', () => {
  const { caller, told, stop } = open()
  caller.abort()
  assert.is(stop.reason(), undefined)
  stop.listen()
  assert.equal(told, [{ kind: 'aborted' }])
})

test('the first halt counts, the drain is not begun again', async () => {
  const { clock, caller, told, stop } = open(100)
  stop.listen()
  stop.halt(denied)
  await clock.advance(60)
  stop.halt(guard)
  caller.abort()
  assert.equal([stop.halted(), told], [denied, [{ kind: 'halted', halt: denied }]])
  await clock.advance(40)
  assert.ok(stop.over.aborted)
})

test('a halt after an abort is remembered, and the run stays aborted', () => {
  const { caller, told, stop } = open()
  stop.listen()
  caller.abort()
  stop.halt(denied)
  assert.equal([stop.reason(), stop.halted(), told.length], [{ kind: 'aborted' }, denied, 1])
})

test('without a drain it is over at once', async () => {
  const { clock, stop } = open(0)
  stop.halt(denied)
  await clock.advance(0)
  assert.ok(stop.over.aborted)
})

test('a run that has ended lets go of the signal and of the timer, and nothing is given up any more', async () => {
  const { clock, told, stop } = open()
  stop.listen()
  stop.halt(denied)
  assert.is(clock.sleeping(), 1)
  stop.release()
  assert.is(clock.sleeping(), 0)
  await clock.advance(1e6)
  assert.not.ok(stop.over.aborted, 'the drain was never over: there was nothing left to wait for')

  const quiet = open()
  quiet.stop.listen()
  quiet.stop.release()
  quiet.caller.abort()
  assert.equal([quiet.told, told.length], [[], 1])
})

test('why a record was left alone', () => {
  const halted = (halt: Halt) => whyUntouched({ kind: 'halted', halt })
  assert.is(whyUntouched({ kind: 'aborted' }), 'aborted')
  assert.is(halted(denied), 'halted')
  for (const because of ['refused-alike', 'source', 'journal', 'guard', 'defect'] as const) {
    assert.is(halted({ because, detail: '' }), 'halted')
  }
  assert.is(halted({ because: 'unreachable', detail: '' }), 'unreachable')
  assert.is(halted({ because: 'unavailable', detail: '' }), 'unavailable')
  const throttled: Halt = { because: 'unavailable', detail: '', error: { tag: 'Throttled', detail: '' } }
  assert.is(halted(throttled), 'throttled')
})
