import { frameOf } from '../../../src/cli/run/bars.ts'
import { openLines } from '../../../src/cli/run/lines.ts'
import { openProgress } from '../../../src/cli/run/progress.ts'
import { afterEvent, newRun, type RunState } from '../../../src/cli/run/progress-state.ts'
import type { RunEvent, RunSummary, Totals, WaitWhy } from '../../../src/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { keptOutput, withEnvironment } from '../output.ts'

const test = suite('progress')

const at = Date.now()
const totals: Totals = { deleted: 90, absent: 4, rejected: 5, untouched: 0, unconfirmed: 1 }
const summary: RunSummary = {
  provider: 'datocms',
  totals,
  duplicates: 0,
  requests: 12,
  startedAt: '',
  endedAt: '',
  sourceEnded: true,
}
const started: RunEvent = {
  kind: 'run-started',
  at,
  provider: 'datocms',
  verified: 'documentation',
  capabilities: { maxBatchSize: 200, atomicity: 'per-record', replay: 'safe', effect: 'unknown' },
}
const paused: RunEvent = { kind: 'paused', at, forMs: 2_000, why: 'throttled' }
const settled: RunEvent = {
  kind: 'settled',
  at,
  totals: { ...totals, deleted: 40, unconfirmed: 0 },
  inFlight: 10,
  duplicates: 1,
  requests: 6,
}
const halted: RunEvent = { kind: 'halted', at, because: 'denied', detail: 'the token is not accepted' }
const ended: RunEvent = { kind: 'run-ended', at: at + 2_000, report: summary }

const linesOf = (text: string): ReadonlyArray<string> =>
  text
    .split('\n')
    .slice(0, -1)
    .map((line) => line.replace(/^ +\d+\.\d s {2}/, ''))

test('no terminal: a line at each change of state, and nothing but text', () => {
  const { output, text } = keptOutput()
  const progress = openProgress(output)
  const dato = progress.follow('DatoCMS', 100)
  const opus = progress.follow('Opus', 1_500)
  dato(started)
  opus(started)
  dato({ kind: 'batch-sent', at, batch: 1, size: 100 })
  dato({ kind: 'in-doubt', at, batch: 1, size: 1, detail: 'no answer' })
  dato(settled)
  dato(paused)
  opus(halted)
  dato(ended)
  progress.close()
  assert.equal(linesOf(text()), [
    'DatoCMS: started, 100 records',
    'Opus: started, 1,500 records',
    'DatoCMS: 1 record in doubt, reading back (no answer)',
    'DatoCMS: waits 2.0 s (throttled)',
    'Opus: halted: the token is not accepted',
    'DatoCMS: ended, 100 of 100 settled, 5 rejected, 1 unconfirmed, 12 requests, 50 records/s',
  ])
})

test('no terminal: the same change again and again is told once in a while', () => {
  const { output, text } = keptOutput()
  const progress = openProgress(output)
  const listen = progress.follow('DatoCMS', 100)
  for (const later of [0, 500, 9_999, 10_000]) listen({ ...paused, at: at + later })
  progress.close()
  assert.is(linesOf(text()).length, 2)
})

test('no terminal: a line now and then while a run goes on', async () => {
  const { output, text } = keptOutput()
  const progress = openLines(output, { everyMs: 20 })
  const dato = progress.follow('DatoCMS', 100)
  const opus = progress.follow('Opus', 100)
  for (const event of [started, settled]) dato(event)
  opus(ended)
  await new Promise((resolve) => setTimeout(resolve, 100))
  progress.close()
  const standing = linesOf(text()).filter((line) =>
    line.startsWith('DatoCMS: 50 of 100 settled, 10 in flight, 5 rejected, 6 requests'),
  )
  assert.ok(standing.length >= 2, text())
  assert.is(linesOf(text()).filter((line) => line.startsWith('Opus')).length, 1)
})

test('a terminal gets bars; one that can not be drawn over gets lines', ({ after }) => {
  after(withEnvironment({ TERM: 'xterm', NO_COLOR: undefined, FORCE_COLOR: '1' }))
  const show = (): string => {
    const { output, text } = keptOutput(80)
    const progress = openProgress(output)
    const listen = progress.follow('DatoCMS', 100)
    for (const event of [started, settled, ended]) listen(event)
    progress.close()
    return text()
  }
  assert.match(show(), /DatoCMS {2}.*█.* 100% {2}100 of 100 {2}.*done/)
  process.env['TERM'] = 'dumb'
  assert.is(linesOf(show()).length, 2)
})

