import { documentOf, factsOf, grouped, section, tableOf } from '../../pages/document.ts'
import { type Html, html } from '../../pages/html.ts'
import { barsOf } from '../../pages/plots.ts'
import { effectWords, evidenceWords, statusWords, verifiedWords } from '../report/page-words.ts'
import { statuses } from '../report/run-file.ts'
import type { CertifiedTarget, Destruction } from './statement.ts'

/** A certificate for people: the same facts as the statement, which is what is signed. */
export const certificatePage = (stated: Omit<Destruction, 'files'>): string =>
  documentOf(stated.title, [
    lead(stated),
    whoAndWhy(stated),
    section('totals', 'What became of the records', [
      tableOf(
        'Records by target and outcome',
        ['Target', ...statuses.map((status) => ({ text: statusWords[status], isFigure: true })), figure('records')],
        [
          ...stated.targets.map(({ name, totals, records }) => [
            name,
            ...statuses.map((each) => totals[each]),
            records,
          ]),
          ['All', ...statuses.map((each) => stated.totals[each]), stated.outcomes.records],
        ],
      ),
      barsOf(
        'Records by outcome',
        statuses.map((each) => [statusWords[each], stated.totals[each]]),
      ) ?? html``,
    ]),
    stated.targets.map(targetPart),
    section(
      'limits',
      'What this does not say',
      html`<ul>${stated.limits.map((limit) => html`<li>${limit}</li>\n`)}</ul>`,
    ),
    proof(stated),
    html`<div class="sign"><p>Place, date</p><p>Name, role</p><p>Signature</p></div>`,
  ])

const figure = (text: string) => ({ text, isFigure: true })

const lead = ({ issuer, serial, issuedAt, run, totals, outcomes }: Omit<Destruction, 'files'>): Html => html`<p>${
  issuer.organisation
}${issuer.system === undefined ? '' : `, ${issuer.system},`} states: of ${grouped(outcomes.records)} records, ${grouped(
  totals.deleted + totals.absent,
)} are gone. ${totals.unconfirmed > 0 ? `Of ${grouped(totals.unconfirmed)} it can not be told.` : ''}</p>
${factsOf([
  ['Serial', html`<code>${serial}</code>`],
  ['Issued', issuedAt],
  ['Issuer', issuer.organisation],
  ['System', issuer.system],
  ['Log', html`<code>${issuer.origin}</code>`],
  ['Plan', html`<code>${run.digest}</code>`],
  ['Planned', run.plannedAt],
  ['Begun', run.startedAt],
  ['Ended', run.endedAt],
])}`

const whoAndWhy = ({ authority, approval, approvals }: Omit<Destruction, 'files'>): Html =>
  section('authority', 'By what authority', [
    factsOf([
      ...Object.entries(authority ?? {}).map(([name, value]) => [name, String(value)] as const),
      ['Let go by', approval === undefined ? undefined : `${approval.by}, ${approval.at}`],
    ]),
    approvals.length === 0
      ? html`<p class="note">Nobody has approved it by name.</p>`
      : tableOf(
          'Who has approved it',
          ['Name', 'Role', 'When', 'Signed with'],
          approvals.map(({ by, role, at, key }) => [by, role, at, key ?? 'not signed']),
        ),
  ])

const targetPart = (target: CertifiedTarget, index: number): Html => {
  const { name, place, method, deletions, verification, remains, gone, evidence, exceptions } = target
  const rows = (counts: Readonly<Record<string, number>>, words: Readonly<Record<string, string>>) =>
    Object.entries(counts).map(([word, records]) => [words[word] ?? word, records])
  return section(`target-${index}`, `Target ${name}`, [
    factsOf([
      ['Place', place.label],
      ['Key of the place', html`<code>${place.key}</code>`],
      ['Account', place.account],
      ['Production', place.production],
      ['Method', `${method.provider}, known from ${verifiedWords[method.verified] ?? method.verified}`],
      ['Promised there', effectWords[method.effect] ?? method.effect],
      ['Records', grouped(target.records)],
      ['First deletion', deletions?.first],
      ['Last deletion', deletions?.last],
      ['Verified', verification.length === 0 ? 'not read back afterwards' : undefined],
    ]),
    Object.keys(gone).length === 0
      ? undefined
      : tableOf(`${name}: gone, by kind`, ['Kind', figure('records')], rows(gone, effectWords)),
    Object.keys(evidence).length === 0
      ? undefined
      : tableOf(`${name}: how it is known`, ['Evidence', figure('records')], rows(evidence, evidenceWords)),
    Object.keys(exceptions).length === 0
      ? html`<p>No exceptions.</p>`
      : tableOf(`${name}: not gone, by reason`, ['Reason', figure('records')], rows(exceptions, {})),
    verification.length === 0
      ? undefined
      : tableOf(
          `${name}: read back afterwards`,
          ['When', 'How', figure('gone'), figure('read')],
          verification.map((each) => [each.at, each.how, each.gone, each.read]),
        ),
    remains.length === 0
      ? undefined
      : tableOf(
          `${name}: what remains elsewhere`,
          ['Where', 'Until'],
          remains.map(({ where, until }) => [where, until ?? 'not said']),
        ),
  ])
}

const proof = ({ outcomes, signers, log, pseudonymKey }: Omit<Destruction, 'files'>): Html =>
  section('proof', 'How to check it', [
    html`<p>The files beside this page prove it: <code>VERIFY.md</code> says how to check them without the program that made them. One
record is proven by <code>expunge prove</code> with the key of the pseudonyms; nobody else can tell which line is whose.</p>`,
    factsOf([
      ['Root of the outcomes', html`<code>${outcomes.root}</code>`],
      ['Key of the log', html`<code>${log.vkey}</code>`],
      ...signers.map(({ keyid, algorithm }) => ['Signed by', html`<code>${keyid}</code> (${algorithm})`] as const),
      ['SHA-256 of the key of the pseudonyms', html`<code>${pseudonymKey.sha256}</code>`],
    ]),
  ])
