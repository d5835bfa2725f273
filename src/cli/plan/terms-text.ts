import { defaults } from '../../index.ts'
import { isObject } from '../config/checks.ts'
import { referenceIn } from '../config/secrets.ts'
import { counted, grouped, percent, spanOf } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import type { PlannedTarget, RunPlan } from './run-plan.ts'

type Line = readonly [word: string, text: string]

/** What the run as a whole is held to, and why it may be. */
export const runTerms = ({
  guards,
  authority,
  rate,
  from,
  config,
  expunge,
  plannedAt,
}: RunPlan): ReadonlyArray<Line> => {
  const { maxRecords, canary, halt } = guards
  const kept = [
    ...(maxRecords === undefined ? [] : [`${grouped(maxRecords)} records at most`]),
    ...(canary === undefined || canary === 0 ? [] : [`${grouped(canary)} of each target first`]),
    ...(halt === undefined ? [] : [haltText(halt)]),
  ]
  const reasons = Object.entries(authority ?? {}).map(([name, reason]) => `${name}: ${String(reason)}`)
  return [
    ['guards', kept.length === 0 ? 'none' : kept.join('; ')],
    ...(reasons.length === 0 ? [] : [['authority', onOneLine(reasons.join('; '))] as const]),
    ['rate', rateText(rate)],
    ...(from === undefined ? [] : [['takes up', onOneLine(from.path)] as const]),
    ['made', `${plannedAt}, by expunge ${expunge}, of ${onOneLine(config)}`],
  ]
}

const haltText = ({
  rejectedShare,
  absentShare,
  after = defaults.haltAfter,
}: NonNullable<RunPlan['guards']['halt']>) => {
  const shares = [
    ...(rejectedShare === undefined ? [] : [`over ${percent(rejectedShare)} rejected`]),
    ...(absentShare === undefined ? [] : [`over ${percent(absentShare)} gone before`]),
  ]
  return `halts with ${shares.join(' or ') || 'no share given'}, once ${counted(after, 'record')} have an outcome`
}

const rateText = (rate: RunPlan['rate']): string => {
  const share = `${percent(rate?.share ?? defaults.rateShare)} of what each system allows`
  const most = rate?.requestsPerSecond
  return most === undefined ? share : `${share}, and ${most} requests a second at most`
}

/** How a target is gone about, and what else it was planned with. Secrets are references. */
export const targetTerms = (target: PlannedTarget): ReadonlyArray<Line> => {
  const { pace, options, http, require, expect, maxRecords, adapter, production } = target
  const {
    concurrency = defaults.concurrency,
    batchSize,
    attempts,
    callTimeoutMs,
    maxWaitMs,
    jobDeadlineMs,
    verify,
  } = pace
  const paces = [
    concurrency === 'adaptive' ? 'as many requests at once as it bears' : `${counted(concurrency, 'request')} at once`,
    ...(batchSize === undefined ? [] : [`${counted(batchSize, 'record')} a batch`]),
    ...(attempts === undefined ? [] : [counted(attempts, 'attempt')]),
    ...(callTimeoutMs === undefined ? [] : [`${spanOf(callTimeoutMs)} for each`]),
    ...(maxWaitMs === undefined ? [] : [`waits ${spanOf(maxWaitMs)} at most`]),
    ...(jobDeadlineMs === undefined ? [] : [`jobs ${spanOf(jobDeadlineMs)} at most`]),
    ...(verify === undefined ? [] : [`reads back: ${verify}`]),
  ]
  const demands = [
    ...(require === undefined ? [] : [`gone has to be ${require}`]),
    ...(production ? ['production is meant'] : []),
    ...(maxRecords === undefined ? [] : [`${grouped(maxRecords)} records at most`]),
    ...(expect === undefined ? [] : [`expected: ${JSON.stringify(expect)}`]),
  ]
  return [
    ['options', onOneLine([...Object.entries(options), ...Object.entries(http ?? {})].map(optionText).join(', '))],
    ['pace', paces.join(', ')],
    ...(demands.length === 0 ? [] : [['demands', demands.join('; ')] as const]),
    ...(adapter === undefined ? [] : [['adapter', `${adapter}: its code`] as const]),
  ]
}

const optionText = ([name, value]: readonly [string, unknown]): string => `${name} ${valueText(value)}`

const valueText = (value: unknown): string => {
  const reference = referenceIn(value)
  if (reference !== undefined) {
    if ('env' in reference) return `from the environment (${reference.env})`
    if ('file' in reference) return `from ${reference.file}`
    return 'command' in reference ? `from ${reference.command[0]}` : 'as written in the configuration'
  }
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`
  if (isObject(value)) return `{ ${Object.entries(value).map(optionText).join(', ')} }`
  return typeof value === 'string' ? value : JSON.stringify(value)
}
