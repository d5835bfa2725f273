import type { OpenJournal, Timeline } from '../../journal/index.ts'
import { documentOf, factsOf, figureOf, grouped, section, tableOf } from '../../pages/document.ts'
import { type Html, html } from '../../pages/html.ts'
import { barsOf, curvesOf } from '../../pages/plots.ts'
import { effectWords, evidenceWords, statusWords, verifiedWords } from './page-words.ts'
import { notGone, type RunFile, statuses, type TargetFile } from './run-file.ts'

/** A report for people who would rather look than read: one page, whatever the size of the run. */
export const reportPage = (run: RunFile, targets: ReadonlyArray<TargetFile>, journal: OpenJournal): string =>
  documentOf(`Report of a deletion: plan ${run.head.digest.slice(0, 16)}`, reportBody(run, targets, journal))

/** What is in it; the live page shows the same. */
export const reportBody = (
  run: RunFile,
  targets: ReadonlyArray<TargetFile>,
  journal: OpenJournal,
  liveId = 'course-drawn',
): ReadonlyArray<Html> => [
  headPart(run),
  section('totals', 'What became of the records', [totalsTable(targets), goneTable(targets)]),
  section('course', 'The course of it', html`<div id="${liveId}">${courseOf(targets, journal)}</div>`),
  section('reasons', 'Why records are not gone', reasonsPart(targets)),
  section('verification', 'Read back afterwards', verificationPart(targets)),
  section('remains', 'What remains elsewhere', remainsPart(targets)),
  section('exceptions', 'Records that are not gone', exceptionsPart(targets)),
  html`<div class="sign"><p>Place, date</p><p>Name, role</p><p>Signature</p></div>`,
]

/** The curves of each target, and their numbers. */
export const courseOf = (targets: ReadonlyArray<TargetFile>, journal: OpenJournal): ReadonlyArray<Html> =>
  targets.map((target) => coursePart(target, journal))

const figure = (text: string) => ({ text, isFigure: true })

const headPart = ({ head, plan }: RunFile): Html => {
  const { digest, state, authority, approval, approvals, places, plannedAt, startedAt, endedAt, expunge, from } = head
  return html`${factsOf([
    ['State', state],
    ['Plan', html`<code>${digest}</code>`],
    ['Planned', plannedAt],
    ['Not before', plan.notBefore],
    ['Begun', startedAt],
    ['Ended', endedAt],
    ['Let go by', approval === undefined ? 'nobody yet' : `${approval.by}, ${approval.at}`],
    ['Takes up', from === undefined ? undefined : html`<code>${from.digest}</code>`],
    ['Release', `expunge ${expunge}`],
  ])}
${section('places', 'Where, and by what authority', [
  tableOf(
    'Places',
    ['Target', 'Place', 'Production', 'Key'],
    places.map(({ target, label, production, key }) => [target, label, production, key]),
  ),
  authority === undefined
    ? html`<p class="note">No authority is on record.</p>`
    : factsOf(Object.entries(authority).map(([name, value]) => [name, String(value)] as const)),
  approvals.length === 0
    ? html`<p class="note">Nobody has approved it by name.</p>`
    : tableOf(
        'Approvals',
        ['Name', 'Role', 'When', 'Host', 'Comment'],
        approvals.map(({ by, role, at, host, comment }) => [by, role, at, host, comment]),
      ),
])}`
}

const totalsTable = (targets: ReadonlyArray<TargetFile>): Html => {
  const sum = (pick: (target: TargetFile) => number): number => targets.reduce((all, target) => all + pick(target), 0)
  return tableOf(
    'Records by target and outcome',
    [
      'Target',
      ...statuses.map((status) => figure(statusWords[status] ?? status)),
      figure('records'),
      figure('requests'),
    ],
    [
      ...targets.map(({ name, totals, planned, requests }) => [
        name,
        ...statuses.map((status) => totals[status]),
        planned.records,
        requests,
      ]),
      ...(targets.length < 2
        ? []
        : [
            [
              'All',
              ...statuses.map((status) => sum(({ totals }) => totals[status])),
              sum(({ planned }) => planned.records),
              sum(({ requests }) => requests),
            ],
          ]),
    ],
  )
}

