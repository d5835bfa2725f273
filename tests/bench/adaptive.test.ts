import { type CapacityModel, deleteFrom, idealMs, models } from '../../bench/adaptive.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('adaptive concurrency, beside the best fixed setting', { deadlineMs: 60_000 })

for (const { name, model, batches } of models.filter(({ batches }) => batches < 5_000)) {
  test(`${name}: within 1.1 of the best fixed setting, and within 25 % of the median after ten seconds`, async () => {
    const { deleted, ms, lowest, highest } = await deleteFrom(model, batches, 'adaptive')
    assert.is(deleted, batches * 10)
    const ratio = ms / idealMs(model, batches)
    assert.ok(ratio <= 1.1, `${ratio} of the best`)
    assert.ok(lowest >= 0.75 && highest <= 1.25, `${lowest} to ${highest} of the median in flight`)
  })
}

test('a backend that bears less from now on: everything is deleted, and few are refused', async () => {
  const model: CapacityModel = {
    latencyMs: 100,
    capacity: (ms) => (ms < 10_000 ? 20 : 6),
    whenFull: 'refuse',
    jitter: 0.1,
  }
  const { deleted, refused, requests } = await deleteFrom(model, 3_000, 'adaptive')
  assert.is(deleted, 30_000)
  assert.ok(refused / requests < 0.05, `${refused} of ${requests} were refused`)
})
