import type { EmulatorRate } from '../../src/emulators/index.ts'
import { type Match, type Outcome, play, scoreCells, scoreHead } from '../contest.ts'
import { bestMs } from '../limits.ts'
import type { EmulatedSpec } from '../measured/emulated.ts'
import { type Measure, type Mode, target } from '../section.ts'
import { fixed, median, percent, seconds, times, whole } from '../table.ts'

const batchSize = 200
const documented = { requests: 60, perMs: 3_000 }
const latencyMs = 20

/** Nobody outside knows in which way the vendor keeps the limit. */
const kinds = ['window', 'log', 'counter', 'bucket'] as const
type Kind = (typeof kinds)[number]
const rateOf = (kind: Kind): EmulatorRate => ({ kind, ...documented })

interface Scene {
  readonly records: number
  readonly kind: Kind
  readonly jobMs: number
  /** How much of a window has passed when the client begins. */
  readonly offsetMs: number
}

interface Figures extends Scene {
  readonly who: string
  readonly batches: number
  /** How often the batches played for stand in for all of them. */
  readonly scale: number
  readonly outcome: Outcome
}

const shortest = 20_000
const lengths = [300, 3_000, 30_000]
const runs = 5

/** Where in a window of the emulator's a run begins is luck: somewhere in each fifth of it. */
const drawnOffsets = () =>
  Array.from({ length: runs }, (_, run) => Math.round(((run + Math.random()) / runs) * documented.perMs))

const expunge = 'expunge, `share: 1`'
const atOnce = 'their client, all at once'
const oneByOne = 'their client, one by one'

/** Jobs under a rate limit of each kind, against the vendor's own client. Real seconds. */
export const datocms: Measure = {
  name: 'datocms',
  title: 'DatoCMS (emulator): jobs, 60 requests per 3 s',
  run: async (mode) => {
    const figures: Figures[] = []
    for (const jobMs of lengths)
      for (const kind of kinds) {
        const scenes = drawnOffsets().map((offsetMs) => ({ records: shortest, kind, jobMs, offsetMs }))
        figures.push(...(await playScenes(scenes, mode)))
      }
    if (mode.full) {
      const scenes = lengths.map((jobMs) => ({ records: 200_000, kind: 'window', jobMs, offsetMs: 1_500 }) as const)
      figures.push(...(await playScenes(scenes, mode)))
    }
    const ours = figures.filter(({ who }) => who === expunge)
    const worst = (of: (one: Figures) => number) => Math.max(...ours.map(of))
    const plays = [shortest, ...(mode.full ? [200_000] : [])]
    const perKind = kinds.map((kind) => ({
      kind,
      ours: ours.filter((one) => one.kind === kind && one.records === shortest),
    }))
    return {
      tables: [
        {
          head: [
            'records',
            'limit',
            'jobs of',
            'begun at',
            'client',
            'time',
            '× clairvoyant',
            'requests a batch',
            'refused',
            ...scoreHead,
          ],
          rows: figures.map(rowOf),
        },
      ],
      targets: [
        ...perKind.map(({ kind, ours: of }) => {
          const ratio = median(of.map(ratioOf))
          return target(
            `${kind}: time beside the clairvoyant schedule, median`,
            'at most 1.05 ×',
            times(ratio, 3),
            ratio <= 1.05,
          )
        }),
        target(
          'time over the clairvoyant schedule, worst, in windows',
          'at most 1/2 + 1 %',
          fixed(worst(lateOf)),
          worst(lateOf) <= 0.5,
        ),
        target('requests refused, worst', 'at most 1 %', percent(worst(refusedOf)), worst(refusedOf) <= 0.01),
        target('requests a batch, worst', 'at most 2.3', fixed(worst(requestsOf)), worst(requestsOf) <= 2.3),
        ...plays.flatMap((records) => {
          const [least, leastInTurn] = [besides(figures, atOnce, records), besides(figures, oneByOne, records)]
          const words = `${whole(records)} records`
          return [
            target(`${words}: their client all at once, beside ours, median`, 'at least 1 ×', times(least), least >= 1),
            target(
              `${words}: their client one by one, beside ours`,
              'several times',
              times(leastInTurn, 1),
              leastInTurn >= 3,
            ),
          ]
        }),
      ],
      notes: [
        `The clairvoyant schedule knows which kind of limit it is, how long jobs take and where the backend's windows begin, and waits for no answer; the emulator takes ${latencyMs} ms. Where in a window a run begins is luck, up to ${documented.perMs / 1_000} s of it: each client begins at the same moment of one.`,
        'Their client one by one is played for a few batches and counted up: each batch takes as long as the one before.',
      ],
      chart: {
        title: `Time of ${whole(Math.max(...plays))} deletions at DatoCMS, ${documented.requests} requests per ${documented.perMs / 1_000} s`,
        bars: figures
          .filter(
            (one, index) =>
              one.records === Math.max(...plays) && figures.findIndex((other) => isSameBar(one, other)) === index,
          )
          .map((one) => ({
            who: one.who.replaceAll('`', ''),
            group: `jobs of ${one.jobMs / 1_000} s`,
            value: ratioOf(one),
          })),
      },
    }
  },
}

