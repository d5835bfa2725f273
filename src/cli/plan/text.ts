import { defaults, type ListedRecord } from '../../index.ts'
import { instantsIn } from '../config/select.ts'
import { counted, grouped, spanOf } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { enoughDigits } from './digest.ts'
import type { MadePlan } from './notes.ts'
import { exampleText } from './nothing.ts'
import type { Notice } from './notice.ts'
import type { PlannedTarget, RunPlan } from './run-plan.ts'
import { selectionLines } from './selection-text.ts'
import { runTerms, targetTerms } from './terms-text.ts'

/** What `expunge plan` prints. */
export const planText = (made: MadePlan, path: string): string => {
  const { plan } = made
  const approve = `expunge run ${path} --approve ${plan.digest.slice(0, enoughDigits)}`
  const held = `${recordsText(plan)}, nothing was yet. ${path} holds the plan${untilText(plan)}.`
  return [
    ...wholeText(made, held),
    plan.policy === undefined
      ? `To carry it out: ${approve}\nor, to be asked for the phrase: expunge run ${path}`
      : `To approve it: expunge approve ${path} --by NAME --key KEY\nand then to carry it out: expunge run ${path}`,
  ].join('\n')
}

/** Who, or how. */
interface ApprovedBy {
  readonly by: string
  readonly role?: string
  readonly at: string
}

/** What `expunge show` prints: the same, with how it stands and who has approved it. */
export const shownText = (made: MadePlan, state: string, approvals: ReadonlyArray<ApprovedBy>): string =>
  [
    ...wholeText(made, `${recordsText(made.plan)}${untilText(made.plan)}; ${state}.`),
    ...(approvals.length === 0
      ? ['approved  by nobody yet']
      : approvals.map(
          ({ by, role, at }) => `approved  by ${onOneLine(role === undefined ? by : `${by}, ${role}`)}, ${at}`,
        )),
  ].join('\n')

const wholeText = (made: MadePlan, held: string): ReadonlyArray<string> => {
  const { plan, warnings } = made
  return [
    ...warnings.map((warning) => `warning: ${onOneLine(warning)}`),
    ...(warnings.length > 0 ? [''] : []),
    ...subjectLines(plan),
    ...plan.targets.map((target) => targetText(target, made)),
    ...runTerms(plan).map(([word, text]) => `${word.padEnd(9)} ${text}`),
    held,
    ...conditionLines(plan),
    `digest  ${plan.digest}`,
    `phrase  ${plan.phrase}`,
  ]
}

const recordsText = ({ targets }: RunPlan): string =>
  `${counted(
    targets.reduce((sum, { toSend }) => sum + toSend, 0),
    'record',
  )} to be deleted`

/** Who has to approve it, and when it may be begun. */
const conditionLines = ({ policy, notBefore }: RunPlan): ReadonlyArray<string> => [
  ...(notBefore === undefined ? [] : [`begins  not before ${notBefore}`]),
  ...(policy === undefined
    ? []
    : [
        `policy  ${counted(policy.approvals, 'signature')} of those in ${onOneLine(policy.approvers)}${policy.distinctFromRequester === true ? ', and not of who has asked for it' : ''}`,
      ]),
]

/** Whose records they are. */
const subjectLines = ({ subjects }: RunPlan): ReadonlyArray<string> => {
  if (subjects === undefined) return []
  const { file, key, shared, count, targets } = subjects
  const each = targets.map(
    (target) => `${target.name} has ${counted(target.records, 'record')} of ${grouped(target.subjects)}`,
  )
  const rule = shared === 'last' ? '; a record that several share goes with the last of them' : ''
  return [`${counted(count, 'subject')} by "${onOneLine(key)}" of ${onOneLine(file)}: ${each.join(', ')}${rule}`, '']
}

/** How a plan looks to a program. */
export const planJson = ({ plan, samples, notices, asked, warnings }: MadePlan, path: string) => ({
  ...plan,
  journal: path,
  warnings,
  targets: plan.targets.map((target) => {
    const sample = samples.get(target.name) ?? []
    const titles = sample.map(({ title = null }) => title)
    const selected = target.select === undefined ? {} : { titles, instants: instantsIn(target.select) }
    const { emptyRows = 0, looseEnds = { ids: 0 } } = notices.get(target.name) ?? {}
    return {
      ...target,
      asked: asked.get(target.name)?.said,
      emptyRows,
      looseEnds,
      sample: sample.map(({ id }) => id),
      ...selected,
    }
  }),
})

const untilText = ({ expiresAt }: RunPlan): string =>
  expiresAt === undefined ? '' : `, to be begun until ${expiresAt}`

