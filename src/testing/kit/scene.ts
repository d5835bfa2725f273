import { realClock } from '../../core/settings/clock.ts'
import type { BulkRecordProvider } from '../../http-provider.ts'
import {
  deleteRecords,
  findExisting,
  identifyPlace,
  type Lookup,
  type Place,
  type Report,
  type RunEvent,
  type RunOptions,
} from '../../index.ts'
import { type Relay, type RelayedRequest, type Sending, startRelay } from '../backends/relay.ts'
import { type VirtualClock, virtualClock } from '../backends/virtual-clock.ts'
import { type TalkingMember, watchProvider } from '../backends/watch.ts'
import { breach, ContractBreach, misfit, named } from './breach.ts'
import { type CaseResult, isNotApplicable, type NotApplicable, notApplicable } from './result.ts'
import { strangeWord } from './strange-words.ts'
import { type ContractBackend, type ContractSubject, nowhere } from './subject.ts'

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
  /** Throws where there is none: the backend has no url. */
  readonly relay: Relay
  readonly hasRelay: boolean
  /** Records with these numbers; the same number is always the same record. */
  readonly ids: (count: number, from?: number) => ReadonlyArray<string>
  readonly seed: (ids: ReadonlyArray<string>) => Promise<void>
  /** The identities that exist now. */
  readonly existing: () => Promise<ReadonlySet<string>>
  readonly run: (ids: ReadonlyArray<string>, options?: RunOptions) => Promise<Told>
  /** Whether some run of the case was told to delete it: jobs of an earlier one may still go on. */
  readonly handedIn: (identity: string) => boolean
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
  /** The provider as the subject made it, with the members that the contract does not know. */
  readonly bare: BulkRecordProvider
  /** Notes that a claim of the provider has been tested. */
  readonly tested: (claim: string) => void
}

/** How the runs of all cases go, where a case says nothing else; times are the clock's. One at a time, so that each request has one purpose. */
export const caseOptions = {
  concurrency: 1,
  callTimeoutMs: 2_000,
  jobDeadlineMs: 60_000,
  drainMs: 10_000,
  random: () => 0.5,
} as const satisfies RunOptions

/** How often it is looked whether a case still moves, in ms of the machine; one that does not, or not to its end, is given up. */
const lookMs = 4_000
const mostStillLooks = 2
const mostLooks = 15

/** How a case went, and which claims of the provider it has tested. */
export interface Played {
  readonly result: CaseResult
  readonly tested: ReadonlySet<string>
}

/** What is played of a case. */
export interface Play {
  /** It meets what is sent on its way: the backend has to have a url. */
  readonly meets?: 'requests'
  /** Claims of the provider that it tests. A case that finds out on the way tells the scene. */
  readonly tests?: ReadonlyArray<string>
  readonly play: (scene: Scene) => Promise<NotApplicable | undefined> | Promise<void>
}

/** Sets the stage, plays, and clears it away, whatever happened. */
export const onStage = async (subject: ContractSubject, { play, meets, tests = [] }: Play): Promise<Played> => {
  const closers: Array<() => unknown> = []
  const over = new AbortController()
  const progress = { steps: 0 }
  const tested = new Set<string>()
  const failed = Promise.withResolvers<never>()
  try {
    // Starting may take as long as it takes: that is no doing of the adapter's.
    const scene = await setUp(subject, { closers, fail: failed.reject, progress, tested })
    if (meets === 'requests' && !scene.hasRelay) {
      return { result: notApplicable('its backend has no url, so nothing that is sent can be met'), tested }
    }
    const told: unknown = await Promise.race([play(scene), failed.promise, giveUp(progress, over.signal)])
    if (isNotApplicable(told)) return { result: told, tested }
    for (const claim of tests) tested.add(claim)
    return { result: { result: 'passed' }, tested }
  } finally {
    over.abort()
    for (const close of closers.reverse()) await close()
  }
}

