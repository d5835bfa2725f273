import { durationAt, flagAt, listOf, membersOf, present, type Spot, textAt, wholeAt, wordAt } from './config-checks.ts'
import { type IdFormat, idFormats } from './ids.ts'
import type { JsonObject } from './json.ts'
import { keptHttp, keptOptions } from './kept-options.ts'

/** One target as it is written. */
export interface TargetConfig {
  readonly spot: Spot
  readonly name: string
  readonly provider: string
  readonly ids: string
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
  readonly after: ReadonlyArray<string>
  readonly pace: TargetPace
}

/** What else of the run's options can be set. */
export interface TargetPace {
  readonly concurrency?: number
  readonly batchSize?: number
  readonly attempts?: number
  readonly callTimeoutMs?: number
  readonly jobDeadlineMs?: number
  readonly verify?: 'never' | 'doubtful' | 'all'
}

const names = [
  'name',
  'provider',
  'ids',
  'format',
  'column',
  'options',
  'http',
  'production',
  'require',
  'protect',
  'maxRecords',
  'after',
  'concurrency',
  'batchSize',
  'attempts',
  'callTimeout',
  'jobDeadline',
  'verify',
] as const

export const targetAt = (spot: Spot): TargetConfig => {
  const members = membersOf(spot, names)
  const needed = (name: 'name' | 'provider' | 'ids'): string => {
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
    ids: needed('ids'),
    options: members.options === undefined ? {} : keptOptions(provider, members.options, warn),
    production: flagAt(members.production) ?? false,
    after: members.after === undefined ? [] : listOf(members.after).map((entry) => textAt(entry) ?? ''),
    pace: paceOf(members),
    ...present({
      format: wordAt(members.format, idFormats),
      column: textAt(members.column),
      http: members.http === undefined ? undefined : keptHttp(members.http, warn),
      require: wordAt(members.require, ['erased']),
      protect: textAt(members.protect),
      maxRecords: wholeAt(members.maxRecords, 0),
    }),
  }
}

const paceOf = (members: { readonly [name in (typeof names)[number]]?: Spot }): TargetPace =>
  present({
    concurrency: wholeAt(members.concurrency, 1),
    batchSize: wholeAt(members.batchSize, 1),
    attempts: wholeAt(members.attempts, 1),
    callTimeoutMs: durationAt(members.callTimeout),
    jobDeadlineMs: durationAt(members.jobDeadline),
    verify: wordAt(members.verify, ['never', 'doubtful', 'all']),
  })
