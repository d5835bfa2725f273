import type { Totals } from '../../index.ts'
import type { RunPlan } from '../plan/run-plan.ts'
import { exitCodes, isOpen, type StopReason } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/figures.ts'
import { type Column, goneIs, type Outcomes, outcomeColumns, tableOf } from '../terminal/table.ts'
import type { TargetResult } from './execute.ts'

/** What a run prints at its end. */
export const resultText = (
  plan: RunPlan,
  results: ReadonlyArray<TargetResult>,
  path: string,
  exitCode: number,
  width: number,
  copies: ReadonlyArray<string> = [],
): string => {
  const rows = results.map((result) => {
    const effect = plan.targets.find(({ name }) => name === result.name)?.effect
    return { ...result, totals: allOf(result), effect }
  })
  const details = results.flatMap(({ name, detail }) => (detail === undefined ? [] : [`${name}: ${detail}`]))
  const accepted = results.reduce((sum, result) => sum + (result.accepted ?? 0), 0)
  return [
    ...tableOf(columns, rows, width),
    ...details,
    ...copies,
    nextOf(exitCode, path, results.some(isOpen), accepted),
  ].join('\n')
}

const columns: ReadonlyArray<
  Column<Outcomes & Pick<TargetResult, 'name' | 'state'> & { readonly effect: string | undefined }>
> = [
  ['Target', 'left', ({ name }) => name],
  ['state', 'left', ({ state }) => state],
  ...outcomeColumns,
  goneIs(({ effect }) => [effect]),
]

/** What has no outcome yet is untouched, but for what is in flight: that is unconfirmed. */
const allOf = ({ settled, records, inFlight }: TargetResult): Totals => {
  const sum = Object.values(settled).reduce((total, count) => total + count, inFlight)
  return { ...settled, untouched: settled.untouched + records - sum, unconfirmed: settled.unconfirmed + inFlight }
}

const nextOf = (exitCode: number, path: string, someAreOpen: boolean, accepted: number): string => {
  switch (exitCode) {
    case exitCodes.allGone:
      return accepted === 0 ? 'All gone.' : `All gone, but for ${counted(accepted, 'protected record')}.`
    case exitCodes.notGone:
      return `Not all is gone. What, and why: expunge report ${path} --status rejected,untouched\nTo try again: expunge ${someAreOpen ? 'resume' : 'retry'} ${path}`
    case exitCodes.unconfirmed:
      return `Of some it can't be told whether they are gone: expunge report ${path} --status unconfirmed${someAreOpen ? `\nTo go on, and to read back what is in flight: expunge resume ${path}` : ''}`
    case exitCodes.system:
      return `The journal failed. When its cause is mended: expunge resume ${path}`
    case exitCodes.halted:
      return `It halted. When the cause is mended: expunge resume ${path}`
    default:
      return `Stopped, and saved. To go on: expunge resume ${path}`
  }
}

/** How a result looks to a program. */
export const resultJson = (
  plan: RunPlan,
  results: ReadonlyArray<TargetResult>,
  path: string,
  exitCode: number,
  state: string,
  stopped: StopReason | undefined,
  copyOf: (target: string) => object = () => ({}),
) => ({
  run: {
    digest: plan.digest,
    state,
    exitCode,
    ...(stopped !== undefined && { stopped }),
    journal: path,
    places: plan.targets.map(({ name, place }) => ({ target: name, ...place })),
  },
  targets: results.map((result) => {
    const planned = plan.targets.find(({ name }) => name === result.name)
    return {
      name: result.name,
      provider: planned?.provider,
      place: planned?.place,
      state: result.state,
      ...(result.detail !== undefined && { detail: result.detail }),
      effect: planned?.effect,
      totals: allOf(result),
      duplicates: planned?.duplicates,
      requests: result.requests,
      ...copyOf(result.name),
    }
  }),
})