const isSameBar = (one: Figures, other: Figures): boolean =>
  one.who === other.who && one.jobMs === other.jobMs && one.records === other.records

/** The runs of a scene at once, for they are waiting, not work, and begin at other moments of a window. */
const playScenes = async (scenes: ReadonlyArray<Scene>, mode: Mode): Promise<ReadonlyArray<Figures>> => {
  const one = async (scene: Scene, who: string, contestant: string, played: number): Promise<Figures> => {
    const { records, kind, jobMs, offsetMs } = scene
    mode.say(`${whole(records)} records, ${kind}, jobs of ${jobMs / 1_000} s, begun at ${offsetMs} ms: ${who}`)
    const emulated: EmulatedSpec = { system: 'datocms', settings: { jobMs, rate: rateOf(kind) } }
    const match: Match = {
      who,
      contestant,
      task: {
        records: played * batchSize,
        batchSize,
        concurrency: 10,
        beginsAt: { perMs: documented.perMs, offsetMs },
      },
      server: { kind: 'emulator', latencyMs, more: { ...emulated } },
      timeoutMs: 900_000,
    }
    const batches = records / batchSize
    return { ...scene, who, batches: played, scale: batches / played, outcome: await play(match) }
  }
  const all = (who: string, contestant: string) =>
    Promise.all(scenes.map((scene) => one(scene, who, contestant, scene.records / batchSize)))
  const ours = await all(expunge, 'expunge-systems#datoCmsAtFullShare')
  const theirs = await all(atOnce, 'datocms-client#allAtOnce')
  const inTurn = await Promise.all(
    scenes
      .filter(({ kind }, index) => kind === 'window' && (index === 0 || scenes.length < runs))
      .map((scene) => one(scene, oneByOne, 'datocms-client#oneByOne', scene.jobMs > 10_000 ? 1 : 4)),
  )
  return [...ours, ...theirs, ...inTurn]
}

/** What theirs took, beside ours with the same jobs from the same moment on: the median. */
const besides = (figures: ReadonlyArray<Figures>, who: string, records: number): number =>
  median(
    figures
      .filter((one) => one.who === who && one.records === records)
      .map((one) => timeOf(one) / timeOf(figures.find((other) => other.who === expunge && isSame(one, other)) ?? one)),
  )

const timeOf = ({ outcome, scale }: Figures): number => outcome.wallMs * scale

const isSame = (one: Figures, other: Figures): boolean =>
  one.jobMs === other.jobMs &&
  one.offsetMs === other.offsetMs &&
  one.kind === other.kind &&
  one.records === other.records

/** From the same moment on as the client's own time; windows of the emulator begin with those of the wall clock. */
const idealOf = ({ kind, batches, scale, jobMs, outcome }: Figures): number =>
  bestMs({
    limit: { kind, ...documented, rate: rateOf(kind) },
    offsetMs: outcome.beganAt % documented.perMs,
    latencyMs: 0,
    inFlight: Number.POSITIVE_INFINITY,
    count: batches * scale,
    jobMs,
  })

const ratioOf = (figures: Figures): number => timeOf(figures) / idealOf(figures)

/** What is more than 1.01 times the ideal, in windows. */
const lateOf = (figures: Figures): number => (timeOf(figures) - 1.01 * idealOf(figures)) / documented.perMs

const countOf = ({ outcome }: Figures, name: string): number => outcome.ledger?.counts[name] ?? 0

const refusedOf = (figures: Figures): number => countOf(figures, 'refused') / countOf(figures, 'requests')

const requestsOf = (figures: Figures): number => countOf(figures, 'requests') / figures.batches

const rowOf = (figures: Figures): ReadonlyArray<string> => [
  whole(figures.records),
  figures.kind,
  `${figures.jobMs / 1_000} s`,
  `${figures.offsetMs} ms`,
  figures.who,
  seconds(timeOf(figures)) + (figures.scale === 1 ? '' : ' (counted up)'),
  times(ratioOf(figures)),
  fixed(requestsOf(figures)),
  percent(refusedOf(figures)),
  ...scoreCells([figures.outcome]),
]
