import { mulberry32 } from '../tests/support/random.ts'
import { type Played, playLimit, type Who, whos } from './limit-plays.ts'
import { allHints, type Hints, kindsOf, type Play, timed } from './limits.ts'
import { type Section, target } from './section.ts'
import { fixed, median, percent } from './table.ts'

export interface Work {
  readonly name: string
  readonly count: number
  readonly jobMs: number | undefined
  readonly jitter?: number
}

export const works: ReadonlyArray<Work & { readonly full?: true }> = [
  { name: '600 requests', count: 600, jobMs: undefined },
  { name: '100 jobs of 3 s', count: 100, jobMs: 3_000 },
  { name: '6,000 requests', count: 6_000, jobMs: undefined, full: true },
  { name: '100 jobs of 0.3 s', count: 100, jobMs: 300, full: true },
  { name: '100 jobs of 30 s', count: 100, jobMs: 30_000, full: true },
  { name: '1,000 jobs of 0.3 s', count: 1_000, jobMs: 300, full: true },
  { name: '1,000 jobs of 3 s', count: 1_000, jobMs: 3_000, full: true },
  { name: '1,000 jobs of 30 s', count: 1_000, jobMs: 30_000, full: true },
]

/** Documented limits as nobody would choose them, and where in a window a run begins; the same each time. */
export const draws = (count: number): ReadonlyArray<{ requests: number; perMs: number; burst: number; at: number }> => {
  const random = mulberry32(15)
  return Array.from({ length: count }, (_, index) => {
    const requests = 20 + Math.floor(random() * 80)
    const perMs = 2_000 + Math.floor(random() * 80) * 100
    return { requests, perMs, burst: 5 + Math.floor(random() * (requests - 10)), at: (index + random()) / count }
  })
}

export interface Cell {
  readonly kind: string
  readonly hints: Hints
  readonly work: string
  readonly ours: ReadonlyArray<Played & { readonly allowedMs: number; readonly allowedRefusals: number }>
  readonly others: ReadonlyMap<Who, ReadonlyArray<Played>>
}

const latencyMs = 20
const inFlight = 10
/** Burst after burst leaves so many round trips, which no bound knows of. */
const roundTripsMs = 10 * latencyMs

/** What the time may come to, and how many may be refused: what can be known costs a refusal to learn. */
const allowed = (play: Play, bestMs: number) => {
  const windowMs = Math.max(play.limit.perMs, ...timed(play.limit.rate).map(({ perMs }) => perMs))
  const requests = play.count * (play.jobMs === undefined ? 1 : 2)
  const probes = Math.max(0, Math.floor(requests / 100) - 5)
  return {
    allowedMs: 1.01 * bestMs + windowMs / (1 + probes) + roundTripsMs,
    allowedRefusals: requests < 500 ? 6 : requests / 100,
  }
}

export const playCell = async (kind: number, hints: Hints, work: Work, phases: number, beside: boolean) => {
  const ours: Array<Cell['ours'][number]> = []
  const others = new Map<Who, Played[]>()
  let name = ''
  for (const { requests, perMs, burst, at } of draws(phases)) {
    const limit = kindsOf(requests, perMs, burst)[kind]
    if (limit === undefined) throw new RangeError(`no kind ${kind}`)
    name = limit.kind.replace(/\d+/, String(burst) === /\d+/.exec(limit.kind)?.[0] ? 'small' : 'large')
    const play: Play = { limit, offsetMs: Math.round(at * perMs), latencyMs, inFlight, ...work }
    const played = await playLimit('expunge', play, hints)
    ours.push({ ...played, ...allowed(play, played.bestMs) })
    // All at once is a storm that takes minutes to play for thousands.
    const contestants = whos.filter(
      (who) => who !== 'expunge' && beside && !(who.endsWith('client') && work.count > 600),
    )
    for (const who of contestants) others.set(who, [...(others.get(who) ?? []), await playLimit(who, play, hints)])
  }
  return { kind: name, hints, work: work.name, ours, others }
}

const ratios = (plays: ReadonlyArray<Played>) => plays.map(({ ratio }) => ratio)
const refusedShare = (plays: ReadonlyArray<Played>) =>
  Math.max(...plays.map(({ refused, requests }) => refused / requests))
export const isMet = ({ ours }: Cell): boolean =>
  ours.every((one) => one.ms <= one.allowedMs && one.refused <= one.allowedRefusals)

const row = (cell: Cell): ReadonlyArray<string> => {
  const polite = [...cell.others].filter(([, plays]) => refusedShare(plays) <= 0.01)
  const best = polite.toSorted(([, one], [, other]) => median(ratios(one)) - median(ratios(other)))[0]
  return [
    cell.kind,
    cell.hints,
    cell.work,
    fixed(median(ratios(cell.ours)), 3),
    fixed(Math.max(...ratios(cell.ours)), 3),
    String(Math.max(...cell.ours.map(({ refused }) => refused))),
    isMet(cell) ? 'met' : '**missed**',
    ...whos.slice(1).map((who) => besides(cell.others.get(who))),
    best === undefined ? '–' : median(ratios(best[1])) < median(ratios(cell.ours)) - 0.0005 ? `**${best[0]}**` : 'yes',
  ]
}

const besides = (plays: ReadonlyArray<Played> | undefined): string =>
  plays === undefined ? '–' : `${fixed(median(ratios(plays)), 2)}, ${percent(refusedShare(plays), 0)}`

/** Every kind of limit with every hint, in virtual time. */
export const limitSection = async (full: boolean, say: (progress: string) => void): Promise<Section> => {
  const cells: Cell[] = []
  const chosen = works.filter((work) => full || work.full !== true)
  for (let kind = 0; kind < kindsOf(10, 1_000, 5).length; kind++)
    for (const hints of allHints)
      for (const work of chosen) {
        const cell = await playCell(kind, hints, work, full ? 10 : 3, true)
        cells.push(cell)
        say(row(cell).join(' | '))
      }
  const met = cells.filter(isMet).length
  const medians = cells.filter(({ ours }) => median(ratios(ours)) <= 1.03).length
  return {
    tables: [
      {
        head: [
          'kind',
          'hints',
          'work',
          'median',
          'worst',
          'refused, worst',
          '',
          ...whos.slice(1).map((who) => `${who}: median, refused`),
          'fastest of those with 1 % refused at most',
        ],
        rows: cells.map(row),
      },
    ],
    targets: [
      target('cells within the bound, each phase', `all ${cells.length}`, String(met), met === cells.length),
      target('cells with a median of at most 1.03', `all ${cells.length}`, String(medians), medians === cells.length),
    ],
  }
}
