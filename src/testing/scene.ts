import { realClock } from '../core/clock.ts'
import type { BulkRecordProvider, Purpose } from '../http-provider.ts'
import {
  deleteRecords,
  findExisting,
  identifyPlace,
  type Lookup,
  type Place,
  type Report,
  type RunEvent,
  type RunOptions,
} from '../index.ts'
import { ContractBreach, misfit } from './breach.ts'
import { type Relay, type RelayedRequest, startRelay } from './relay.ts'
import { type ContractBackend, type ContractSubject, nowhere } from './subject.ts'
import { type VirtualClock, virtualClock } from './virtual-clock.ts'
import { type TalkingMember, watchProvider } from './watch.ts'

/** What a run came to. */
export interface Told {
  readonly report: Report
  readonly events: ReadonlyArray<RunEvent>
  /** The ids that were handed in. */
  readonly ids: ReadonlyArray<string>
  /** The identities that existed before the run, and after it. */
  readonly before: ReadonlySet<string>
  readonly after: ReadonlySet<string>
}

/** One case's stage: a backend with a few records that nobody may touch, the adapter, and what stands between. */
export interface Scene {
  readonly subject: ContractSubject
  readonly provider: BulkRecordProvider
  readonly identityOf: (id: string) => string
  readonly backend: ContractBackend
  readonly clock: VirtualClock
  /** Throws where the adapter has none: it does not speak HTTP through `exchange`. */
  readonly relay: Relay
  readonly hasRelay: boolean
  /** Records with these numbers; the same number is always the same record. */
  readonly ids: (count: number, from?: number) => ReadonlyArray<string>
  readonly seed: (ids: ReadonlyArray<string>) => Promise<void>
  /** The identities that exist now. */
  readonly existing: () => Promise<ReadonlySet<string>>
  readonly run: (ids: ReadonlyArray<string>, options?: RunOptions) => Promise<Told>
  /** Where a run would delete, and which records exist, as the engine asks. */
  readonly place: () => Promise<Place>
  readonly lookUp: (ids: ReadonlyArray<string>) => Promise<Lookup>
  /** Lets a promise run on the clock of the case. */
  readonly until: <A>(promise: Promise<A>) => Promise<A>
  /** Members that were called, in order. */
  readonly calls: ReadonlyArray<TalkingMember>
  /** Results of the calls of `deleteBatch`. */
  readonly deletions: ReadonlyArray<Promise<unknown>>
  /** Another backend of the same kind, without any record; its URL. */
  readonly emptyTwin: () => Promise<string>
  /** Called when a deletion begins: as it reaches the relay, or else as `deleteBatch` is called. */
  readonly onDeletion: (listener: () => void) => void
}

/** How the runs of all cases go, where a case says nothing else; times are the clock's. One at a time, so that each request has one purpose. */
export const caseOptions = {
  concurrency: 1,
  callTimeoutMs: 2_000,
  jobDeadlineMs: 60_000,
  drainMs: 10_000,
  random: () => 0.5,
} as const satisfies RunOptions

/** Longest that a case may take, in ms of the machine: only a request or a promise that never ends takes so long. */
const longestMs = 60_000

/** Sets the stage, plays, and clears it away, whatever happened. */
export const onStage = async (subject: ContractSubject, play: (scene: Scene) => Promise<void>): Promise<void> => {
  const closers: Array<() => unknown> = []
  const over = new AbortController()
  const late = realClock.sleep(longestMs, over.signal).then(() => {
    if (over.signal.aborted) return
    throw new ContractBreach(
      `the adapter did not come to an end within ${longestMs / 1000} seconds of real time; expected every call to end: it waits for something that never comes, or by a timer of its own instead of context.clock`,
    )
  })
  const failed = Promise.withResolvers<never>()
  try {
    await Promise.race([setUp(subject, closers, failed.reject).then(play), late, failed.promise])
  } finally {
    over.abort()
    for (const close of closers.reverse()) await close()
  }
}

const setUp = async (
  subject: ContractSubject,
  closers: Array<() => unknown>,
  fail: (cause: unknown) => void,
): Promise<Scene> => {
  const clock = virtualClock()
  const begin = async (): Promise<ContractBackend> => {
    const begun = await subject.start({ clock })
    closers.push(begun.close)
    return begun
  }
  const backend = await begin()
  const sending: Purpose[] = []
  const relay = backend.url === undefined ? undefined : await startRelay(backend.url, clock, () => sending.at(-1), fail)
  if (relay !== undefined) closers.push(relay.close)
  const calls: TalkingMember[] = []
  const deletions: Promise<unknown>[] = []
  let onDeletion = () => {}

  const bare = subject.provider(relay?.url ?? nowhere)
  const provider = watchProvider(bare, {
    onBusy: clock.busy,
    onSend: (purpose) => {
      sending.push(purpose)
      return () => void sending.splice(sending.lastIndexOf(purpose), 1)
    },
    onCall: (member, result) => {
      calls.push(member)
      if (member !== 'deleteBatch') return
      deletions.push(result)
      result.catch(() => {})
      if (relay === undefined) onDeletion()
    },
  })
  const identityOf = provider.identityOf ?? ((id: string) => id)
  const until = async <A>(promise: Promise<A>): Promise<A> => {
    const value = await clock.until(promise)
    const broken = relay?.broken()
    if (broken !== undefined) misfit(`its backend can't be reached: ${broken}`)
    return value
  }
  const existing = async () => new Set([...(await backend.existing())].map(identityOf))
  const makeId = subject.id ?? ((n: number) => `record-${String(n).padStart(4, '0')}`)
  const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => makeId(firstOwn + from + index))

  const scene: Scene = {
    subject,
    provider,
    identityOf,
    backend,
    clock,
    get relay() {
      return relay ?? misfit('its provider sends by exchange, so its backend has to have a url')
    },
    hasRelay: relay !== undefined,
    ids,
    seed: async (given) => void (await backend.seed(given)),
    existing,
    until,
    run: async (given, options = {}) => {
      const before = await existing()
      const events: RunEvent[] = []
      const onEvent = (event: RunEvent) => void events.push(event)
      const report = await until(deleteRecords(provider, given, { clock, ...caseOptions, onEvent, ...options }))
      return { report, events, ids: given, before, after: await existing() }
    },
    place: () => until(identifyPlace(provider, { clock, ...caseOptions })),
    lookUp: (given) => until(findExisting(provider, given, { clock, ...caseOptions })),
    calls,
    deletions,
    emptyTwin: async () => {
      const twin = await begin()
      if ([...(await twin.existing())].length > 0) misfit('start gave a backend that has records already')
      return twin.url ?? misfit('start gave a backend without a url')
    },
    onDeletion: (listener) => {
      onDeletion = listener
    },
  }
  const bystanders = Array.from({ length: 3 }, (_, n) => makeId(n))
  await scene.seed(bystanders)
  const there = await existing()
  const lost = bystanders.filter((id) => !there.has(identityOf(id)))
  if (lost.length > 0) misfit(`seed was given ${bystanders.join(', ')}, and existing does not tell ${lost.join(', ')}`)
  return scene
}

/** Lower numbers are those of records that no run is told to delete. */
const firstOwn = 10

/** Whether the adapter sent it to delete. */
export const isDeletion = ({ purpose }: RelayedRequest): boolean => purpose === 'delete'

/** Whether the adapter sent it to see what exists, under whatever name. */
export const isReading = ({ purpose, method }: RelayedRequest): boolean =>
  purpose === 'read' || ((purpose === 'delete' || purpose === undefined) && method === 'GET')
