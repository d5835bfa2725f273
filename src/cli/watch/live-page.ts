import type { OpenJournal } from '../../journal/index.ts'
import { documentOf, factsOf, tableOf } from '../../pages/document.ts'
import { html } from '../../pages/html.ts'
import { courseOf, reportBody } from '../report/page.ts'
import { statusWords } from '../report/page-words.ts'
import { type RunFile, readRunFile, statuses } from '../report/run-file.ts'
import { standingOf } from '../report/standing.ts'
import { counted, spanOf } from '../terminal/figures.ts'

/** The report of a run, and above it where it stands now; the script, which has to have this nonce, keeps both up to date. */
export const livePage = (journal: OpenJournal, now: number, nonce: string): string => {
  const run = readRunFile(journal)
  return documentOf(
    `Run of plan ${run.head.digest.slice(0, 16)}`,
    [
      html`<p class="note screen" id="link" role="status">Told when it was opened, at ${new Date(now).toISOString()}.</p>
<noscript><p class="note">Without script this page shows one moment: load it again.</p></noscript>
<div id="standing">${{ html: standingHtml(run, now) }}</div>
`,
      reportBody(run, run.targets, journal, 'live'),
    ],
    {
      policy: `default-src 'none'; style-src 'unsafe-inline'; img-src data:; script-src 'nonce-${nonce}'; connect-src 'self'; base-uri 'none'; form-action 'none'`,
      head: html`<script nonce="${nonce}">${{ html: script }}</script>
`,
    },
  )
}

/** What `status` shows. */
export const standingHtml = (run: RunFile, now: number): string => {
  const standings = run.targets.map((target) => standingOf(target, now))
  const figure = (text: string) => ({ text, isFigure: true })
  const notes = standings.flatMap(
    ({ name, detail, pause, inFlight, state }): ReadonlyArray<readonly [string, string]> => [
      ...(detail === undefined ? [] : [[name, `${state}: ${detail}`] as const]),
      ...(pause === undefined ? [] : [[name, `waits for another ${spanOf(pause.forMs)}: ${pause.why}`] as const]),
      ...(inFlight.records === 0 ? [] : [[name, `${counted(inFlight.records, 'record')} in flight`] as const]),
    ],
  )
  return html`${tableOf(
    `Where it stands: ${run.head.state}`,
    [
      'Target',
      'State',
      figure('settled'),
      figure('of'),
      ...statuses.map((each) => figure(statusWords[each])),
      figure('requests'),
      figure('records/s'),
      figure('time left'),
    ],
    standings.map((each) => [
      each.name,
      each.state,
      each.settled,
      each.records,
      ...statuses.map((status) => each.totals[status]),
      each.requests,
      each.recordsPerSecond,
      each.leftMs === undefined ? '' : spanOf(each.leftMs),
    ]),
  )}${notes.length === 0 ? undefined : factsOf(notes)}`.html
}

/** The curves and their numbers. */
export const courseHtml = (run: RunFile, journal: OpenJournal): string => html`${courseOf(run.targets, journal)}`.html

/** What it sets comes from this program, escaped there. */
const script = `
addEventListener('DOMContentLoaded',()=>{
const link=document.getElementById('link');
const feed=new EventSource('events');
const put=(id)=>(event)=>{const place=document.getElementById(id);if(place)place.innerHTML=JSON.parse(event.data).html;
link.textContent='Up to date since '+new Date().toISOString().slice(0,19)+'Z.'};
feed.addEventListener('standing',put('standing'));
feed.addEventListener('course',put('live'));
feed.onerror=()=>{link.textContent='Cut off: it is tried again.'};
});`