const targetText = (target: PlannedTarget, { plan, samples, notices, asked }: MadePlan): string => {
  const sample = samples.get(target.name) ?? []
  const { name, place, provider, verified, effect, records, toSend, duplicates, invalid, after } = target
  const left = [
    ...(duplicates > 0 ? [counted(duplicates, 'duplicate')] : []),
    ...(invalid > 0 ? [`${grouped(invalid)} invalid`] : []),
    ...(target.protected > 0 ? [`${grouped(target.protected)} protected`] : []),
    ...((target.held ?? 0) > 0 ? [`${grouped(target.held ?? 0)} held`] : []),
  ]
  const lines: ReadonlyArray<readonly [string, string]> = [
    ['place', `${place.label}${placeNotes[place.production]}`],
    ['provider', `${provider}, known from ${verifiedNotes[verified]}; gone there is: ${effect}`],
    [
      'records',
      `${grouped(toSend)} to be deleted of ${grouped(records)}${left.length > 0 ? `; ${left.join(', ')}` : ''}`,
    ],
    ...protectLines(target),
    ...(plan.holds ?? []).flatMap((hold) =>
      hold.target === name ? [['held', `${onOneLine(hold.reference)}, by ${onOneLine(hold.ids)}`] as const] : [],
    ),
    ...backupLines(target),
    ...noticeLines(target, notices.get(target.name)),
    ...selectionLines(target),
    ...(target.remains ?? []).map(
      ({ where, until }, index) =>
        [index === 0 ? 'remains' : '', `${onOneLine(where)}${until === undefined ? '' : `, until ${until}`}`] as const,
    ),
    ['asked', onOneLine(asked.get(target.name)?.said)],
    ['forecast', forecastText(target)],
    ...targetTerms(target),
    ...(after.length > 0 ? [['after', after.join(', ')] as const] : []),
    ...(target.each ?? []).map(
      ({ target: earlier, needs }) =>
        ['after', `${earlier}, subject by subject${needs === undefined ? '' : `, once it is ${needs} there`}`] as const,
    ),
    ...(target.instructions === undefined ? [] : [['by hand', onOneLine(target.instructions)] as const]),
    ...sample.map((record, index) => [index === 0 ? 'such as' : '', recordText(record)] as const),
  ]
  return [name, ...lines.map(([word, text]) => `  ${word.padEnd(8)}  ${text}`), ''].join('\n')
}

const protectLines = ({ protect, protected: kept }: PlannedTarget): ReadonlyArray<readonly [string, string]> =>
  protect?.entries === undefined
    ? []
    : [
        [
          'protect',
          `${onOneLine(protect.path)}: ${grouped(protect.entries)} ${protect.entries === 1 ? 'entry' : 'entries'}, ${kept === 0 ? 'none' : grouped(kept)} of them among the ids`,
        ],
      ]

const backupLines = ({ backup, backupKey }: PlannedTarget): ReadonlyArray<readonly [string, string]> => {
  if (backup === undefined) return []
  const keys = (backupKey ?? []).map((key) => `${key.slice(0, 12)}…`).join(', ')
  const how = keys === '' ? 'not encrypted' : `encrypted to ${keys}`
  return [['backup', `${onOneLine(backup)}, ${how}; what can't be copied is not deleted`]]
}

const noticeLines = (target: PlannedTarget, notice: Notice | undefined): ReadonlyArray<readonly [string, string]> => {
  if (notice === undefined) return []
  const { emptyRows, looseEnds } = notice
  const { ids, example } = looseEnds
  const begin = ids === 1 ? 'begins or ends' : 'begin or end'
  return [
    ...(emptyRows > 0 ? [['rows', `${counted(emptyRows, 'row')} of separators alone passed over`] as const] : []),
    ...(example !== undefined
      ? [
          [
            'blanks',
            `${counted(ids, 'id')} ${begin} with a blank or an invisible character, such as ${exampleText(target, [example])}`,
          ] as const,
        ]
      : []),
  ]
}

const recordText = ({ id, title }: ListedRecord): string =>
  title === undefined ? onOneLine(id) : `${onOneLine(id)}  ${onOneLine(title)}`

const placeNotes = { yes: ' (production)', no: ' (not production)', unknown: '' } as const

const verifiedNotes = {
  live: 'the live system',
  recorded: 'recorded traffic',
  documentation: 'documentation alone',
} as const

/** Where no rate tells the time, latency does: it is not known before something was sent, so an example has to do. */
const forecastText = ({ batches, requests, seconds, pace }: PlannedTarget): string => {
  const counts = `${batches === 1 ? '1 batch' : `${grouped(batches)} batches`}, ${counted(requests, 'request')}`
  if (seconds > 0) return `${counts}, at least ${spanOf(seconds * 1_000)}`
  const atOnce = typeof pace.concurrency === 'number' ? pace.concurrency : defaults.concurrency
  const ms = Math.ceil(requests / atOnce) * exampleMs
  return requests === 0 ? counts : `${counts}, about ${spanOf(ms)} if each takes ${exampleMs} ms, ${atOnce} at once`
}

/** ms for a request, in the example. */
const exampleMs = 300
