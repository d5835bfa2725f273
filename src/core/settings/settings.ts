/**
 * The room of the options: each option, its default and its check. What comes out of here is whole and checked, so no
 * other room asks whether an option is there. The real clock and dice are defaults, so they are here too.
 * May import: contract.
 * Begin with `settingsOf`; options.ts is what callers write, and has the defaults.
 */

import { UsageError } from '../contract/error.ts'
import type { RunEvent } from '../contract/events.ts'
import type { Awaitable, Journal } from '../contract/journal.ts'
import type { BulkRecordProvider, Clock } from '../contract/provider.ts'
import { checkProvider } from './check-provider.ts'
import {
  checkKeys,
  clockOf,
  demandJournal,
  functionOf,
  isPositive,
  isWhole,
  journalOf,
  oneOf,
  protectOf,
  show,
  signalOf,
  wholeNumber,
} from './checks.ts'
import { realRandom } from './clock.ts'
import { type AnyOptions, defaults, type RunOptions } from './options.ts'

/** Options as the engine reads them: checked, and with every default filled in. */
export interface Settings {
  /** The most that may be in flight. */
  readonly concurrency: number
  /** The most that anybody may ask for. */
  readonly mostConcurrency: number
  /** That many are not taken for granted: what the backend bears is found out. */
  readonly isAdaptive: boolean
  readonly batchSize: number
  readonly attempts: number
  readonly callTimeoutMs: number
  readonly maxWaitMs: number
  readonly jobDeadlineMs: number
  readonly drainMs: number
  readonly lateEffectMs: number
  readonly readLagMs: number
  readonly others: 'may' | 'none'
  readonly maxJobs: number
  readonly diagnoses: number
  readonly rateShare: number
  readonly requestsPerSecond: number
  readonly limitKey: unknown
  readonly duplicates: 'drop' | 'allow'
  readonly protect: Iterable<string> | ((id: string) => boolean)
  readonly holds: ((ids: ReadonlyArray<string>) => Awaitable<ReadonlyArray<string | undefined>>) | undefined
  readonly verify: 'never' | 'doubtful' | 'all'
  readonly maxRecords: number
  readonly canary: number
  readonly rejectedShare: number
  readonly absentShare: number
  readonly haltAfter: number
  readonly place: string | undefined
  readonly backup: RunOptions['backup']
  readonly limit: number
  readonly planFirst: boolean
  readonly dryRun: boolean
  readonly journal: Journal | undefined
  readonly closedUntil: ((now: number) => number | undefined) | undefined
  readonly signal: AbortSignal | undefined
  readonly onEvent: ((event: RunEvent) => void) | undefined
  readonly clock: Clock
  readonly random: () => number
}

