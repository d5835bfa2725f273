import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { openJournal } from '../../src/journal/index.ts'
import { expunge, startExpunge } from '../cli/child.ts'
import { mulberry32 } from '../support/random.ts'
import { assert, suite } from '../support/suite.ts'
import { ended, type Kill, known, problemsOf, readReport } from './ledger.ts'
import { type Plan, planned, type Scene, startScene } from './scene.ts'

const test = suite('kill -9', { deadlineMs: 360_000 })

const kills = 50
/** So many at most hit one run, process after process. */
const inRow = 5
/** Scenes that go on side by side: a case that settles doubt mostly waits. */
const lanes = 4

test('at the n-th request, fifty times: resumed until done, the report is right for every record', async ({
  after,
}) => {
  const startedAt = performance.now()
  const tally = { cases: 0, kills: 0, inFlight: 0, again: 0, unconfirmed: 0, problems: [] as string[] }
  const scenes = await Promise.all(Array.from({ length: lanes }, () => startScene(after)))
  const plans = await Promise.all(scenes.map(planned))
  const quiet = await playCase(scenes[0] as Scene, plans[0] as Plan, 0, [])
  assert.equal(quiet.problems, [])
  let claimed = 0
  const lane = async (scene: Scene, index: number): Promise<void> => {
    while (claimed < kills) {
      claimed += inRow
      const seed = ++tally.cases
      const random = mulberry32(seed)
      const below = (bound: number): number => Math.floor(random() * bound)
      // The first falls anywhere in the run, the others in what recovers from the one before.
      const points = [quiet.requests, ...Array.from({ length: inRow - 1 }, () => quiet.requests / 3)].map((bound) => ({
        nth: 1 + below(bound),
        delayMs: [0, 0, 1, 4, 10][below(5)] ?? 0,
      }))
      const played = await playCase(scene, plans[index] as Plan, seed, points)
      claimed -= inRow - played.kills.length
      tally.kills += played.kills.length
      tally.inFlight += played.inFlight
      tally.again += played.again
      tally.unconfirmed += played.unconfirmed
      tally.problems.push(...played.problems.map((problem) => `seed ${seed}: ${problem}`))
    }
  }
  await Promise.all(scenes.map(lane))
  const { problems, ...counts } = tally
  const seconds = ((performance.now() - startedAt) / 1_000).toFixed(1)
  console.log(`kill -9: ${JSON.stringify(counts)} in ${seconds} s`)
  assert.equal(problems, [])
  assert.ok(counts.kills >= kills)
})

interface Point {
  readonly nth: number
  readonly delayMs: number
}

/** A run that is killed at each of these points, one process after the other, and then left to end. */
const playCase = async (scene: Scene, { path: from, digest }: Plan, seed: number, points: ReadonlyArray<Point>) => {
  scene.seed()
  const path = join(scene.folder, `case-${seed}.db`)
  copyFileSync(from, path)
  const first = scene.systems.map(({ emulator }) => emulator.calls.length)
  const requests = (): number =>
    scene.systems.reduce((sum, { emulator }, at) => sum + emulator.calls.length - (first[at] ?? 0), 0)
  const done: Kill[] = []
  const begin = ['run', path, '--approve', digest.slice(0, 16), '--quiet']
  let words = begin
  for (const point of points) {
    if (!(await killedAt(scene, words, point))) break
    done.push(killOf(scene, path))
    if (wasBegun(path)) words = ['resume', path, '--quiet']
  }
  const last = await expunge(...words)
  const report = await readReport(path)
  return {
    kills: done,
    requests: requests(),
    ...known(scene, first, done, report),
    problems: [...ended(last, report), ...problemsOf(scene, first, done, report)],
  }
}

/** Whether it was killed before it ended. */
const killedAt = async (scene: Scene, words: ReadonlyArray<string>, { nth, delayMs }: Point): Promise<boolean> => {
  const { child, ended: end } = startExpunge(...words)
  let seen = 0
  const stop = scene.onRequest(() => {
    if (++seen !== nth) return
    if (delayMs === 0) child.kill('SIGKILL')
    else setTimeout(() => child.kill('SIGKILL'), delayMs)
  })
  await end
  stop()
  return child.signalCode === 'SIGKILL'
}

/** A process that died while it still asked the systems where they are has left a plan that is not approved yet. */
const wasBegun = (path: string): boolean => {
  const journal = openJournal(path, { readOnly: true })
  const approval = journal.meta.get('approval')
  journal.close()
  return approval !== undefined
}

/** What the journal says was in flight, and how far the ledgers had got. */
const killOf = (scene: Scene, path: string): Kill => {
  const journal = openJournal(path, { readOnly: true })
  try {
    assert.equal(journal.damage(), [])
    return {
      inFlight: scene.systems.map(({ name }) => {
        const open = journal.target(name).openBatches() as ReadonlyArray<{
          readonly records: ReadonlyArray<{ id: string }>
        }>
        return new Set(open.flatMap(({ records }) => records.map(({ id }) => id)))
      }),
      calls: scene.systems.map(({ emulator }) => emulator.calls.length),
    }
  } finally {
    journal.close()
  }
}
