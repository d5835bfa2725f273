import type { Status } from '../../index.ts'
import { backupMember } from '../backup/state.ts'
import { isoOf, type ReportRow, type RunFile, type TargetFile } from './run-file.ts'

/** One document, a record a line, written as the journal is read. */
export function* jsonOf(
  { head }: RunFile,
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
): Generator<string> {
  const run = { ...head, ...(statuses === undefined ? {} : { statuses }) }
  yield `{"run":${JSON.stringify(run)},"targets":[`
  for (const [index, target] of targets.entries()) {
    yield `${index === 0 ? '' : ','}\n${JSON.stringify(figuresOf(target)).slice(0, -1)},"outcomes":[`
    let separator = '\n'
    for (const row of target.rows(statuses)) {
      yield separator + JSON.stringify(plain(row))
      separator = ',\n'
    }
    yield '\n]}'
  }
  yield '\n]}\n'
}

/** A line for each record. */
export function* ndjsonOf(
  targets: ReadonlyArray<TargetFile>,
  statuses: ReadonlyArray<Status> | undefined,
): Generator<string> {
  for (const target of targets) {
    for (const row of target.rows(statuses)) yield `${JSON.stringify({ target: target.name, ...plain(row) })}\n`
  }
}

const figuresOf = ({
  name,
  provider,
  place,
  state,
  detail,
  totals,
  duplicates,
  requests,
  journal,
  verifications,
  returned,
}: TargetFile) => ({
  name,
  provider,
  place,
  state,
  ...(detail === undefined ? {} : { detail }),
  totals,
  duplicates,
  requests,
  ...(verifications.length === 0
    ? {}
    : { returned, verifications: verifications.map(({ at, ...each }) => ({ at: isoOf(at), ...each })) }),
  ...backupMember(journal),
})

const plain = ({ outcome, columns, attempts, settledAt, verifiedAt, returned }: ReportRow) => ({
  ...outcome,
  attempts,
  ...(settledAt === undefined ? {} : { settledAt: isoOf(settledAt) }),
  ...(verifiedAt === undefined ? {} : { verifiedAt: isoOf(verifiedAt) }),
  ...(returned === undefined ? {} : { returned }),
  ...(columns === undefined ? {} : { columns }),
})
