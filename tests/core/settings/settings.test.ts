import { UsageError } from '../../../src/core/contract/error.ts'
import type { BulkRecordProvider, Capabilities } from '../../../src/core/contract/provider.ts'
import { defaults, type RunOptions } from '../../../src/core/settings/options.ts'
import { settingsOf } from '../../../src/core/settings/settings.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('settings')

const capabilities: Capabilities = {
  maxBatchSize: 200,
  atomicity: 'per-record',
  replay: 'safe',
  effect: 'erased',
}

const provider = (more: Partial<Capabilities> = {}): BulkRecordProvider => ({
  specification: 1,
  name: 'model',
  verified: 'documentation',
  capabilities: { ...capabilities, ...more },
  isValidId: () => true,
  deleteBatch: () => {
    throw new Error('nothing is sent while options are read')
  },
})

/** What JavaScript callers may hand over, whatever the types say. */
const any = <Given>(value: unknown): Given => value as Given

const misuse = (options: unknown, of: unknown = provider()): string => {
  try {
    settingsOf(any(of), any(options))
  } catch (error) {
    if (error instanceof UsageError) return error.message
    throw error
  }
  throw new Error(`taken for right: ${String(options)}`)
}

test('fills in every default', () => {
  const settings = settingsOf(provider())
  assert.equal(
    {
      concurrency: settings.concurrency,
      batchSize: settings.batchSize,
      attempts: settings.attempts,
      callTimeoutMs: settings.callTimeoutMs,
      jobDeadlineMs: settings.jobDeadlineMs,
      drainMs: settings.drainMs,
      lateEffectMs: settings.lateEffectMs,
      maxJobs: settings.maxJobs,
      diagnoses: settings.diagnoses,
      rate: [settings.rateShare, settings.requestsPerSecond],
      duplicates: settings.duplicates,
      protect: settings.protect,
      verify: settings.verify,
      maxRecords: settings.maxRecords,
      dryRun: settings.dryRun,
      signal: settings.signal,
      onEvent: settings.onEvent,
    },
    {
      concurrency: 4,
      batchSize: 200,
      attempts: 4,
      callTimeoutMs: 30_000,
      jobDeadlineMs: 600_000,
      drainMs: 30_000,
      lateEffectMs: 60_000,
      maxJobs: 1_000,
      diagnoses: 20,
      rate: [0.8, Number.POSITIVE_INFINITY],
      duplicates: 'drop',
      protect: [],
      verify: 'doubtful',
      maxRecords: Number.POSITIVE_INFINITY,
      dryRun: false,
      signal: undefined,
      onEvent: undefined,
    },
  )
  assert.ok(Math.abs(settings.clock.now() - Date.now()) < 60_000)
  const rolled = settings.random()
  assert.ok(rolled >= 0 && rolled < 1)
  assert.is(settings.attempts, defaults.attempts)
})

test('an option that is undefined is left out', () => {
  const options = { batchSize: undefined, rate: { share: undefined }, onEvent: undefined, protect: undefined }
  assert.equal(settingsOf(provider(), any(options)).batchSize, 200)
})

test('takes what is given, within what the provider can', () => {
  const controller = new AbortController()
  const random = () => 0.5
  const onEvent = () => {}
  const options: RunOptions = {
    concurrency: 9,
    batchSize: 7,
    attempts: 1,
    callTimeoutMs: 5,
    drainMs: 0,
    diagnoses: 0,
    maxJobs: 50,
    maxRecords: 0,
    rate: { share: 1, requestsPerSecond: 0.5 },
    dryRun: true,
    signal: controller.signal,
    random,
    onEvent,
  }
  const settings = settingsOf(provider({ maxConcurrency: 3, maxJobs: 10 }), options)
  assert.equal([settings.concurrency, settings.maxJobs], [3, 10], 'the provider knows best')
  assert.equal([settings.batchSize, settings.attempts, settings.callTimeoutMs, settings.lateEffectMs], [7, 1, 5, 10])
  assert.equal([settings.drainMs, settings.diagnoses, settings.maxRecords, settings.dryRun], [0, 0, 0, true])
  assert.equal([settings.rateShare, settings.requestsPerSecond], [1, 0.5])
  assert.is(settings.signal, controller.signal)
  assert.is(settings.random, random)
  assert.is(settings.onEvent, onEvent)
  assert.is(settingsOf(provider({ lateEffectMs: 7 })).lateEffectMs, 7)
  assert.is(settingsOf(provider(), { concurrency: Number.POSITIVE_INFINITY }).concurrency, Number.POSITIVE_INFINITY)
})

