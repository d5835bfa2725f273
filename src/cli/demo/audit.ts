import type { Emulator } from '../../emulators/index.ts'
import { presence, type RecordOutcome, type Report } from '../../index.ts'

/** What a report is held against. */
export interface Evidence {
  /** What was handed in. */
  readonly ids: ReadonlyArray<string>
  readonly report: Report
  /** What the system really did: its records, and what each call of ours changed. */
  readonly system: Pick<Emulator, 'existing' | 'calls'>
  /** The provider's; the ids of `existing()` are identities. */
  readonly identityOf?: ((id: string) => string) | undefined
  /** Records that were not handed in, and so have to be there. */
  readonly bystanders?: ReadonlyArray<string>
}

/** Two statements that don't agree. */
export interface Difference {
  /** A record, or what else it is about. */
  readonly about: string
  readonly reported: string
  readonly really: string
}

export interface Audit {
  /** Records whose presence was compared: gone or there. */
  readonly compared: number
  /** Records for which it was compared, too, whether a call of ours deleted them. */
  readonly attributed: number
  /** Records of which the report claims nothing. */
  readonly unconfirmed: number
  readonly differences: ReadonlyArray<Difference>
}

/** Holds a report of a run against the ledger of the emulator that it ran on, record by record. */
export const audit = (evidence: Evidence): Audit => {
  const { ids, report, system, identityOf = itself, bystanders = [] } = evidence
  const handedIn = new Set(ids.map(identityOf))
  const applied = new Set(system.calls.flatMap((call) => call.applied.map(identityOf)))
  const existing = system.existing()
  const reported = new Set(report.outcomes.map(({ id }) => identityOf(id)))
  const differences = [
    ...report.outcomes.flatMap((outcome) => {
      const identity = identityOf(outcome.id)
      const exists = existing.has(identity)
      const really = contradiction(outcome, { exists, ours: applied.has(identity) })
      return really === undefined ? [] : [{ about: outcome.id, reported: wordsOf(outcome), really }]
    }),
    ...missingFrom(reported, handedIn, 'no outcome', 'it was handed in'),
    ...missingFrom(handedIn, reported, 'an outcome', 'it was never handed in'),
    ...missingFrom(handedIn, applied, 'nothing', 'a call of ours deleted it, and it was never handed in'),
    ...missingFrom(existing, bystanders.map(identityOf), 'nothing', 'it was not handed in, and it is gone'),
    ...figureDifferences(handedIn.size, evidence),
  ]
  const claims = report.outcomes.filter((outcome) => presence(outcome) !== 'unknown')
  return {
    compared: claims.length,
    attributed: claims.filter(saysWho).length,
    unconfirmed: report.outcomes.length - claims.length,
    differences,
  }
}

const itself = (id: string): string => id

/** Every outcome says who did it, but for one: deleted, and known by reading back. */
const saysWho = (outcome: RecordOutcome): boolean => outcome.status !== 'deleted' || outcome.evidence !== 'read-back'

/** What is true of the record and does not agree with its outcome. */
const contradiction = (
  outcome: RecordOutcome,
  { exists, ours }: { readonly exists: boolean; readonly ours: boolean },
): string | undefined => {
  const said = presence(outcome)
  if (said === 'unknown') return undefined
  if (said === 'gone' && exists) return 'it is still there'
  if (said === 'present' && !exists) return ours ? 'it is gone, and a call of ours deleted it' : 'it is not there'
  if (!saysWho(outcome)) return undefined
  if (outcome.status === 'deleted') return ours ? undefined : 'it is gone, but no call of ours deleted it'
  return ours ? 'a call of ours deleted it' : undefined
}

const wordsOf = (outcome: RecordOutcome): string =>
  'evidence' in outcome ? `${outcome.status}, known by ${outcome.evidence}` : outcome.status

const missingFrom = (
  held: ReadonlySet<string>,
  wanted: Iterable<string>,
  reported: string,
  really: string,
): ReadonlyArray<Difference> =>
  [...wanted].filter((identity) => !held.has(identity)).map((about) => ({ about, reported, really }))

/** A report is wrong, too, when its figures don't add up, or leave out a request. */
const figureDifferences = (distinct: number, { ids, report, system }: Evidence): ReadonlyArray<Difference> => {
  const { totals, outcomes, duplicates, requests } = report
  const figures: ReadonlyArray<readonly [about: string, reported: number, really: number]> = [
    ['records', outcomes.length, distinct],
    ['duplicates', duplicates, ids.length - distinct],
    ['requests', requests, system.calls.length],
    ...(Object.keys(totals) as ReadonlyArray<keyof typeof totals>).map(
      (status) => [status, totals[status], outcomes.filter((outcome) => outcome.status === status).length] as const,
    ),
  ]
  return figures
    .filter(([, reported, really]) => reported !== really)
    .map(([about, reported, really]) => ({ about, reported: String(reported), really: String(really) }))
}
