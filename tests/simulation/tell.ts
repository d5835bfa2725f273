import { judge, shrinkSeed } from './judge.ts'
import type { Story } from './play.ts'
import type { Fault, Scenario } from './scenario.ts'
import { startMs } from './world.ts'

/** The story of one run, for people: what was set up, what was called, what came of it. */
export const tell = (story: Story, complaints: ReadonlyArray<string>): string =>
  [
    ...setting(story.scenario),
    '',
    'what happened',
    ...happenings(story),
    '',
    'outcomes',
    ...story.outcomes.map((outcome) => `  ${truthOf(story, outcome.id).padEnd(34)} ${JSON.stringify(outcome)}`),
    ...(story.summary ? ['', `report: ${JSON.stringify({ ...story.summary })}`] : []),
    ...(story.error === undefined ? [] : ['', `it threw: ${String(story.error)}`]),
    '',
    complaints.length === 0 ? 'the oracle is content' : 'the oracle complains',
    ...complaints.map((complaint) => `  ${complaint}`),
  ].join('\n')

const setting = ({
  seed,
  family,
  traits,
  records,
  handed,
  source,
  options,
  faults,
  abort,
  legs,
}: Scenario): string[] => [
  `seed ${seed} · ${family}`,
  `  traits   ${plain(traits)}`,
  `  options  ${plain(options)}`,
  `  source   ${plain(source)}`,
  `  records  ${records.map(plain).join('\n           ')}`,
  `  handed   ${handed.map((id) => JSON.stringify(id !== null && id.length > 40 ? `${id.slice(0, 40)}…` : id)).join(' ')}`,
  ...(abort ? [`  abort    ${plain(abort)}`] : []),
  ...(legs ?? []).map((leg) => `  leg      ${plain(leg)}`),
  ...faults.map((fault) => `  fault    ${describeFault(fault)}`),
]

export const describeFault = ({ on, nth, times, kind, ms, hint, part }: Fault): string =>
  `${on} call ${nth}${times > 1 ? `–${nth + times - 1}` : ''}: ${kind} (${ms} ms, ${hint}, part ${part})`

const happenings = ({ world }: Story): string[] => {
  const startedAt = startMs
  const at = (time: number | undefined) => (time === undefined ? '–' : `${time - startedAt}`)
  const calls = world.calls.map((call) => {
    const cut = call.cutAt === undefined ? '' : ` cut at ${at(call.cutAt)}`
    const how = call.fault ? ` [${call.fault.kind}]` : ''
    const text = `${at(call.startedAt)}–${at(call.endedAt)} ms  call ${call.number}: ${call.what} ${call.ids.join(' ')} → ${call.status ?? 'no answer'}${how}${cut}`
    return { at: call.startedAt, text }
  })
  const events = world.events.map(({ at: time, ...event }) => ({
    at: time,
    text: `${at(time)} ms    ${JSON.stringify(event)}`,
  }))
  const said = world.statements.map((statement) => ({
    at: statement.at,
    text: `${at(statement.at)} ms    heard: ${statement.identity} ${statement.says} (${statement.via}) ${statement.code ?? ''}`,
  }))
  return [...calls, ...events, ...said].sort((one, other) => one.at - other.at).map(({ text }) => `  ${text}`)
}

const truthOf = ({ world }: Story, id: string): string => {
  const truth = world.truths.get(world.identityOf(id))
  if (truth === undefined) return 'never a record'
  const { fact, exists, removals, history } = truth
  const words = [exists ? 'THERE' : fact.there ? 'gone' : 'never there']
  if (removals.length > 0) words.push(`deleted by us at ${removals.map((at) => at - startMs).join(' and ')}`)
  else if (history.length > 1) words.push(`changed by others at ${history.slice(1).map(({ at }) => at - startMs)}`)
  return words.join(', ')
}

const plain = (value: object): string =>
  Object.entries(value)
    .map(([key, each]) => `${key} ${typeof each === 'object' ? JSON.stringify(each) : String(each)}`)
    .join(' · ')

/** A failing seed: what the oracle says, how to see it again, and the small scenario that still fails. */
export const tellFailure = async (seed: number, complaints: ReadonlyArray<string>): Promise<string> => {
  const fatal = complaints.some((complaint) => /^(?:hang: the engine never|crash: )/.test(complaint))
  const lines = [
    `seed ${seed} fails: ${complaints[0]}${complaints.length > 1 ? ` (and ${complaints.length - 1} more)` : ''}`,
    `  see it again: npm run simulate -- --seed ${seed}`,
  ]
  if (fatal) return lines.join('\n')
  const { story } = await shrinkSeed(seed, { ...(await judge(seed)), complaints })
  return [...lines, ...setting(story.scenario).map((line) => `  ${line}`)].join('\n')
}
