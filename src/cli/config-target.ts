import {
  anyMembersOf,
  durationAt,
  flagAt,
  listOf,
  membersOf,
  present,
  type Spot,
  textAt,
  wholeAt,
  wordAt,
} from './config-checks.ts'
import { type IdFormat, idFormats } from './ids.ts'

/** One target as it is written. */
export interface TargetConfig {
  readonly spot: Spot
  readonly name: string
  readonly provider: string
  readonly ids: string
  readonly format?: IdFormat
  readonly column?: string
  readonly options: Spot
  readonly http?: Spot
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
  return {
    spot,
    name,
    provider: needed('provider'),
    ids: needed('ids'),
    options: members.options ?? spot.inner('options', {}),
    production: flagAt(members.production) ?? false,
    after: members.after === undefined ? [] : listOf(members.after).map((entry) => textAt(entry) ?? ''),
    pace: paceOf(members),
    ...present({
      format: wordAt(members.format, idFormats),
      column: textAt(members.column),
      http: members.http,
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

/** How requests to a target are sent. */
export interface HttpConfig {
  readonly headers: Readonly<Record<string, Spot>>
  readonly proxy?: Spot
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

export const httpAt = (spot: Spot): HttpConfig => {
  const { headers, proxy, caFile, certFile, keyFile } = membersOf(spot, [
    'headers',
    'proxy',
    'caFile',
    'certFile',
    'keyFile',
  ])
  if ((certFile === undefined) !== (keyFile === undefined)) spot.fail('certFile and keyFile belong together')
  return {
    headers: headers === undefined ? {} : anyMembersOf(headers),
    ...present({ proxy, caFile: textAt(caFile), certFile: textAt(certFile), keyFile: textAt(keyFile) }),
  }
}