/** Checks a provider and the options of a run and fills in the defaults; throws `UsageError`, which says what to do instead. */
export const settingsOf = (provider: BulkRecordProvider, options: AnyOptions = {}): Settings => {
  checkProvider(provider)
  checkKeys(options, known)
  const { capabilities } = provider
  const whole = (name: WholeOption, least: number, otherwise: number) =>
    wholeNumber(name, options[name], least, otherwise)
  const batchSize = whole('batchSize', 1, capabilities.maxBatchSize)
  if (batchSize > capabilities.maxBatchSize) {
    throw new UsageError(
      `batchSize is ${batchSize}, but ${provider.name} takes at most ${capabilities.maxBatchSize} records a batch: leave it out or lower it`,
    )
  }
  const isAdaptive = options.concurrency === 'adaptive'
  const callTimeoutMs = whole('callTimeoutMs', 1, defaults.callTimeoutMs)
  demandJournal(options)
  const duplicates = oneOf('duplicates', options.duplicates, ['drop', 'allow'] as const, defaults.duplicates)
  const others = oneOf('others', options.others, ['may', 'none'] as const, defaults.others)
  return {
    concurrency: Math.min(
      isAdaptive ? defaults.mostAdaptive : whole('concurrency', 1, defaults.concurrency),
      capabilities.maxConcurrency ?? Number.POSITIVE_INFINITY,
    ),
    mostConcurrency: capabilities.maxConcurrency ?? Number.POSITIVE_INFINITY,
    isAdaptive,
    batchSize,
    attempts: whole('attempts', 1, defaults.attempts),
    callTimeoutMs,
    maxWaitMs: whole('maxWaitMs', 1, defaults.maxWaitMs),
    jobDeadlineMs: whole('jobDeadlineMs', 1, defaults.jobDeadlineMs),
    drainMs: whole('drainMs', 0, defaults.drainMs),
    lateEffectMs: capabilities.lateEffectMs ?? 2 * callTimeoutMs,
    readLagMs: capabilities.readLagMs ?? defaults.readLagMs,
    // Of a record that is handed in twice, the one is somebody else to the other.
    others: duplicates === 'allow' ? 'may' : others,
    maxJobs: Math.min(whole('maxJobs', 1, defaults.maxJobs), capabilities.maxJobs ?? Number.POSITIVE_INFINITY),
    diagnoses: whole('diagnoses', 0, defaults.diagnoses),
    ...rateOf(options.rate),
    limitKey: options.limitKey,
    duplicates,
    protect: protectOf(options.protect, provider),
    holds: functionOf('holds', options.holds),
    verify: oneOf('verify', options.verify, ['never', 'doubtful', 'all'], defaults.verify),
    maxRecords: whole('maxRecords', 0, Number.POSITIVE_INFINITY),
    canary: whole('canary', 0, 0),
    ...haltOf(options.halt),
    place: options.place,
    backup: backupOf(options.backup, provider),
    planFirst: oneOf('planFirst', options.planFirst, [true, false], true),
    limit: whole('limit', 1, Number.POSITIVE_INFINITY),
    dryRun: oneOf('dryRun', options.dryRun, [true, false], false),
    journal: journalOf(options.journal),
    closedUntil: functionOf('closedUntil', options.closedUntil),
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
  | 'maxWaitMs'
  | 'jobDeadlineMs'
  | 'drainMs'
  | 'maxJobs'
  | 'diagnoses'
  | 'maxRecords'
  | 'canary'
  | 'limit'

const known: Readonly<Record<keyof AnyOptions, true>> = {
  concurrency: true,
  batchSize: true,
  attempts: true,
  callTimeoutMs: true,
  maxWaitMs: true,
  jobDeadlineMs: true,
  drainMs: true,
  maxJobs: true,
  diagnoses: true,
  rate: true,
  limitKey: true,
  duplicates: true,
  protect: true,
  holds: true,
  verify: true,
  others: true,
  maxRecords: true,
  canary: true,
  halt: true,
  place: true,
  backup: true,
  limit: true,
  planFirst: true,
  dryRun: true,
  journal: true,
  closedUntil: true,
  signal: true,
  onEvent: true,
  clock: true,
  random: true,
}

const rateOf = (rate: AnyOptions['rate'] = {}): Pick<Settings, 'rateShare' | 'requestsPerSecond'> => {
  if (typeof rate !== 'object' || rate === null)
    throw new UsageError('rate must be an object: { share?, requestsPerSecond? }')
  const { share = defaults.rateShare, requestsPerSecond = Number.POSITIVE_INFINITY, ...unknown } = rate
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined)
    throw new UsageError(`unknown option "rate.${stranger}": known are share, requestsPerSecond`)
  if (!isPositive(share) || share > 1)
    throw new UsageError(`rate.share must be over 0 and at most 1, not ${show(share)}`)
  if (!isPositive(requestsPerSecond))
    throw new UsageError(`rate.requestsPerSecond must be over 0, not ${show(requestsPerSecond)}`)
  return { rateShare: share, requestsPerSecond }
}

const haltOf = (halt: AnyOptions['halt'] = {}): Pick<Settings, 'rejectedShare' | 'absentShare' | 'haltAfter'> => {
  if (typeof halt !== 'object' || halt === null)
    throw new UsageError('halt must be an object: { rejectedShare?, absentShare?, after? }')
  const { rejectedShare = 1, absentShare = 1, after = defaults.haltAfter, ...unknown } = halt
  const [stranger] = Object.keys(unknown)
  if (stranger !== undefined)
    throw new UsageError(`unknown option "halt.${stranger}": known are rejectedShare, absentShare, after`)
  for (const [name, share] of Object.entries({ rejectedShare, absentShare })) {
    if (!(typeof share === 'number' && share >= 0 && share <= 1))
      throw new UsageError(`halt.${name} must be a part from 0 to 1, not ${show(share)}`)
  }
  if (!isWhole(after, 1)) throw new UsageError(`halt.after must be a whole number of at least 1, not ${show(after)}`)
  return { rejectedShare, absentShare, haltAfter: after }
}

const backupOf = (backup: RunOptions['backup'], provider: BulkRecordProvider): RunOptions['backup'] => {
  if (functionOf('backup', backup) !== undefined && provider.readContent === undefined) {
    throw new UsageError(
      `backup: ${provider.name} can't read what a record holds, so no copy can be kept: leave backup out, or export the records by other means first`,
    )
  }
  return backup
}
