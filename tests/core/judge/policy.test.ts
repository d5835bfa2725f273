import type { ErrorTag, ProviderError } from '../../../src/core/contract/error.ts'
import { endsAsking, mayHaveApplied, policy } from '../../../src/core/judge/policy.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('policy')

const tags = Object.keys(policy) as ReadonlyArray<ErrorTag>

const detail = 'so it went'
const errors: { readonly [Tag in ErrorTag]: Extract<ProviderError, { tag: Tag }> } = {
  Throttled: { tag: 'Throttled', detail },
  Unavailable: { tag: 'Unavailable', detail },
  Unreachable: { tag: 'Unreachable', detail },
  Interrupted: { tag: 'Interrupted', detail },
  Refused: { tag: 'Refused', detail, status: 400, culprits: [], blames: 'unknown' },
  TooLarge: { tag: 'TooLarge', detail },
  Denied: { tag: 'Denied', detail, status: 403 },
  Garbled: { tag: 'Garbled', detail, paths: [] },
  JobFailed: { tag: 'JobFailed', detail, jobId: '1' },
  JobOverdue: { tag: 'JobOverdue', detail, jobId: '1' },
  Aborted: { tag: 'Aborted', detail, sent: true },
  Defect: { tag: 'Defect', detail, cause: undefined },
}

test('every error has its line', () => {
  assert.equal([...tags].sort(), Object.keys(errors).sort())
})

test('what was provably not applied is no doubt, everything else is', () => {
  const doubtful = tags.filter((tag) => mayHaveApplied(errors[tag]))
  assert.equal(doubtful, ['Interrupted', 'Garbled', 'JobFailed', 'JobOverdue', 'Aborted', 'Defect'])
})

test('a call cut short is in doubt exactly if it was sent', () => {
  assert.ok(mayHaveApplied({ tag: 'Aborted', detail, sent: true }))
  assert.not.ok(mayHaveApplied({ tag: 'Aborted', detail, sent: false }))
})

test('what may have been applied is never isolated, cut or sent again as it is', () => {
  for (const tag of tags) {
    if (policy[tag].effect === 'unknown') assert.ok(['fail-batch', 'halt-run'].includes(policy[tag].then), tag)
  }
})

test('each step is taken by the errors that call for it, and by no other', () => {
  const by = (step: string) => tags.filter((tag) => policy[tag].then === step)
  assert.equal(by('isolate'), ['Refused'])
  assert.equal(by('shrink'), ['TooLarge'])
  assert.equal(by('pause'), ['Throttled', 'Unavailable', 'Unreachable'])
  assert.equal(by('halt-run'), ['Denied', 'Defect'])
})

test('what pauses goes again, what halts does not', () => {
  for (const tag of tags) {
    if (policy[tag].then === 'pause') assert.ok(policy[tag].retry, tag)
    if (policy[tag].then === 'halt-run') assert.not.ok(policy[tag].retry, tag)
  }
})

test('asking again is of no use once the job has failed, the run gives up, or nothing is allowed any more', () => {
  assert.equal(
    tags.filter((tag) => endsAsking(errors[tag])),
    ['Denied', 'JobFailed', 'Aborted', 'Defect'],
  )
})
