import { realClock, realRandom } from './clock.ts'
import { UsageError } from './error.ts'
import type { RunEvent } from './events.ts'
import type { BulkRecordProvider, Clock } from './provider.ts'

/** How a run goes about it. All optional; the defaults are `defaults`, below. */
export interface RunOptions {
  /** HTTP exchanges in flight at most; a running job holds none. Default 4. */
  readonly concurrency?: number
  /** Records in a batch at most; default and upper bound: the provider's `maxBatchSize`. */
  readonly batchSize?: number
  /** Sendings of one record at most, the first included; a batch that was refused and is taken apart does not count. Default 4. */
  readonly attempts?: number
  /** How long one HTTP exchange may take, in ms. Default 30,000. */
  readonly callTimeoutMs?: number
  /** How long a job may run before its batch is read back, in ms. Default 600,000. */
  readonly jobDeadlineMs?: number
  /** How long polls and reads for what is in flight go on after an abort or a halt, in ms. Default 30,000. */
  readonly drainMs?: number
  /** Jobs running at once at most. Default 1,000, or the provider's `maxJobs` where that is less. */
  readonly maxJobs?: number
  /** Records whose reason may be asked for one by one, where a provider can only be asked so. Default 20. */
  readonly diagnoses?: number
  readonly rate?: {
    /** The part of the backend's rate limit that this run may use, over 0 to 1. Default 0.8: limits are shared with editors and other programs. */
    readonly share?: number
    /** Requests a second at most, whatever the backend allows. Default: none of our own. */
    readonly requestsPerSecond?: number
  }
  /** `drop`: a repeated identity is counted and has no outcome of its own. `allow`: each has one, and memory stays flat. Default `drop`. */
  readonly duplicates?: 'drop' | 'allow'
  /** Records that are never sent, by identity; or a function that says so for an id. Default: none. */
  readonly protect?: Iterable<string> | ((id: string) => boolean)
  /** Read back: nothing, what is in doubt, or everything that the backend calls deleted. Default `doubtful`. */
  readonly verify?: 'never' | 'doubtful' | 'all'
  /** The run halts rather than send more distinct records than this. Default: no bound. */
  readonly maxRecords?: number
  /** Sends nothing: every record that would be sent is `untouched: dry-run`. Default false. */
  readonly dryRun?: boolean
  /** Stops sending; what is in flight is settled for at most `drainMs`. */
  readonly signal?: AbortSignal
  readonly onEvent?: (event: RunEvent) => void
  /** Default: the machine's. */
  readonly clock?: Clock
  /** From 0 up to but not including 1; for jitter. Default: the machine's. */
  readonly random?: () => number
}

/** The one home of every default; times in ms. */
export const defaults = {
  concurrency: 4,
  attempts: 4,
  callTimeoutMs: 30_000,
  jobDeadlineMs: 600_000,
  drainMs: 30_000,
  maxJobs: 1_000,
  diagnoses: 20,
  rateShare: 0.8,
  duplicates: 'drop',
  verify: 'doubtful',
} as const

/** How long a backend that is closed or can't be reached is waited for before the run halts, in ms: 10 minutes. */
export const outageMs = 600_000

/** How long a partly filled batch waits for an asynchronous id source, in ms. */
export const lingerMs = 100

