import { clairvoyantMs } from '../clairvoyant.ts'
import { type Match, type Outcome, play, scoreCells, scoreHead } from '../contest.ts'
import type { EmulatedSpec } from '../measured/emulated.ts'
import { type Measure, type Mode, target } from '../section.ts'
import { fixed, percent, seconds, times, whole } from '../table.ts'

const batchSize = 200
const rate = { requests: 60, perMs: 3_000 }
const latencyMs = 20

interface Figures {
  readonly who: string
  readonly jobMs: number
  /** How much of a window has passed when the client begins. */
  readonly offsetMs: number
  readonly batches: number
  /** How often the batches played for stand in for all of them. */
  readonly scale: number
  readonly outcome: Outcome
}

/** Where in a window of the emulator's a run begins: hardly after its edge, and in the middle. */
const offsets = [100, 1_500]

const shortest = 20_000

const expunge = 'expunge, `share: 1`'
const atOnce = 'their client, all at once'
const oneByOne = 'their client, one by one'

/** Jobs under a rate limit, against the vendor's own client. Real seconds. */
export const datocms: Measure = {
  name: 'datocms',
  title: 'DatoCMS (emulator): jobs, 60 requests per 3 s',
  run: async (mode) => {
    const lengths = [300, 3_000, 30_000]
    const plays = [shortest, ...(mode.full ? [200_000] : [])]
    const figures: Figures[] = []
    for (const records of plays) {
      const scenes = lengths.flatMap((jobMs) => offsets.map((offsetMs) => ({ records, jobMs, offsetMs })))
      figures.push(...(await playScenes(scenes, mode)))
    }
    const ours = figures.filter(({ who }) => who === expunge)
    const worst = (of: (one: Figures) => number) => Math.max(...ours.map(of))
    const sizes = plays.map((records) => ({
      words: `${whole(records)} records`,
      worst: Math.max(...ours.filter((one) => recordsOf(one) === records).map(ratioOf)),
      atOnce: besides(figures, atOnce, records),
      oneByOne: besides(figures, oneByOne, records),
    }))
    return {
      tables: [
        {
          head: [
            'records',
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
        ...sizes.map(({ words, worst: ratio }) =>
          target(
            `${words}: time beside the clairvoyant schedule, worst`,
            'at most 1.05 ×',
            times(ratio, 3),
            ratio <= 1.05,
          ),
        ),
        target('requests refused, worst', 'at most 1 %', percent(worst(refusedOf)), worst(refusedOf) <= 0.01),
        target('requests a batch, worst', 'at most 2.3', fixed(worst(requestsOf)), worst(requestsOf) <= 2.3),
        ...sizes.flatMap(({ words, atOnce: least, oneByOne: leastInTurn }) => [
          target(`${words}: their client all at once, beside ours`, 'at least 1 ×', times(least), least >= 1),
          target(
            `${words}: their client one by one, beside ours`,
            'several times',
            times(leastInTurn, 1),
            leastInTurn >= 3,
          ),
        ]),
      ],
      notes: [
        `The clairvoyant schedule knows how long jobs take and where the backend's windows begin, and waits for no answer; the emulator takes ${latencyMs} ms. Where in a window a run begins is luck, up to ${rate.perMs / 1_000} s of it: each client begins at the same moment of one.`,
        'Their client one by one is played for a few batches and counted up: each batch takes as long as the one before.',
      ],
      chart: {
        title: `Time of ${whole(Math.max(...plays))} deletions at DatoCMS, ${rate.requests} requests per ${rate.perMs / 1_000} s`,
        bars: figures
          .filter((one) => recordsOf(one) === Math.max(...plays) && one.offsetMs === offsets[0])
          .map((one) => ({
            who: one.who.replaceAll('`', ''),
            group: `jobs of ${one.jobMs / 1_000} s`,
            value: ratioOf(one),
          })),
      },
    }
  },
}

type Scene = Pick<Figures, 'jobMs' | 'offsetMs'> & { readonly records: number }

/**
 * Long ones at once, for they are waiting, not work. Short ones one after the other: all begin at the same moment of a
 * window, and would wait for the processor just then, when a tenth of a second is a hundredth of the time.
 */
const playScenes = async (scenes: ReadonlyArray<Scene>, mode: Mode): Promise<ReadonlyArray<Figures>> => {
  if (scenes.some(({ records }) => records > shortest))
    return (await Promise.all(scenes.map((scene) => playAll(scene, mode)))).flat()
  const played: Figures[] = []
  for (const scene of scenes) played.push(...(await playAll(scene, mode)))
  return played
}

const playAll = async ({ records, jobMs, offsetMs }: Scene, mode: Mode): Promise<ReadonlyArray<Figures>> => {
  const batches = records / batchSize
  const one = async (who: string, contestant: string, played: number): Promise<Figures> => {
    mode.say(`${whole(records)} records, jobs of ${jobMs / 1_000} s, begun at ${offsetMs} ms: ${who}`)
    const emulated: EmulatedSpec = { system: 'datocms', settings: { jobMs, rate } }
    const beginsAt = { perMs: rate.perMs, offsetMs }
    const match: Match = {
      who,
      contestant,
      task: { records: played * batchSize, batchSize, concurrency: 10, beginsAt },
      server: { kind: 'emulator', latencyMs, more: { ...emulated } },
      timeoutMs: 900_000,
    }
    return { who, jobMs, offsetMs, batches: played, scale: batches / played, outcome: await play(match) }
  }
  const played = [
    await one(expunge, 'expunge-systems#datoCmsAtFullShare', batches),
    await one(atOnce, 'datocms-client#allAtOnce', batches),
  ]
  if (offsetMs !== offsets[0]) return played
  return [...played, await one(oneByOne, 'datocms-client#oneByOne', jobMs > 10_000 ? 1 : 4)]
}

/** The least that one of theirs took, beside ours with the same jobs from the same moment on. */
const besides = (figures: ReadonlyArray<Figures>, who: string, records: number): number =>
  Math.min(
    ...figures
      .filter((one) => one.who === who && recordsOf(one) === records)
      .map((one) => timeOf(one) / timeOf(figures.find((other) => other.who === expunge && isSame(one, other)) ?? one)),
  )

const recordsOf = ({ batches, scale }: Figures): number => batches * scale * batchSize

const timeOf = ({ outcome, scale }: Figures): number => outcome.wallMs * scale

const isSame = (one: Figures, other: Figures): boolean =>
  one.jobMs === other.jobMs && one.offsetMs === other.offsetMs && recordsOf(one) === recordsOf(other)

/** From the same moment on as the client's own time; windows of the emulator begin with those of the wall clock. */
const idealOf = ({ batches, scale, jobMs, outcome }: Figures): number =>
  clairvoyantMs(batches * scale, jobMs, { ...rate, offsetMs: outcome.beganAt % rate.perMs })

const ratioOf = (figures: Figures): number => timeOf(figures) / idealOf(figures)

const countOf = ({ outcome }: Figures, name: string): number => outcome.ledger?.counts[name] ?? 0

const refusedOf = (figures: Figures): number => countOf(figures, 'refused') / countOf(figures, 'requests')

const requestsOf = (figures: Figures): number => countOf(figures, 'requests') / figures.batches

const rowOf = (figures: Figures): ReadonlyArray<string> => [
  whole(recordsOf(figures)),
  `${figures.jobMs / 1_000} s`,
  `${figures.offsetMs} ms`,
  figures.who,
  seconds(timeOf(figures)) + (figures.scale === 1 ? '' : ' (counted up)'),
  times(ratioOf(figures)),
  fixed(requestsOf(figures)),
  percent(refusedOf(figures)),
  ...scoreCells([figures.outcome]),
]