const goneTable = (targets: ReadonlyArray<TargetFile>): Html =>
  tableOf(
    'What kind of gone that is',
    ['Target', 'Kind', figure('records'), 'Known from'],
    targets.flatMap((target) => {
      const kinds = Object.entries(sumsOf(target, ({ effect }) => effect))
      const known = `${target.provider}: ${verifiedWords[target.planned.verified] ?? target.planned.verified}`
      const shown = kinds.length > 0 ? kinds : [[target.planned.effect, 0] as const]
      return shown.map(([kind, records]) => [target.name, effectWords[kind] ?? kind, records, known])
    }),
  )

/** Records by a word of theirs. */
const sumsOf = (
  { counts }: TargetFile,
  pick: (count: TargetFile['counts'][number]) => string | undefined,
): Readonly<Record<string, number>> => {
  const sums: Record<string, number> = {}
  for (const count of counts) {
    const word = pick(count)
    if (word !== undefined) sums[word] = (sums[word] ?? 0) + count.records
  }
  return sums
}

const stretchesShown = 120

const coursePart = (target: TargetFile, journal: OpenJournal): Html => {
  const timeline = journal.timeline(target.name, stretchesShown)
  const evidence = Object.entries(sumsOf(target, ({ evidence }) => evidence)).map(
    ([word, records]) => [evidenceWords[word] ?? word, records] as const,
  )
  return html`<h3>${target.name}</h3>
${figureOf(
  `${target.name}: outcomes over time`,
  curvesOf(`${target.name}: records with an outcome, over time, by outcome`, outcomeCurves(timeline)),
  tableOf(
    `${target.name}: records settled by then`,
    ['Until (UTC)', ...statuses.map((status) => figure(statusWords[status] ?? status))],
    fewer(runningTotals(timeline)).map(({ at, totals }) => [
      shortTime(at),
      ...statuses.map((each) => totals[each] ?? 0),
    ]),
  ),
)}${figureOf(
  `${target.name}: batches sent, and turned back`,
  curvesOf(`${target.name}: batches sent and batches turned back, over time`, [
    { name: 'sent', points: timeline.stretches.map(({ at, sent }) => [at, sent]) },
    { name: 'turned back', points: timeline.stretches.map(({ at, refused }) => [at, refused]) },
  ]),
  tableOf(
    `${target.name}: batches${limitText(target)}`,
    ['Until (UTC)', figure('sent'), figure('turned back')],
    gathered(timeline).map(({ at, sent, refused }) => [shortTime(at), sent, refused]),
  ),
)}${figureOf(
  `${target.name}: how it is known`,
  barsOf(`${target.name}: records that are gone, by evidence`, evidence),
  tableOf(`${target.name}: gone, by evidence`, ['Evidence', figure('records')], evidence),
)}`
}

const limitText = ({ planned }: TargetFile): string => {
  const { concurrency } = planned.pace
  return concurrency === undefined ? '' : `, ${concurrency} at once`
}

const outcomeCurves = (timeline: Timeline) => {
  const totals = runningTotals(timeline)
  return statuses.map((status) => ({
    name: statusWords[status] ?? status,
    points: [[timeline.from, 0] as const, ...totals.map((each) => [each.at, each.totals[status] ?? 0] as const)],
  }))
}

const runningTotals = ({ stretches }: Timeline) => {
  const totals: Record<string, number> = {}
  return stretches.map(({ at, settled }) => {
    for (const [status, records] of Object.entries(settled)) totals[status] = (totals[status] ?? 0) + records
    return { at, totals: { ...totals } }
  })
}

const rowsShown = 12

/** As many of these as a table shows, the last one among them. */
const fewer = <A>(all: ReadonlyArray<A>): ReadonlyArray<A> => {
  const step = Math.max(1, Math.ceil(all.length / rowsShown))
  return all.filter((_, index) => index % step === step - 1 || index === all.length - 1)
}

/** Neighbours taken together, so that a table of a few rows has all of them. */
const gathered = ({ stretches }: Timeline) => {
  const step = Math.max(1, Math.ceil(stretches.length / rowsShown))
  return Array.from({ length: Math.ceil(stretches.length / step) }, (_, row) => {
    const part = stretches.slice(row * step, (row + 1) * step)
    const sum = (pick: (each: (typeof part)[number]) => number): number =>
      part.reduce((all, each) => all + pick(each), 0)
    return { at: part.at(-1)?.at ?? 0, sent: sum(({ sent }) => sent), refused: sum(({ refused }) => refused) }
  })
}

