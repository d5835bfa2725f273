/** Facts that are not so. */
import { resultsAdapter } from './adapters.ts'
import { startResults } from './backends.ts'
import { type Broken, broken, results, resultsSubject, transaction, transactionSubject } from './sound.ts'

export const brokenLimits: ReadonlyArray<Broken> = [
  broken(
    'declares larger batches than the backend takes',
    'the declared limits hold, as the backend counts them',
    /refused by the backend with 400/,
    { ...resultsSubject, start: startResults({ most: 10 }) },
    results({ facts: { maxBatchSize: 50 } }),
  ),
  broken(
    'declares a longer URL than the backend takes',
    'the declared limits hold, as the backend counts them',
    /refused by the backend with 414/,
    transactionSubject,
    transaction({ facts: { maxUrlBytes: 8_000 } }),
  ),
  broken(
    'weighs ids as they are, not as they are encoded',
    'the declared limits hold, as the backend counts them',
    /request target of \d+ bytes, and declares at most 300/,
    transactionSubject,
    transaction({ weigh: (id) => ({ urlBytes: id.length + 1, bodyBytes: 0 }) }),
  ),
  broken(
    'weighs a body as if ids were plain ASCII',
    'the declared limits hold, as the backend counts them',
    /a body of \d+ bytes, and declares at most 400/,
    {
      ...resultsSubject,
      start: startResults({ mostBodyBytes: 400 }),
      provider: resultsAdapter({ facts: { maxBodyBytes: 400 } }),
    },
    results({ facts: { maxBodyBytes: 400 }, weigh: (id) => ({ urlBytes: 0, bodyBytes: id.length + 3 }) }),
  ),
  broken(
    'declares facts that are no data',
    'capabilities are data, and the same every time',
    /JSON can't carry/,
    resultsSubject,
    results({ facts: { lateEffectMs: Number.POSITIVE_INFINITY } }),
  ),
]