test('a whole number is a whole number', () => {
  const least = { concurrency: 1, batchSize: 1, attempts: 1, callTimeoutMs: 1, jobDeadlineMs: 1, maxJobs: 1 }
  for (const [name, smallest] of Object.entries({ ...least, drainMs: 0, diagnoses: 0, maxRecords: 0 })) {
    const nonsense = [smallest - 1, -5, 1.5, Number.NaN, '4', null, true, {}, [4], Symbol('4'), Object.create(null), 4n]
    for (const value of nonsense) {
      assert.match(misuse({ [name]: value }), `${name} must be a whole number of at least ${smallest}, not `)
    }
  }
})

test('a batch larger than the provider takes', () => {
  for (const batchSize of [201, Number.POSITIVE_INFINITY]) {
    assert.match(misuse({ batchSize }), 'model takes at most 200 records a batch')
  }
})

test('an option that does not exist', () => {
  assert.match(misuse({ batchsize: 5 }), 'unknown option "batchsize": known are concurrency, batchSize,')
  assert.match(misuse({ constructor: 5 }), 'unknown option "constructor"')
  assert.match(misuse({ rate: { requestsPerMinute: 5 } }), 'unknown option "rate.requestsPerMinute"')
  for (const options of [null, 'fast', 5, () => {}]) assert.match(misuse(options), 'options must be an object')
})

test('a rate out of bounds, or no number', () => {
  for (const share of [0, -1, 1.1, Number.NaN, '0.5', true, null, [0.5]]) {
    assert.match(misuse({ rate: { share } }), 'rate.share must be over 0 and at most 1')
  }
  for (const requestsPerSecond of [0, -1, Number.NaN, '5', true, null, [5]]) {
    assert.match(misuse({ rate: { requestsPerSecond } }), 'rate.requestsPerSecond must be over 0')
  }
  for (const rate of [null, 5, 'slow']) assert.match(misuse({ rate }), 'rate must be an object')
})

test('words that are none of the option', () => {
  assert.match(misuse({ duplicates: 'keep' }), 'duplicates must be one of "drop", "allow", not "keep"')
  assert.match(misuse({ verify: true }), 'verify must be one of "never", "doubtful", "all", not true')
  assert.match(misuse({ dryRun: 'no' }), 'dryRun must be one of true, false, not "no"')
  assert.match(misuse({ dryRun: 0 }), 'dryRun must be one of true, false, not 0')
})

test('the wrong kind of thing', () => {
  for (const value of [null, 5, 'x', {}]) {
    assert.match(misuse({ onEvent: value }), 'onEvent must be a function')
    assert.match(misuse({ random: value }), 'random must be a function')
    assert.match(misuse({ signal: value }), 'signal must be an AbortSignal')
    assert.match(misuse({ clock: value }), 'clock must have now() and sleep(ms, signal)')
  }
  assert.match(misuse({ clock: { now: () => 0 } }), 'clock must have')
})