/** Options as the engine reads them: checked, and with every default filled in. */
export interface Settings {
  readonly concurrency: number
  readonly batchSize: number
  readonly attempts: number
  readonly callTimeoutMs: number
  readonly jobDeadlineMs: number
  readonly drainMs: number
  readonly lateEffectMs: number
  readonly maxJobs: number
  readonly diagnoses: number
  readonly rateShare: number
  readonly requestsPerSecond: number
  readonly duplicates: 'drop' | 'allow'
  readonly protect: Iterable<string> | ((id: string) => boolean)
  readonly verify: 'never' | 'doubtful' | 'all'
  readonly maxRecords: number
  readonly dryRun: boolean
  readonly signal: AbortSignal | undefined
  readonly onEvent: ((event: RunEvent) => void) | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** Checks a provider and the options of a run and fills in the defaults; throws `UsageError`, which says what to do instead. */
export const settingsOf = (provider: BulkRecordProvider, options: RunOptions = {}): Settings => {
  checkProvider(provider)
  checkKeys(options)
  const { capabilities } = provider
  const whole = (name: WholeOption, least: number, otherwise: number) =>
    wholeNumber(name, options[name], least, otherwise)
  const batchSize = whole('batchSize', 1, capabilities.maxBatchSize)
  if (batchSize > capabilities.maxBatchSize) {
    throw new UsageError(
      `batchSize is ${batchSize}, but ${provider.name} takes at most ${capabilities.maxBatchSize} records a batch: leave it out or lower it`,
    )
  }
  const callTimeoutMs = whole('callTimeoutMs', 1, defaults.callTimeoutMs)
  return {
    concurrency: Math.min(
      whole('concurrency', 1, defaults.concurrency),
      capabilities.maxConcurrency ?? Number.POSITIVE_INFINITY,
    ),
    batchSize,
    attempts: whole('attempts', 1, defaults.attempts),
    callTimeoutMs,
    jobDeadlineMs: whole('jobDeadlineMs', 1, defaults.jobDeadlineMs),
    drainMs: whole('drainMs', 0, defaults.drainMs),
    lateEffectMs: capabilities.lateEffectMs ?? 2 * callTimeoutMs,
    maxJobs: Math.min(whole('maxJobs', 1, defaults.maxJobs), capabilities.maxJobs ?? Number.POSITIVE_INFINITY),
    diagnoses: whole('diagnoses', 0, defaults.diagnoses),
    ...rateOf(options.rate),
    duplicates: oneOf('duplicates', options.duplicates, ['drop', 'allow'], defaults.duplicates),
    protect: protectOf(options.protect),
    verify: oneOf('verify', options.verify, ['never', 'doubtful', 'all'], defaults.verify),
    maxRecords: whole('maxRecords', 0, Number.POSITIVE_INFINITY),
    dryRun: oneOf('dryRun', options.dryRun, [true, false], false),
    signal: signalOf(options.signal),
    onEvent: functionOf('onEvent', options.onEvent),
    clock: clockOf(options.clock),
    random: functionOf('random', options.random) ?? realRandom,
  }
}

type WholeOption =
  | 'concurrency'
  | 'batchSize'
  | 'attempts'
  | 'callTimeoutMs'
  | 'jobDeadlineMs'
  | 'drainMs'
  | 'maxJobs'
  | 'diagnoses'
  | 'maxRecords'

const known: Readonly<Record<keyof RunOptions, true>> = {
  concurrency: true,
  batchSize: true,
  attempts: true,
  callTimeoutMs: true,
  jobDeadlineMs: true,
  drainMs: true,
  maxJobs: true,
  diagnoses: true,
  rate: true,
  duplicates: true,
  protect: true,
  verify: true,
  maxRecords: true,
  dryRun: true,
  signal: true,
  onEvent: true,
  clock: true,
  random: true,
}

const checkProvider = (provider: BulkRecordProvider): void => {
  if (typeof provider !== 'object' || provider === null || typeof provider.deleteBatch !== 'function') {
    throw new UsageError('the first argument must be a provider, such as datoCms({ … }): it has no deleteBatch')
  }
  if (provider.specification !== 1) {
    throw new UsageError(
      `${String(provider.name)} is written for specification ${String(provider.specification)}, this version of expunge takes 1: use a matching release of either`,
    )
  }
  const { maxBatchSize } = provider.capabilities
  if (!Number.isInteger(maxBatchSize) || maxBatchSize < 1) {
    throw new UsageError(
      `${provider.name} declares maxBatchSize ${String(maxBatchSize)}: it must be a whole number of at least 1`,
    )
  }
}

const checkKeys = (options: RunOptions): void => {
  if (typeof options !== 'object' || options === null) throw new UsageError('options must be an object')
  for (const key of Object.keys(options)) {
    if (!Object.hasOwn(known, key))
      throw new UsageError(`unknown option "${key}": known are ${Object.keys(known).join(', ')}`)
  }
}

const wholeNumber = (name: string, value: unknown, least: number, otherwise: number): number => {
  if (value === undefined) return otherwise
  if (typeof value === 'number' && value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY))
    return value
  throw new UsageError(`${name} must be a whole number of at least ${least}, not ${show(value)}`)
}

const oneOf = <Word>(name: string, value: unknown, words: ReadonlyArray<Word>, otherwise: Word): Word => {
  if (value === undefined) return otherwise
  const word = words.find((candidate) => candidate === value)
  if (word === undefined)
    throw new UsageError(`${name} must be one of ${words.map(show).join(', ')}, not ${show(value)}`)
  return word
}

const rateOf = (rate: RunOptions['rate'] = {}): Pick<Settings, 'rateShare' | 'requestsPerSecond'> => {
  if (typeof rate !== 'object' || rate === null)
    throw new UsageError('rate must be an object: { share?, requestsPerSecond? }')
  const { share = defaults.rateShare, requestsPerSecond = Number.POSITIVE_INFINITY, ...unknown } = rate
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined)
    throw new UsageError(`unknown option "rate.${stranger}": known are share, requestsPerSecond`)
  if (!(share > 0 && share <= 1)) throw new UsageError(`rate.share must be over 0 and at most 1, not ${show(share)}`)
  if (!(requestsPerSecond > 0))
    throw new UsageError(`rate.requestsPerSecond must be over 0, not ${show(requestsPerSecond)}`)
  return { rateShare: share, requestsPerSecond }
}

const protectOf = (protect: unknown): Settings['protect'] => {
  if (protect === undefined) return []
  if (typeof protect === 'function') return protect as (id: string) => boolean
  if (typeof protect === 'object' && protect !== null && Symbol.iterator in protect) return protect as Iterable<string>
  throw new UsageError('protect must be an iterable of ids, such as an array or a Set, or a function of an id')
}

const signalOf = (signal: unknown): AbortSignal | undefined => {
  if (signal === undefined || signal instanceof AbortSignal) return signal
  throw new UsageError('signal must be an AbortSignal: new AbortController().signal')
}

const functionOf = <F>(name: string, value: F | undefined): F | undefined => {
  if (value === undefined || typeof value === 'function') return value
  throw new UsageError(`${name} must be a function`)
}

const clockOf = (clock: Clock | undefined): Clock => {
  if (clock === undefined) return realClock
  if (typeof clock.now === 'function' && typeof clock.sleep === 'function') return clock
  throw new UsageError('clock must have now() and sleep(ms, signal)')
}

const show = (value: unknown): string => (typeof value === 'string' ? `"${value}"` : String(value))
