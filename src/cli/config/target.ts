import {
  durationAt,
  flagAt,
  listOf,
  membersOf,
  present,
  type Spot,
  shareAt,
  textAt,
  wholeAt,
  wordAt,
} from './checks.ts'
import { type Remains, remainsAt } from './conditions.ts'
import { keptHttp, keptOptions, type SecretOptions } from './kept-options.ts'
import { type Expectation, type IdFormat, idFormats, selectingNames, selectingOf } from './select.ts'
import { type AfterEach, afterAt, separatorAt } from './subjects.ts'
import type { JsonObject } from './text.ts'

/** One target as it is written. */
export interface TargetConfig {
  readonly spot: Spot
  readonly name: string
  readonly provider: string
  /** A file. Either this is there, or `select`; neither where the records are those of subjects. */
  readonly ids?: string
  readonly select?: JsonObject
  readonly expect?: Expectation
  readonly format?: IdFormat
  readonly column?: string
  /** As they may go on record: secrets are references. */
  readonly options: JsonObject
  readonly http?: JsonObject
  /** Where secrets are written out. */
  readonly literals: ReadonlyArray<string>
  readonly production: boolean
  readonly require?: 'erased'
  readonly protect?: string
  readonly maxRecords?: number
  /** A file that keeps the content of records before they are deleted. */
  readonly backup?: string
  /** Public keys that it is encrypted to. */
  readonly backupKey?: ReadonlyArray<string>
  readonly after: ReadonlyArray<string>
  /** Targets whose records go first, subject by subject. */
  readonly each?: ReadonlyArray<AfterEach>
  /** What stands between several ids of a cell in the table of subjects. */
  readonly separator?: string
  /** What people have to do where the provider is `manual`. */
  readonly instructions?: string
  readonly pace: TargetPace
  readonly remains?: ReadonlyArray<Remains>
}

/** What else of the run's options can be set. */
export interface TargetPace {
  readonly concurrency?: number | 'adaptive'
  readonly batchSize?: number
  readonly attempts?: number
  readonly callTimeoutMs?: number
  readonly maxWaitMs?: number
  readonly jobDeadlineMs?: number
  readonly verify?: 'never' | 'doubtful' | 'all'
}

const names = [
  'name',
  'provider',
  'ids',
  'select',
  'expect',
  'format',
  'column',
  'separator',
  'instructions',
  'options',
  'http',
  'production',
  'require',
  'protect',
  'maxRecords',
  'backup',
  'backupKey',
  'after',
  'concurrency',
  'batchSize',
  'attempts',
  'callTimeout',
  'maxWait',
  'jobDeadline',
  'verify',
  'remains',
] as const

export const targetAt = (spot: Spot, secretOptions: SecretOptions): TargetConfig => {
  const members = membersOf(spot, names)
  const needed = (name: 'name' | 'provider'): string => {
    const member = members[name]
    if (member === undefined) spot.inner(name, undefined).fail('is missing')
    return textAt(member) ?? ''
  }
  const name = needed('name')
  if (name !== '' && !/^[\p{L}\p{N}_][\p{L}\p{N}_. -]{0,99}$/u.test(name)) {
    members.name?.fail('must be up to 100 letters, digits, spaces and . _ -, the first a letter or a digit')
  }
  const provider = needed('provider')
  const literals: string[] = []
  const warn = (path: string): void => void literals.push(path)
  return {
    spot,
    name,
    provider,
    literals,
    options: members.options === undefined ? {} : keptOptions(members.options, secretOptions(provider), warn),
    production: flagAt(members.production) ?? false,
    ...afterAt(members.after),
    pace: paceOf(members),
    ...present({
      ...recordsAt(members, provider),
      expect: members.expect === undefined ? undefined : expectAt(members.expect, members.select, provider),
      format: wordAt(members.format, idFormats),
      column: textAt(members.column),
      separator: separatorAt(members.separator),
      instructions: instructionsAt(spot, members.instructions, provider),
      http: members.http === undefined ? undefined : keptHttp(members.http, warn),
      require: wordAt(members.require, ['erased']),
      protect: fileAt(members.protect),
      maxRecords: wholeAt(members.maxRecords, 0),
      backup: backupAt(members.backup),
      backupKey: keysAt(members.backupKey, members.backup),
      remains: members.remains === undefined ? undefined : remainsAt(members.remains),
    }),
  }
}