const shortTime = (at: number): string => new Date(at).toISOString().slice(0, 19).replace('T', ' ')

const reasonsPart = (targets: ReadonlyArray<TargetFile>): Html => {
  const all = targets.flatMap(({ name, counts }) =>
    counts
      .filter(({ status }) => notGone.includes(status))
      .map(({ status, why, reason, records }) => ({
        name,
        status,
        said: why ?? reason?.code ?? '',
        words: reason?.message,
        records,
      })),
  )
  const most = all.sort((one, other) => other.records - one.records).slice(0, reasonsShown)
  if (most.length === 0) return html`<p>There is none that is not gone.</p>`
  return figureOf(
    'Reasons',
    barsOf(
      'Records that are not gone, by reason',
      most.slice(0, 12).map(({ said, records }) => [said, records]),
    ),
    tableOf(
      all.length > most.length
        ? `The ${most.length} reasons of the most records, of ${grouped(all.length)}`
        : 'Reasons',
      ['Target', 'Outcome', 'Reason', 'In words', figure('records')],
      most.map(({ name, status, said, words, records }) => [name, statusWords[status], said, cut(words), records]),
    ),
  )
}

const reasonsShown = 40

const verificationPart = (targets: ReadonlyArray<TargetFile>): Html => {
  const rows = targets.flatMap(({ name, journal }) =>
    journal
      .verifications()
      .map(({ at, how, read, gone, present, mostRemaining, cannot }) => [
        name,
        shortTime(at),
        how,
        gone,
        read,
        present,
        mostRemaining ?? cannot ?? '',
      ]),
  )
  return rows.length === 0
    ? html`<p>Nothing was read back after the run: what is said here is what the systems have answered.</p>`
    : tableOf(
        'Readings',
        ['Target', 'When (UTC)', 'How', figure('gone'), figure('read'), figure('there'), 'could remain at most'],
        rows,
      )
}

const remainsPart = (targets: ReadonlyArray<TargetFile>): Html => {
  const rows = targets.flatMap(({ name, planned }) =>
    (planned.remains ?? []).map(({ where, until }) => [name, where, until ?? 'not said']),
  )
  return html`${rows.length === 0 ? undefined : tableOf('What remains', ['Target', 'Where', 'Until'], rows)}
<p class="note">Deletion is through the interface of each system. Backups, copies, exports and other environments are not looked for.</p>`
}

/** Records shown, and bytes of them, at the most: the page opens at once, however large the run. */
const recordsShown = 1_000
const bytesShown = 120_000

const exceptionsPart = (targets: ReadonlyArray<TargetFile>): Html => {
  const left = targets.reduce((sum, { totals }) => sum + notGone.reduce((all, status) => all + totals[status], 0), 0)
  if (left === 0) return html`<p>All records are gone.</p>`
  const rows: Array<ReadonlyArray<string | undefined>> = []
  let bytes = 0
  for (const target of targets) {
    for (const { outcome } of target.rows(notGone)) {
      if (rows.length >= recordsShown || bytes > bytesShown) break
      const reason = 'reason' in outcome ? outcome.reason : undefined
      const why = 'why' in outcome ? [outcome.why, outcome.reference] : []
      const words = [...why, reason?.code, reason?.message].filter((word) => word !== undefined && word !== '')
      const row = [cut(outcome.id), target.name, statusWords[outcome.status], cut(words.join(': '))]
      bytes += row.reduce((sum, cell) => sum + (cell?.length ?? 0) + 12, 30)
      rows.push(row)
    }
  }
  const caption =
    rows.length < left
      ? `${grouped(rows.length)} of ${grouped(left)} records: the others are in the CSV report`
      : `${grouped(left)} records`
  return tableOf(caption, ['Record', 'Target', 'Outcome', 'Why'], rows)
}

const cut = (text: string | undefined): string | undefined =>
  text === undefined || text.length <= 300 ? text : `${text.slice(0, 299)}…`