test('NO_COLOR: bars without colours', ({ after }) => {
  const show = (): string => {
    const { output, text } = keptOutput(80)
    const progress = openProgress(output)
    progress.follow('DatoCMS', 100)(settled)
    progress.close()
    return text()
  }
  const colours = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`)
  after(withEnvironment({ TERM: 'xterm-256color', NO_COLOR: undefined, FORCE_COLOR: undefined, CI: undefined }))
  assert.match(show(), colours)
  process.env['NO_COLOR'] = '1'
  assert.not.match(show(), colours)
  assert.match(show(), '█')
})

const plain = { good: String, bad: String, quiet: String }
const runOf = (records: number, ...events: ReadonlyArray<RunEvent>): RunState =>
  events.reduce(afterEvent, newRun(records))

test('bars stand below each other, the last one is for all, and no line is wider than the terminal', () => {
  const runs = new Map([
    ['DatoCMS', runOf(100_000, started, settled, paused)],
    ['UUID list', runOf(100, started, settled, ended)],
    ['Opus', runOf(1_500, started, halted)],
  ])
  for (const width of [59, 79, 109, 139]) {
    const lines = frameOf(runs, width, at + 1_000, plain).split('\n')
    const shown = `${width}:\n${lines.join('\n')}`
    assert.ok(
      lines.every((line) => line.length <= width),
      shown,
    )
    const bars = lines.filter((line) => line.includes('%'))
    assert.is(bars.length, 4, shown)
    assert.is(new Set(bars.map((line) => line.indexOf('%'))).size, 1)
    assert.is(new Set(bars.map((line) => line.search(/[█░]/))).size, 1)
    assert.match(bars[3] ?? '', /^all .* 150 of 101,600/)
    for (const figure of ['10 in flight', '1 unconfirmed', '5 rejected']) assert.match(lines.join('\n'), figure)
  }
  const [dato = '', uuids = '', opus = ''] = frameOf(runs, 139, at + 1_000, plain).split('\n')
  assert.match(dato, /50 of 100,000 {2}throttled, 1 s .*10 in flight/)
  assert.match(uuids, /100 of 100 {2}done .*1 unconfirmed +5 rejected/)
  assert.match(opus, /halted/)
  assert.not.match(frameOf(runs, 40, at, plain), /[█░]/)
  assert.is(frameOf(new Map([['Opus', runOf(9, started)]]), 139, at, plain).split('\n').length, 1, 'no sum of one')
})

test('time left is told while something happens, and after that how long nothing has', () => {
  const run = runOf(200, started, { ...settled, at: at + 1_000 })
  const frame = (ms: number): string => frameOf(new Map([['Opus', run]]), 139, at + ms, plain)
  assert.match(frame(1_000), / 3 s left /)
  assert.match(frame(7_500), / waits, 7 s /)
})

const waiting = (why: WaitWhy, records: number, forMs?: number): RunEvent => ({
  kind: 'waiting',
  at,
  why,
  records,
  inFlight: records,
  ...(forMs !== undefined && { untilMs: at + forMs }),
})
const pause: RunEvent = { kind: 'steered', at, control: { what: 'pause', at, asker: 'anna', host: 'h1' } }

test('every wait says for what, and counts down; on a narrow terminal at length in the second line', () => {
  const later = at + 3_000
  const shown = (width: number, ...events: ReadonlyArray<RunEvent>): string =>
    frameOf(new Map([['Opus', runOf(900, started, ...events)]]), width, later, plain)
  const cases: ReadonlyArray<readonly [ReadonlyArray<RunEvent>, string]> = [
    [[waiting('read-back', 400, 47_000)], '400 being read back, at most 44 s'],
    [[waiting('job', 400, 603_000)], '400 in jobs, at most 10 min'],
    [[waiting('answer', 200, 30_000)], '200 wait for an answer, at most 27 s'],
    [[waiting('rate', 900, 15_000)], 'next request in 12 s'],
    [[waiting('throttled', 900, 15_000)], 'throttled, 12 s'],
    [[waiting('hours', 900, 3_603_000)], 'off hours, goes on in 60 min'],
    [[pause, waiting('paused', 900)], 'paused by anna: expunge continue'],
    [[halted, waiting('stopping', 20, 33_000)], 'halted, 20 in flight, at most 30 s'],
  ]
  for (const [events, text] of cases) for (const width of [59, 79, 139]) assert.match(shown(width, ...events), text)
  const gone = shown(139, waiting('job', 400, 600_000), waiting('job', 0), waiting('throttled', 900, 2_000))
  assert.not.match(gone, /jobs|throttled/)
  const runs = new Map([['later', newRun(9, { totals: none, requests: 0, after: ['cms', 'max'] })]])
  assert.match(frameOf(runs, 139, later, plain), 'waits until cms and max is wholly gone')
})

const none: Totals = { deleted: 0, absent: 0, rejected: 0, untouched: 0, unconfirmed: 0 }

test('after a resume no figure is less than before', () => {
  const run = newRun(1_000, { totals: { ...totals, deleted: 300 }, requests: 40 })
  const frame = frameOf(new Map([['max', run]]), 139, at, plain)
  assert.match(frame, '310 of 1,000')
  for (const figure of ['1 unconfirmed', '5 rejected', '40 requests']) assert.match(frame, figure)
})

test('a terminal that is made narrower: all rows are taken away that the bars take there', ({ after }) => {
  after(withEnvironment({ TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: undefined }))
  const { output, text } = keptOutput(140)
  const progress = openProgress(output)
  for (const event of [started, settled]) progress.follow('DatoCMS', 100)(event)
  progress.write('')
  const before = text().length
  Object.assign(output, { columns: 60 })
  output.emit('resize')
  progress.close()
  const [, erased = ''] =
    /^(?:\u001b\[\?2026h)?\r\u001b\[2K((?:\u001b\[1A\u001b\[2K)*)/.exec(text().slice(before)) ?? []
  const drawn = text().slice(0, before).split('\n').at(-2) ?? ''
  const columns = drawn.replaceAll(/\u001b\[[?0-9;]*[a-zA-Z]/g, '').length
  assert.ok(columns > 60)
  assert.is(erased.split('\u001b[1A').length - 1, Math.ceil(columns / 60))
})

test('a longer pause is not cut short by a shorter one, and a run of no records is done', () => {
  const run = runOf(0, started, paused, { ...paused, at: at + 100, forMs: 10 })
  assert.is(run.pause?.until, at + 2_000)
  assert.match(frameOf(new Map([['none', run]]), 80, at, plain), '100%')
})
