import type { RunEvent, Unstamped } from '../../../src/core/contract/events.ts'
import { openEmitter } from '../../../src/core/run/emitter.ts'
import { assert, suite } from '../../support/suite.ts'
import { openVirtualClock, settled } from '../../support/virtual-clock.ts'

const test = suite('emitter')

const sent = (batch: number): Unstamped<RunEvent> => ({ kind: 'batch-sent', batch, size: 1 })

const short = (event: RunEvent): string => {
  if (event.kind === 'batch-sent') return `sent ${event.batch}`
  return event.kind === 'listener-failed' ? `failed: ${event.detail}` : event.kind
}

test('stamps each event with the time', async () => {
  const clock = openVirtualClock(5_000)
  const heard: RunEvent[] = []
  const emit = openEmitter({ clock, onEvent: (event) => heard.push(event) })
  emit(sent(1))
  await clock.advance(10)
  emit({ kind: 'aborted' })
  assert.equal(heard, [
    { at: 5_000, kind: 'batch-sent', batch: 1, size: 1 },
    { at: 5_010, kind: 'aborted' },
  ])
})

test('nobody listens', () => {
  openEmitter({ clock: openVirtualClock(), onEvent: undefined })(sent(1))
})

test('a listener that throws is told once, and goes on hearing', () => {
  const heard: string[] = []
  const emit = openEmitter({
    clock: openVirtualClock(),
    onEvent: (event) => {
      heard.push(short(event))
      throw new Error('no disk')
    },
  })
  for (const batch of [1, 2, 3]) emit(sent(batch))
  assert.equal(heard, ['sent 1', 'failed: no disk', 'sent 2', 'sent 3'])
})

test('a listener whose promise rejects is told once, and no rejection is left over', async () => {
  const heard: string[] = []
  const emit = openEmitter({
    clock: openVirtualClock(),
    onEvent: async (event) => {
      heard.push(short(event))
      throw 'no disk'
    },
  })
  emit(sent(1))
  emit(sent(2))
  await settled()
  emit(sent(3))
  await settled()
  assert.equal(heard, ['sent 1', 'sent 2', 'failed: no disk', 'sent 3'])
})

test('events come one at a time: what a listener sets off comes after what it is hearing', () => {
  const log: string[] = []
  const emit = openEmitter({
    clock: openVirtualClock(),
    onEvent: (event) => {
      log.push(`begin ${short(event)}`)
      if (event.kind === 'batch-sent') {
        emit({ kind: 'aborted' })
        if (event.batch === 1) emit(sent(2))
      }
      log.push(`end ${short(event)}`)
      if (event.kind === 'aborted') throw new Error('no disk')
    },
  })
  emit(sent(1))
  assert.equal(log, [
    ...['begin sent 1', 'end sent 1', 'begin aborted', 'end aborted', 'begin sent 2', 'end sent 2'],
    ...['begin failed: no disk', 'end failed: no disk', 'begin aborted', 'end aborted'],
  ])
})

test('the report comes last, also for a listener that fails to take it', async () => {
  for (const fails of [() => Promise.reject(new Error('late')), () => assert.unreachable('at once')]) {
    const heard: string[] = []
    const emit = openEmitter({
      clock: openVirtualClock(),
      onEvent: (event) => {
        heard.push(event.kind)
        return fails()
      },
    })
    const totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
    const times = { startedAt: '2026-01-01T00:00:00.000Z', endedAt: '2026-01-01T00:00:00.000Z' }
    const report = { provider: 'model', totals, duplicates: 0, requests: 0, ...times, sourceEnded: true }
    emit({ kind: 'run-ended', report })
    await settled()
    emit({ kind: 'aborted' })
    assert.equal(heard, ['run-ended'])
  }
})
