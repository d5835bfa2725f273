/**
 * Requests per record until every bad record of an all-or-nothing backend is found and every good one is deleted, beside
 * the bound. The backend answers at once and counts; the figures are the same on every machine.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ProviderError } from '../src/core/contract/error.ts'
import type { BatchReply, BulkRecordProvider } from '../src/core/contract/provider.ts'
import { collect } from '../src/core/engine/stream.ts'
import { mulberry32 } from '../tests/support/random.ts'

export type Refusals =
  /** The refusal names one culprit. */
  | 'named'
  /** It names one, and what exists can be listed. */
  | 'named, lists'
  /** It names nobody and states no kind; what exists can be listed. */
  | 'anonymous, lists'
  /** It names nobody and states no kind, and nothing can be read. */
  | 'anonymous, blind'

export interface Case {
  readonly refusals: Refusals
  readonly p: number
  readonly spread: 'spread' | 'clustered'
  /** What the bad ones are: missing, or there and refused. */
  readonly bad: 'missing' | 'refused'
}

const manyRecords = 100_000
export const cap = 200

/** Optimal nested search, requests a record, at a cap of 200: `docs/decisions` says where the figures come from. */
const optimalNested: ReadonlyMap<number, number> = new Map([
  [0, 0.005],
  [0.0001, 0.0058],
  [0.001, 0.0132],
  [0.01, 0.0811],
  [0.1, 0.472],
  [0.38, 1],
])

export const bound = ({ refusals, p }: Case): number => {
  const nested = optimalNested.get(p) ?? 1
  if (isNamed(refusals)) return p + (1 - p) / cap
  return refusals === 'anonymous, lists' ? nested + p / cap : nested + p
}

export const allowed = ({ refusals }: Case): number =>
  ({ named: 1.02, 'named, lists': 1.05 })[refusals as string] ?? 1.15

const isNamed = (refusals: Refusals): boolean => refusals === 'named' || refusals === 'named, lists'

export interface Result {
  readonly requests: number
  readonly perRecord: number
  readonly ratio: number
  /** Records whose outcome does not fit what the backend did. */
  readonly wrong: number
}

const badOnes = ({ p, spread }: Case, records: number): ReadonlySet<number> => {
  const random = mulberry32(7)
  const bad = new Set<number>()
  if (spread === 'spread') {
    while (bad.size < Math.round(p * records)) bad.add(Math.floor(random() * records))
    return bad
  }
  const run = 50
  while (bad.size < Math.round(p * records)) {
    const start = Math.floor(random() * (records - run))
    for (let at = start; at < start + run && bad.size < Math.round(p * records); at++) bad.add(at)
  }
  return bad
}

export const runCase = async (one: Case, records = manyRecords): Promise<Result> => {
  const bad = new Set([...badOnes(one, records)].map((at) => `r${at}`))
  const deleted = new Set<string>()
  let requests = 0
  const provider: BulkRecordProvider = {
    specification: 1,
    name: 'model',
    verified: 'documentation',
    capabilities: { maxBatchSize: cap, readLagMs: 0, atomicity: 'all-or-nothing', replay: 'safe', effect: 'erased' },
    isValidId: () => true,
    deleteBatch: (batch) => async (): Promise<E.Either<ProviderError, BatchReply>> => {
      requests++
      const culprit = batch.ids.find((id) => bad.has(id))
      if (culprit === undefined) {
        for (const id of batch.ids) deleted.add(id)
        return E.right({ kind: 'AllDeleted' })
      }
      const reason = { code: 'bad', message: 'a record is bad' }
      const named =
        one.bad === 'missing'
          ? ({ id: culprit, is: 'absent' } as const)
          : ({ id: culprit, is: 'rejected', reason } as const)
      const culprits = isNamed(one.refusals) ? [named] : []
      return E.left({ tag: 'Refused', status: 400, detail: reason.message, culprits, blames: 'unknown', reason })
    },
    ...((one.refusals === 'anonymous, lists' || one.refusals === 'named, lists') && {
      findExisting: (batch) => async () => {
        requests++
        return E.right(new Set(batch.ids.filter((id) => !deleted.has(id) && !(one.bad === 'missing' && bad.has(id)))))
      },
    }),
  }
  const ids = Array.from({ length: records }, (_, at) => `r${at}`)
  const report = await collect(provider, ids, { random: () => 0.5 })()
  const wrong = [...report.outcomes].filter((outcome) => {
    if (!bad.has(outcome.id)) return outcome.status !== 'deleted'
    if (one.refusals === 'anonymous, blind') return outcome.status !== 'unconfirmed'
    return outcome.status !== (one.bad === 'missing' ? 'absent' : 'rejected')
  }).length
  const perRecord = requests / records
  return { requests, perRecord, ratio: perRecord / bound(one), wrong }
}

export const cases: ReadonlyArray<Case> = (
  ['named', 'named, lists', 'anonymous, lists', 'anonymous, blind'] as const
).flatMap((refusals) =>
  [...optimalNested.keys()].flatMap((p) =>
    (['spread', 'clustered'] as const).flatMap((spread) =>
      (['missing', 'refused'] as const).map((bad) => ({ refusals, p, spread, bad })),
    ),
  ),
)

if (import.meta.main) {
  console.log(
    'refusals'.padEnd(18),
    'bad ones'.padEnd(20),
    '       p',
    ' requests/record',
    '    bound',
    '  ratio',
    ' allowed',
    ' wrong',
  )
  for (const one of cases) {
    const { perRecord, ratio, wrong } = await runCase(one)
    const figures = [
      `${(one.p * 100).toString()} %`.padStart(8),
      perRecord.toFixed(5).padStart(16),
      bound(one).toFixed(5).padStart(9),
      ratio.toFixed(3).padStart(7),
      allowed(one).toFixed(2).padStart(8),
      String(wrong).padStart(6),
    ]
    console.log(
      one.refusals.padEnd(18),
      `${one.bad}, ${one.spread}`.padEnd(20),
      ...figures,
      ratio > allowed(one) ? ' OVER' : '',
    )
  }
}
