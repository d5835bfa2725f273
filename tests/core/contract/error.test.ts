import { describe, type ProviderError, UsageError } from '../../../src/core/contract/error.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('error')

const detail = 'the words of the backend'

test('says what happened, with the status or the job where there is one', () => {
  const said: ReadonlyArray<[ProviderError, string]> = [
    [{ tag: 'Throttled', detail, retryAfterMs: 5 }, 'put off for now: the words of the backend'],
    [{ tag: 'Unavailable', detail }, 'closed for now: the words of the backend'],
    [{ tag: 'Unreachable', detail }, 'never sent: the words of the backend'],
    [{ tag: 'Interrupted', detail }, 'no usable answer, it may have happened: the words of the backend'],
    [
      { tag: 'Refused', detail, status: 422, culprits: [], blames: 'unknown' },
      'the batch was refused (HTTP 422): the words of the backend',
    ],
    [{ tag: 'TooLarge', detail }, 'the request was too long: the words of the backend'],
    [{ tag: 'Denied', detail, status: 401 }, 'not allowed (HTTP 401): the words of the backend'],
    [
      { tag: 'Garbled', detail, paths: ['data.0.id'] },
      'an answer that can not be read, it may have happened: the words of the backend',
    ],
    [{ tag: 'JobFailed', detail, jobId: 'j7' }, 'the job failed (job j7): the words of the backend'],
    [{ tag: 'JobOverdue', detail, jobId: 'j7' }, 'the job did not end in time (job j7): the words of the backend'],
    [{ tag: 'Aborted', detail, sent: true }, 'cut short: the words of the backend'],
    [{ tag: 'Defect', detail, cause: new Error('secret') }, 'a bug: the words of the backend'],
  ]
  for (const [error, sentence] of said) assert.is(describe(error), sentence)
})

test('misuse is an Error with a name of its own', () => {
  const error = new UsageError('do this instead')
  assert.ok(error instanceof Error)
  assert.equal([error.name, error.message], ['UsageError', 'do this instead'])
})
