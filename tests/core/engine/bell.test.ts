import { openBell } from '../../../src/core/engine/bell.ts'
import { assert, suite } from '../../support/suite.ts'
import { settled } from '../../support/virtual-clock.ts'

const test = suite('bell')

test('wakes one who waits', async () => {
  const bell = openBell()
  let woken = 0
  const wait = async () => {
    await bell.heard()
    woken++
  }
  const waiting = wait()
  await settled()
  assert.is(woken, 0)
  bell.ring()
  await waiting
  assert.is(woken, 1)
})

test('a ring while nobody waits is kept, several are one', async () => {
  const bell = openBell()
  bell.ring()
  bell.ring()
  await bell.heard()
  let woken = false
  const next = bell.heard().then(() => {
    woken = true
  })
  await settled()
  assert.not.ok(woken)
  bell.ring()
  await next
})

test('a ring between waking and waiting again is not lost', async () => {
  const bell = openBell()
  const first = bell.heard()
  bell.ring()
  bell.ring()
  await first
  await bell.heard()
})
