/**
 * The one way to write a test here. uvu runs the tests; this adds what uvu leaves to its callers: a suite runs without
 * being told to, every test has a deadline, closers run whatever happened, and nothing that fails goes uncounted.
 *
 *     const test = suite('batcher')
 *     test('cuts by count', async ({ after }) => {
 *       const emulator = await startUuidList()
 *       after(() => emulator.close())
 *       assert.equal(…)
 *     })
 */
import { argv } from 'node:process'
import { pathToFileURL } from 'node:url'
import { inspect } from 'node:util'
import { suite as uvuSuite } from 'uvu'
import { emit } from './protocol.ts'

export * as assert from 'uvu/assert'

export interface TestOptions {
  /** Most milliseconds that a test, and each hook or closer, may take. Default 10,000. */
  readonly deadlineMs?: number
}

export interface TestContext {
  /** Registers a closer: they run last in first out when the test is over, passed, failed or timed out. */
  readonly after: (closer: Action) => void
}

export type Action = () => unknown
export type TestBody = (context: TestContext) => unknown

interface Register {
  (name: string, body: TestBody): void
  (name: string, options: TestOptions, body: TestBody): void
}

interface HookRegister {
  (hook: Action): void
  readonly each: (hook: Action) => void
}

export interface Suite extends Register {
  /** While there is one, the other tests of the suite are left out; fails the run where `CI` is set. */
  readonly only: Register
  readonly skip: Register
  readonly before: HookRegister
  readonly after: HookRegister
}

/** Opens a suite: returns the function that registers its tests. Runs by itself when the test file has been loaded. */
export const suite = (name: string, options: TestOptions = {}): Suite => {
  if (started) throw new Error(`suite "${name}" was opened after the tests had started`)
  const suiteDeadlineMs = options.deadlineMs ?? 10_000
  const uvu = uvuSuite(name)
  const hooks: Record<'before' | 'after' | 'beforeEach' | 'afterEach', Action[]> = {
    before: [],
    after: [],
    beforeEach: [],
    afterEach: [],
  }
  const counts = { tests: 0, only: 0, skipped: 0 }
  let broken: Error | undefined

  const runTest = async (test: string, body: TestBody, deadlineMs: number) => {
    emit({ kind: 'started', suite: name, test })
    const startedAt = performance.now()
    const closers: Action[] = []
    const errors: Error[] = []
    const attempt = async (what: string, action: Action, limitMs: number) => {
      const error = await outcomeOf(what, action, limitMs)
      if (error) errors.push(error)
    }
    if (broken) errors.push(new Error(`not run: the suite's before hook failed: ${broken.message}`, { cause: broken }))
    else {
      for (const hook of hooks.beforeEach) await attempt('the before.each hook', hook, suiteDeadlineMs)
      const context = { after: (closer: Action) => void closers.push(closer) }
      if (errors.length === 0) await attempt('the test', () => body(context), deadlineMs)
      for (const closer of closers.reverse()) await attempt('a closer', closer, suiteDeadlineMs)
      for (const hook of hooks.afterEach) await attempt('the after.each hook', hook, suiteDeadlineMs)
    }
    const ms = Math.round(performance.now() - startedAt)
    const [first, ...rest] = errors
    if (first === undefined) return emit({ kind: 'passed', suite: name, test, ms })
    for (const error of rest) console.error(`${name} › ${test}, then: ${error.message}`)
    fail({ suite: name, test, ms, message: first.message })
    throw first
  }

  const register =
    (add: (test: string, handler: () => Promise<void>) => void, count: 'tests' | 'only'): Register =>
    (test: string, second: TestOptions | TestBody, third?: TestBody) => {
      const [own, body] = typeof second === 'function' ? [{} as TestOptions, second] : [second, third]
      if (typeof body !== 'function') throw new Error(`test "${test}" of suite "${name}" has no body`)
      if (started) throw new Error(`test "${test}" of suite "${name}" was registered after the tests had started`)
      counts[count]++
      add(test, () => runTest(test, body, own.deadlineMs ?? suiteDeadlineMs))
    }

  // uvu takes a before hook that throws for a pass, and stops dead on an after hook that throws: neither reaches it.
  uvu.before(async () => {
    for (const hook of hooks.before) broken ??= await outcomeOf('the before hook', hook, suiteDeadlineMs)
  })
  uvu.after(async () => {
    for (const hook of hooks.after) {
      const error = await outcomeOf('the after hook', hook, suiteDeadlineMs)
      if (error === undefined) continue
      console.error(`${name}, after hook: ${error.stack}`)
      fail({ suite: name, test: '(after hook)', ms: 0, message: error.message })
    }
    if (--pending === 0) ended()
  })

  pending++
  opened.push(() => {
    emit({ kind: 'suite', suite: name, ...counts, tests: counts.tests + counts.only })
    uvu.run()
  })
  startOnceLoaded()

  return Object.assign(register(uvu, 'tests'), {
    only: register(uvu.only, 'only'),
    skip: () => {
      counts.skipped++
      uvu.skip()
    },
    before: Object.assign((hook: Action) => void hooks.before.push(hook), {
      each: (hook: Action) => void hooks.beforeEach.push(hook),
    }),
    after: Object.assign((hook: Action) => void hooks.after.push(hook), {
      each: (hook: Action) => void hooks.afterEach.push(hook),
    }),
  })
}

