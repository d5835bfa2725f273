/** A backend that keeps the past of its records: reads lag behind, jobs may be carried out twice, and others change things. */
import * as t from 'io-ts'
import { type BatchReply, type Capabilities, defineHttpProvider, on, type Verdict } from '../../../src/http-provider.ts'
import type { BulkRecordProvider, Clock } from '../../../src/index.ts'
import { type Answer, listen, type SeenRequest } from '../../support/listen.ts'
import type { After } from './harness.ts'

/** What a deletion is answered with; `lost`: it is done, and the answer gets lost; `dropped`: it is not even done. */
export type Said = 'verdicts' | 'counts' | 'accepted' | 'lost' | 'dropped' | 'refused'

export interface YardSettings {
  readonly records: Iterable<string>
  /** It refuses to delete these. */
  readonly held?: ReadonlyArray<string>
  readonly clock: Clock
  readonly lagMs?: number
  /** What the n-th deletion (from 1) is answered with. Default `verdicts`. */
  readonly says?: (nth: number, ids: ReadonlyArray<string>) => Said
  /** Deletions are jobs: what the n-th one comes to. */
  readonly job?: (nth: number) => 'once' | 'twice' | 'failed'
  /** Called when the n-th deletion has done what it does. */
  readonly onDeleted?: (nth: number, yard: Past) => void
  /** Records are read one by one; false: this one's read fails, each time. */
  readonly oneByOne?: (id: string) => boolean
  /** `readLagMs: undefined` leaves it to the default. */
  readonly capabilities?: Partial<Omit<Capabilities, 'readLagMs'>> & { readonly readLagMs?: number | undefined }
}

export interface Past {
  /** Somebody else deletes it, or makes it again. */
  readonly change: (id: string, there: boolean) => void
  readonly isThere: (id: string) => boolean
}

export interface Yard extends Past {
  readonly provider: BulkRecordProvider
  /** What requests of ours have removed. */
  readonly removed: ReadonlySet<string>
  /** Ids of each deletion that arrived, in order. */
  readonly deletions: ReadonlyArray<ReadonlyArray<string>>
}

export const startYard = async (after: After, settings: YardSettings): Promise<Yard> => {
  const { readLagMs, ...capabilities } = { readLagMs: 2_000, ...settings.capabilities }
  const { clock, lagMs = 0, held = [], says = () => 'verdicts', onDeleted } = settings
  const history = new Map<string, Array<{ readonly at: number; readonly there: boolean }>>()
  for (const id of settings.records) history.set(id, [{ at: Number.NEGATIVE_INFINITY, there: true }])
  const change = (id: string, there: boolean): void => {
    const past = history.get(id) ?? [{ at: Number.NEGATIVE_INFINITY, there: false }]
    history.set(id, [...past, { at: clock.now(), there }])
  }
  const wasThere = (id: string, at: number) => history.get(id)?.findLast((entry) => entry.at <= at)?.there === true
  const isThere = (id: string) => wasThere(id, clock.now())
  const removed = new Set<string>()
  const deletions: Array<ReadonlyArray<string>> = []
  const results: unknown[] = []

  const act = (ids: ReadonlyArray<string>) =>
    ids.map((id) => {
      if (!isThere(id)) return { id, is: 'absent' as const }
      if (held.includes(id)) return { id, is: 'rejected' as const }
      change(id, false)
      removed.add(id)
      return { id, is: 'deleted' as const }
    })
  const told = (said: Said, verdicts: ReturnType<typeof act>): unknown => {
    const deleted = verdicts.filter(({ is }) => is === 'deleted').length
    return said === 'counts' ? { deleted, failed: verdicts.length - deleted } : { verdicts }
  }
  const destroy = (ids: ReadonlyArray<string>): Answer => {
    const nth = deletions.push(ids)
    const said = says(nth, ids)
    if (said === 'refused') return { status: 409, json: { code: 'unfit' } }
    const hangUp: Answer = { script: (_, request) => void request.socket.destroy() }
    if (said === 'dropped') return hangUp
    const kind = settings.job?.(nth)
    let verdicts = act(ids)
    if (kind === 'twice') verdicts = act(ids)
    onDeleted?.(nth, { change, isThere })
    if (said === 'lost') return hangUp
    if (kind !== undefined) {
      const number = results.push(kind === 'failed' ? undefined : told(said, verdicts))
      return { status: 202, json: { job: String(number - 1) } }
    }
    return said === 'accepted' ? { status: 204 } : { json: told(said, verdicts) }
  }
  const answer = async ({ method, target, body }: SeenRequest): Promise<Answer> => {
    if (method === 'DELETE') return destroy(JSON.parse(body).ids)
    const [, place, last = ''] = target.split('/')
    const result = results[Number(last)]
    if (place === 'jobs') return result === undefined ? { status: 500 } : { json: result }
    const ids: ReadonlyArray<string> = JSON.parse(decodeURIComponent(target.split('?')[1] ?? '[]'))
    if (!ids.every(settings.oneByOne ?? (() => true))) return { status: 500 }
    return { json: ids.filter((id) => wasThere(id, clock.now() - lagMs)) }
  }
  const server = await listen(answer)
  after(server.close)
  const provider = defineHttpProvider({
    name: 'yard',
    verified: 'documentation',
    baseUrl: server.url,
    capabilities: {
      maxBatchSize: 200,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      lateEffectMs: 3_000,
      ...capabilities,
      ...(readLagMs !== undefined && { readLagMs }),
    },
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
      replies:
        settings.job === undefined
          ? [on(200, Told, replyOf), on(204, t.unknown, (): BatchReply => ({ kind: 'Accepted' }))]
          : [on(202, t.type({ job: t.string }), ({ job }) => ({ kind: 'JobStarted', jobId: job }) as const)],
    },
    ...(settings.job !== undefined && {
      followJob: (jobId: string) => ({
        request: { method: 'GET' as const, path: `jobs/${jobId}` },
        replies: [
          on(200, Told, (told) => ({ kind: 'Ended', reply: replyOf(told) }) as const),
          on(500, t.unknown, () => ({ tag: 'JobFailed', jobId, detail: 'the job has crashed' }) as const),
        ],
      }),
    }),
    findExisting: [
      {
        form: 'list',
        ...(settings.oneByOne !== undefined && { maxIds: 1 }),
        request: (ids: ReadonlyArray<string>) => ({
          method: 'GET' as const,
          path: `records?${encodeURIComponent(JSON.stringify(ids))}`,
        }),
        replies: [on(200, t.array(t.string), (listed) => listed)],
      },
    ] as const,
  })
  return { provider, removed, deletions, change, isThere }
}

const Verdicts = t.type({
  verdicts: t.array(
    t.type({ id: t.string, is: t.union([t.literal('deleted'), t.literal('absent'), t.literal('rejected')]) }),
  ),
})
const Told = t.union([Verdicts, t.type({ deleted: t.number, failed: t.number })])

const replyOf = (told: t.TypeOf<typeof Told>): BatchReply => {
  if (!('verdicts' in told)) return { kind: 'Tally', ...told }
  const verdicts = told.verdicts.map(({ id, is }): { readonly id: string } & Verdict =>
    is === 'rejected' ? { id, is, reason: { code: 'held', message: 'it is held' } } : { id, is },
  )
  return { kind: 'ById', silence: 'unconfirmed', verdicts }
}
