/** What the tests of the engine share: ids, a clock that runs fast, servers of their own, and an auditor that trusts nobody. */
import * as t from 'io-ts'
import { realClock } from '../../../src/core/settings/clock.ts'
import type { Emulator } from '../../../src/emulators/index.ts'
import { defineHttpProvider, type HttpProviderSpec, on } from '../../../src/http-provider.ts'
import {
  type BulkRecordProvider,
  type Clock,
  presence,
  type RecordOutcome,
  type Report,
  type RunEvent,
  type Totals,
} from '../../../src/index.ts'
import { type Answer, type Listening, listen, type SeenRequest } from '../../support/listen.ts'
import { assert } from '../../support/suite.ts'

export type After = (closer: () => unknown) => void

/** Records of the three systems, by number. */
export const uuid = (n: number): string => `84a33b7e-833a-47da-95ed-${n.toString(16).padStart(12, '0')}`
export const item = (n: number): string => `item-${n.toString().padStart(17, '0')}`
export const key = (n: number): string => `key ${n}, é`

export const many = (count: number, make: (n: number) => string, from = 0): string[] =>
  Array.from({ length: count }, (_, index) => make(from + index))

export const realSleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

/** Resolves when the condition holds; the deadline of the test bounds it. */
export const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await realSleep(2)
}

/** The same for each, at once: most of what a test of doubt does is wait. */
export const together = async <Case>(
  cases: ReadonlyArray<Case>,
  check: (one: Case) => Promise<void>,
): Promise<void> => {
  await Promise.all(cases.map(check))
}

/** The time of the machine, `factor` times as fast: waits of the engine's own cost little, and HTTP stays HTTP. */
export const fastClock = (factor = 20): Clock => {
  const startedAt = realClock.now()
  return {
    now: () => startedAt + (realClock.now() - startedAt) * factor,
    sleep: (ms, signal) => realClock.sleep(ms / factor, signal),
  }
}

/** The same provider over a backend that is known to be done with a request sooner: doubt is settled after `lateEffectMs`. */
export const doneWithin = (lateEffectMs: number, provider: BulkRecordProvider): BulkRecordProvider => ({
  ...provider,
  capabilities: { readLagMs: 0, ...provider.capabilities, lateEffectMs },
})

/** Keeps what a run tells. */
export const listener = () => {
  const events: RunEvent[] = []
  const of = <Kind extends RunEvent['kind']>(kind: Kind) =>
    events.filter((event): event is Extract<RunEvent, { kind: Kind }> => event.kind === kind)
  return { events, of, onEvent: (event: RunEvent) => void events.push(event) }
}

/** The statuses that are not zero. */
export const counts = ({ totals }: { readonly totals: Totals }): Partial<Totals> =>
  Object.fromEntries(Object.entries(totals).filter(([, count]) => count !== 0))

export const outcomeOf = (report: Report, id: string): RecordOutcome => {
  const found = report.outcomes.filter((outcome) => outcome.id === id)
  assert.is(found.length, 1, `${id} has ${found.length} outcomes`)
  return found[0] as RecordOutcome
}

/** `deleted by reply`, `untouched: aborted`, `rejected`: one word for each outcome, counted. */
export const tally = (outcomes: Iterable<RecordOutcome>): Readonly<Record<string, number>> => {
  const tallied: Record<string, number> = {}
  for (const outcome of outcomes) {
    const word = wordOf(outcome)
    tallied[word] = (tallied[word] ?? 0) + 1
  }
  return tallied
}

const wordOf = (outcome: RecordOutcome): string => {
  if (outcome.status === 'untouched') return `untouched: ${outcome.why}`
  return 'evidence' in outcome ? `${outcome.status} by ${outcome.evidence}` : outcome.status
}

/** The books of a report, held against each other: one outcome for each id, in order, and totals that add up. */
export const checkBooks = (report: Report, distinct: ReadonlyArray<string>): void => {
  assert.equal(
    report.outcomes.map(({ id }) => id),
    distinct,
    'one outcome for each id, in input order',
  )
  const counted: Record<string, number> = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }
  for (const { status } of report.outcomes) counted[status] = (counted[status] ?? 0) + 1
  assert.equal(report.totals, counted)
  for (const outcome of report.outcomes) {
    if (outcome.status !== 'rejected' && outcome.status !== 'unconfirmed') continue
    assert.ok(outcome.reason.code !== '' && outcome.reason.message !== '', `${outcome.id} has a reason`)
  }
}

interface Audited {
  readonly existing: () => ReadonlySet<string>
  readonly calls: Emulator['calls']
}

/**
 * Holds a report against what the emulator really did: what is called gone is gone, what is called present is there
 * (`seeded`: it was, at the beginning), what a reply or a job is said to have deleted some call of ours deleted, and
 * what is called absent none did. Every request that is counted arrived.
 */
export const audit = (
  emulator: Audited,
  report: Report,
  { distinct, seeded, identityOf = (id) => id, cut = false }: AuditMeans,
): void => {
  checkBooks(report, distinct)
  const existing = emulator.existing()
  const before = new Set([...seeded].map(identityOf))
  const applied = new Set(emulator.calls.flatMap((call) => call.applied.map(identityOf)))
  for (const outcome of report.outcomes) {
    const identity = identityOf(outcome.id)
    const told = `${outcome.id}: ${JSON.stringify(outcome)}`
    if (presence(outcome) === 'gone') assert.not.ok(existing.has(identity), `still there ${told}`)
    if (presence(outcome) === 'present' && before.has(identity)) assert.ok(existing.has(identity), `gone ${told}`)
    if (outcome.status === 'deleted' && outcome.evidence !== 'read-back')
      assert.ok(applied.has(identity), `not by us ${told}`)
    if (outcome.status === 'absent') assert.not.ok(applied.has(identity), `it was us ${told}`)
  }
  const arrived = emulator.calls.length
  const counted = `${report.requests} requests counted by the run, ${arrived} at the server`
  assert.ok(cut ? arrived <= report.requests : arrived === report.requests, counted)
}