/** What a promise rejected with; fails the test when it did not reject. */
export const rejection = async (promise: PromiseLike<unknown>): Promise<unknown> => {
  let value: unknown
  try {
    value = await promise
  } catch (error) {
    return error
  }
  throw new Error(`expected a rejection, but it resolved with ${inspect(value, { depth: 3 })}`)
}

const opened: Array<() => void> = []
let pending = 0
let started = false
let loading = false
let failures = 0
const leftOpenAfterMs = 1_000
const { setTimeout: startTimer, clearTimeout: stopTimer } = globalThis // a test may replace the global ones

/** Importing the file that is being run resolves when it has been evaluated to its end, top-level awaits included. */
const startOnceLoaded = () => {
  if (loading) return
  loading = true
  import(pathToFileURL(argv[1] ?? '').href).then(
    () => {
      started = true
      for (const run of opened) run()
    },
    () => {}, // Node itself reports why the file can't be loaded
  )
  // uvu sets an exit code of its own, and forgets the failures that it has not seen.
  process.on('exit', () => {
    if (failures > 0) process.exitCode = 1
  })
}

/** A file whose tests are over has to end by itself: what keeps it alive is a leak, of the test or of the library. */
const ended = () => {
  emit({ kind: 'ended' })
  startTimer(() => {
    const resources = process.getActiveResourcesInfo()
    emit({ kind: 'left-open', resources })
    console.error(`the tests are over, but something is still open: ${resources.join(', ')}`)
    process.exit(1)
  }, leftOpenAfterMs).unref()
}

const fail = (failure: { suite: string; test: string; ms: number; message: string }) => {
  failures++
  emit({ kind: 'failed', ...failure })
}

const outcomeOf = async (what: string, action: Action, limitMs: number): Promise<Error | undefined> => {
  let timer: ReturnType<typeof setTimeout> | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = startTimer(() => reject(new Error(`${what} did not settle within ${limitMs} ms`)), limitMs)
  })
  try {
    await Promise.race([(async () => action())(), deadline])
    return undefined
  } catch (thrown) {
    return asError(thrown)
  } finally {
    stopTimer(timer)
  }
}

/** uvu counts a test that throws something else than an Error as passed. Frames of the harness tell a reader nothing. */
const asError = (thrown: unknown): Error => {
  const whole = thrown instanceof Error && typeof thrown.stack === 'string' && typeof thrown.name === 'string'
  const error = whole ? thrown : new Error(`thrown: ${inspect(thrown, { depth: 4 })}`, { cause: thrown })
  const frames = String(error.stack).split('\n')
  const telling = frames.filter((line) => !/^\s+at .*(node_modules\/uvu\/|tests\/support\/suite\.ts)/.test(line))
  const cause = whole && error.cause !== undefined ? [`caused by: ${inspect(error.cause, { depth: 4 })}`] : []
  error.stack = [...telling, ...cause].join('\n')
  return error
}