test('protect: a list of ids or a function; a list of anything else would protect nothing', () => {
  for (const protect of ['abc', 5, null, {}, true])
    assert.match(misuse({ protect }), 'protect must be an iterable of ids')
  for (const protect of [[123], ['a', undefined], new Map([['a', 'b']]), new Set([null])]) {
    assert.match(misuse({ protect }), 'protect must hold strings')
  }
  const unreadable = {
    *[Symbol.iterator]() {
      yield 'a'
      throw new Error('no such file')
    },
  }
  assert.match(misuse({ protect: unreadable }), 'protect can not be read: no such file')
  const isProtected = (id: string) => id === 'a'
  assert.is(settingsOf(provider(), { protect: isProtected }).protect, isProtected)
})

test('protect: what is no id of the backend would protect nothing, and neither would a list of none', () => {
  const upper = provider()
  const strict = { ...upper, isValidId: (id: string) => /^[A-Z]\d+$/.test(id) }
  const misused = (protect: unknown): string => {
    try {
      settingsOf(strict, any({ protect }))
    } catch (error) {
      assert.instance(error, UsageError)
      return String(error)
    }
    throw new Error(`${String(protect)} was taken`)
  }
  for (const protect of [[], new Set(), new Map().keys()])
    assert.match(misused(protect), 'protect is a list without an entry')
  for (const stranger of ['', 'B2 ', '"B2"', '\ufeffB2', 'id;Title', '{B2}'])
    assert.match(
      misused(['A1', stranger, 'C3']),
      `protect holds "${stranger}", which is no id of ${upper.name}: it would protect nothing`,
    )
  assert.equal(settingsOf(strict, { protect: ['A1', 'C3'] }).protect, ['A1', 'C3'])
})

test('protect may be an iterable that can be read only once: it protects however often it is asked', () => {
  const { protect } = settingsOf(provider(), { protect: new Set(['a', 'b']).values() })
  if (typeof protect === 'function') throw new Error('a list was given')
  assert.equal(
    [[...protect], [...protect]],
    [
      ['a', 'b'],
      ['a', 'b'],
    ],
  )
  const given = ['a']
  const settings = settingsOf(provider(), { protect: given })
  given.pop()
  assert.equal(settings.protect, ['a'], 'what was protected when the run was called stays so')
})

test('what is no provider, or one of another specification', () => {
  for (const given of [null, 'datocms', {}, () => provider(), { deleteBatch: true }]) {
    assert.match(misuse({}, given), 'the first argument must be a provider')
  }
  assert.match(misuse({}, { ...provider(), specification: 2 }), 'model is written for specification 2')
  assert.match(misuse({}, { ...provider(), specification: undefined }), 'specification undefined')
})

test('facts about a backend that can not be', () => {
  assert.match(misuse({}, { ...provider(), capabilities: undefined }), 'model declares no capabilities')
  assert.match(misuse({}, { ...provider(), isValidId: undefined }), 'model has no isValidId')
  for (const maxBatchSize of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, '15', undefined]) {
    assert.match(misuse({}, provider(any({ maxBatchSize }))), 'model declares maxBatchSize')
  }
  for (const name of ['maxConcurrency', 'maxJobs', 'maxUrlBytes', 'maxBodyBytes'] as const) {
    for (const value of [0, -1, Number.NaN, '5', null]) {
      assert.match(misuse({}, provider(any({ [name]: value }))), `model declares ${name} `)
    }
    assert.ok(settingsOf(provider({ [name]: Number.POSITIVE_INFINITY })))
    assert.ok(settingsOf(provider(any({ [name]: undefined }))))
  }
  for (const lateEffectMs of [-1, Number.NaN, '5', null]) {
    assert.match(misuse({}, provider(any({ lateEffectMs }))), 'model declares lateEffectMs')
  }
  assert.is(settingsOf(provider({ lateEffectMs: 0 })).lateEffectMs, 0)
  for (const rate of [
    5,
    null,
    {},
    { requests: 0, perMs: 1 },
    { requests: 1, perMs: 0 },
    { requests: '60', perMs: 3 },
  ]) {
    assert.match(misuse({}, provider(any({ rate }))), 'model declares rate')
  }
})