interface AuditMeans {
  readonly distinct: ReadonlyArray<string>
  readonly seeded: Iterable<string>
  readonly identityOf?: (id: string) => string
  /** Calls were given up: what was sent may not have arrived. */
  readonly cut?: boolean
}

export const lower = (id: string): string => id.toLowerCase()

/** Deletions that reached the server, in order. */
export const deletions = ({ calls }: Pick<Emulator, 'calls'>): Emulator['calls'] =>
  calls.filter(({ method, url }) => method === 'DELETE' || url.includes('/bulk/destroy'))

/** A small backend of a test's own: it keeps records, counts requests, and answers deletions as it is told. */
export interface Shelf extends Listening {
  readonly provider: BulkRecordProvider
  readonly records: Set<string>
  /** Ids of each deletion that arrived, in order. */
  readonly deletions: ReadonlyArray<ReadonlyArray<string>>
  /** Most requests that were open at once. */
  readonly mostAtOnce: () => number
}

export interface ShelfSettings {
  readonly records?: Iterable<string>
  /** Answers the n-th deletion (from 1). Default: deletes what is there, and answers 204. */
  readonly destroy?: (ids: ReadonlyArray<string>, nth: number, records: Set<string>) => Answer | Promise<Answer>
  /** Answers a listing of these ids. Default: those that are there. */
  readonly list?: (ids: ReadonlyArray<string>, records: ReadonlySet<string>) => Answer | Promise<Answer>
  readonly latencyMs?: number
  readonly capabilities?: Partial<BulkRecordProvider['capabilities']>
  readonly spec?: Partial<HttpProviderSpec<undefined>>
  /** Whether the backend can be read. Default true. */
  readonly readable?: boolean
}

export const startShelf = async (after: After, settings: ShelfSettings = {}): Promise<Shelf> => {
  const records = new Set(settings.records ?? [])
  const deleted: Array<ReadonlyArray<string>> = []
  let open = 0
  let most = 0
  const destroy = settings.destroy ?? destroyAll
  const list = settings.list ?? ((ids) => ({ json: ids.filter((id) => records.has(id)) }))

  const answer = async ({ method, target, body }: SeenRequest): Promise<Answer> => {
    open++
    most = Math.max(most, open)
    const ids: string[] =
      method === 'DELETE'
        ? JSON.parse(body).ids
        : JSON.parse(decodeURIComponent(target.slice(target.indexOf('?ids=') + 5)))
    const nth = method === 'DELETE' ? deleted.push(ids) : 0
    if (settings.latencyMs !== undefined) await realSleep(settings.latencyMs)
    const answered = method === 'DELETE' ? await destroy(ids, nth, records) : await list(ids, records)
    open--
    return answered
  }
  const server = await listen(answer)
  after(server.close)
  const provider = defineHttpProvider({
    name: 'shelf',
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 10,
      atomicity: 'per-record',
      replay: 'safe',
      effect: 'erased',
      lateEffectMs: 40,
      readLagMs: 0,
      ...settings.capabilities,
    },
    baseUrl: server.url,
    deleteBatch: {
      request: (ids) => ({ method: 'DELETE', path: 'records', json: { ids } }),
      replies: [
        on(204, t.unknown, () => ({ kind: 'AllDeleted' })),
        on(202, t.unknown, () => ({ kind: 'Accepted' })),
        on(200, Verdicts, ({ verdicts, silence = 'unconfirmed' }) => ({
          kind: 'ById',
          silence,
          verdicts: verdicts.map(({ id, is }) =>
            is === 'rejected' ? { id, is, reason: { code: 'locked', message: `${id} is locked` } } : { id, is },
          ),
        })),
        on(207, t.array(Is), (verdicts) => ({
          kind: 'ByPosition',
          verdicts: verdicts.map((is) =>
            is === 'rejected' ? { is, reason: { code: 'locked', message: 'it is locked' } } : { is },
          ),
        })),
      ],
    },
    ...(settings.readable === false
      ? {}
      : {
          findExisting: [
            {
              form: 'list',
              request: (ids: ReadonlyArray<string>) => ({
                method: 'GET' as const,
                path: `records?ids=${encodeURIComponent(JSON.stringify(ids))}`,
              }),
              replies: [on(200, t.array(t.string), (listed) => listed)],
            },
          ] as const,
        }),
    ...settings.spec,
  })
  return { ...server, provider, records, deletions: deleted, mostAtOnce: () => most }
}

export const destroyAll = (ids: ReadonlyArray<string>, _nth: number, records: Set<string>): Answer => {
  for (const id of ids) records.delete(id)
  return { status: 204 }
}

/** Ends the connection without an answer. */
export const hangUp: Answer = { script: (_, request) => void request.socket.destroy() }

const Is = t.union([t.literal('deleted'), t.literal('absent'), t.literal('rejected'), t.literal('again')])
const Verdicts = t.intersection([
  t.type({ verdicts: t.array(t.type({ id: t.string, is: Is })) }),
  t.partial({ silence: t.union([t.literal('deleted'), t.literal('unconfirmed')]) }),
])