/** A target names its records by a file, or has them selected. */
const recordsAt = (
  { ids, select }: { readonly ids?: Spot; readonly select?: Spot },
  provider: string,
): { readonly ids?: string | undefined; readonly select?: JsonObject | undefined } => {
  if (select === undefined) return ids === undefined ? {} : { ids: textAt(ids) }
  if (ids !== undefined) select.fail('a target has either ids or select')
  const selecting = selectingOf(provider)
  if (selecting !== undefined) return { select: selecting.at(select) }
  return { select: select.fail(`only ${selectingNames()} can select: give ids`) }
}

/** People have to be told what to do. */
const instructionsAt = (target: Spot, spot: Spot | undefined, provider: string): string | undefined => {
  if (provider !== 'manual') return spot?.fail('is for people: only the provider manual has them')
  if (spot === undefined) return target.inner('instructions', undefined).fail('is missing: what people are to do')
  return textAt(spot)
}

const expectAt = (spot: Spot, select: Spot | undefined, provider: string): Expectation | undefined => {
  const { records, atMostShare } = membersOf(spot, ['records', 'atMostShare'])
  if ((records === undefined) === (atMostShare === undefined))
    return spot.fail('must be either { "records": … } or { "atMostShare": … }')
  if (atMostShare === undefined) return { records: wholeAt(records, 0) ?? 0 }
  if (select === undefined) return atMostShare.fail('of ids it is not known what they are a part of: give records')
  if (selectingOf(provider)?.countAll === undefined)
    return atMostShare.fail(`${provider} can't say how many records there are in all: give records`)
  return { atMostShare: shareAt(atMostShare) ?? 0 }
}

/** The input is there once: what is protected has to be read again when the plan is carried out. */
const fileAt = (spot: Spot | undefined): string | undefined =>
  spot?.value === '-' ? spot.fail('must be a file: it is read again when the plan is carried out') : textAt(spot)

const backupAt = (spot: Spot | undefined): string | undefined =>
  spot?.value === '-' ? spot.fail('must be a file: it is what is left of the records') : textAt(spot)

/** One public key of age, or a list of them. A private key is told at once, and not shown. */
const keysAt = (spot: Spot | undefined, backup: Spot | undefined): ReadonlyArray<string> | undefined => {
  if (spot === undefined) return undefined
  if (backup === undefined) return spot.fail('says who can read a copy, and there is none: give backup, too')
  const keys = Array.isArray(spot.value) ? listOf(spot) : [spot]
  if (keys.length === 0) return spot.fail('must hold at least one public key')
  return keys.flatMap((key) => {
    const text = textAt(key)
    if (text === undefined) return []
    if (/^age-secret-key-/i.test(text.trim())) {
      key.fail('is a private key: give the public one, which begins with age1, and keep this one to yourself')
      return []
    }
    if (/^age1[a-z0-9]+$/.test(text)) return [text]
    key.fail('must be a public key of age, such as age-keygen prints: it begins with age1')
    return []
  })
}

const paceOf = (members: { readonly [name in (typeof names)[number]]?: Spot }): TargetPace =>
  present({
    concurrency: members.concurrency?.value === 'adaptive' ? 'adaptive' : wholeAt(members.concurrency, 1),
    batchSize: wholeAt(members.batchSize, 1),
    attempts: wholeAt(members.attempts, 1),
    callTimeoutMs: durationAt(members.callTimeout),
    maxWaitMs: durationAt(members.maxWait),
    jobDeadlineMs: durationAt(members.jobDeadline),
    verify: wordAt(members.verify, ['never', 'doubtful', 'all']),
  })