/** Rejects when nothing has moved for a while, or when too much has. */
const giveUp = async (progress: { readonly steps: number }, over: AbortSignal): Promise<undefined> => {
  let still = 0
  for (let look = 1; !over.aborted; look++) {
    const before = progress.steps
    await realClock.sleep(lookMs, over)
    still = progress.steps === before ? still + 1 : 0
    if (over.aborted || (still < mostStillLooks && look < mostLooks)) continue
    const how = still < mostStillLooks ? `in ${(look * lookMs) / 1000} seconds` : 'and waits for something'
    breach(
      `did not come to an end ${how}, in real time`,
      'every call to end: no loop without a bound, no request without its signal, and no timer but context.clock',
    )
  }
  return undefined
}

interface Wings {
  readonly closers: Array<() => unknown>
  readonly fail: (cause: unknown) => void
  readonly progress: { steps: number }
  readonly tested: Set<string>
}

const setUp = async (subject: ContractSubject, { closers, fail, progress, tested }: Wings): Promise<Scene> => {
  const clock = virtualClock()
  const begin = async (): Promise<ContractBackend> => {
    const begun = await subject.start({ clock })
    closers.push(begun.close)
    return begun
  }
  const backend = await begin()
  const sending: Sending[] = []
  let exchanges = 0
  const relay = backend.url === undefined ? undefined : await startRelay(backend.url, clock, () => sending.at(-1), fail)
  if (relay !== undefined) closers.push(relay.close)
  const calls: TalkingMember[] = []
  const deletions: Promise<unknown>[] = []
  let onDeletion = () => {}

  const bare = subject.provider(relay?.url ?? nowhere)
  if (relay === undefined && bare.sendsByExchange === true)
    misfit('its provider sends by exchange, so its backend has to have a url')
  const provider = watchProvider(bare, {
    onBusy: clock.busy,
    onSend: (purpose) => {
      progress.steps++
      const one = { purpose, exchange: ++exchanges }
      sending.push(one)
      return () => void sending.splice(sending.indexOf(one), 1)
    },
    onCall: (member, result) => {
      progress.steps++
      calls.push(member)
      result.then(
        (value) => {
          const strange = strangeWord(member, value)
          if (strange === undefined) return
          const { said, instead } = strange
          fail(new ContractBreach(`the adapter ${said}; expected ${instead}`))
        },
        () => {},
      )
      if (member !== 'deleteBatch') return
      deletions.push(result)
      result.catch(() => {})
      if (relay === undefined) onDeletion()
    },
  })
  const identityOf = (id: string) => {
    try {
      return provider.identityOf?.(id) ?? id
    } catch (cause) {
      return breach(`threw in identityOf(${named([id])}): ${cause}`, 'an identity for any text')
    }
  }
  const until = async <A>(promise: Promise<A>): Promise<A> => {
    const value = await clock.until(promise)
    const broken = relay?.broken()
    if (broken !== undefined) misfit(`its backend can't be reached: ${broken}`)
    return value
  }
  const existing = async () => {
    progress.steps++
    return new Set([...(await backend.existing())].map(identityOf))
  }
  const makeId = subject.id ?? ((n: number) => `record-${String(n).padStart(4, '0')}`)
  const ids = (count: number, from = 0) => Array.from({ length: count }, (_, index) => makeId(firstOwn + from + index))

  const handed = new Set<string>()
  const scene: Scene = {
    subject,
    provider,
    bare,
    tested: (claim) => void tested.add(claim),
    identityOf,
    backend,
    clock,
    get relay() {
      return relay ?? misfit('its backend has no url, and this case breaks the line to it')
    },
    hasRelay: relay !== undefined,
    ids,
    seed: async (given) => {
      progress.steps++
      await backend.seed(given)
    },
    existing,
    until,
    run: async (given, options = {}) => {
      const before = await existing()
      for (const id of given) handed.add(identityOf(id))
      const events: RunEvent[] = []
      const onEvent = (event: RunEvent) => void events.push(event)
      const report = await until(deleteRecords(provider, given, { clock, ...caseOptions, onEvent, ...options }))
      return { report, events, ids: given, before, after: await existing() }
    },
    handedIn: (identity) => handed.has(identity),
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
