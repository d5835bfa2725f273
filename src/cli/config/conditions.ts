import { dateForms, instantOf } from '../../http-provider.ts'
import { flagAt, listOf, membersOf, present, type Spot, textAt, wholeAt, wordAt } from './checks.ts'
import { type IdFormat, idFormats } from './select.ts'

/** Who has to approve a plan before it is carried out. */
export interface Policy {
  /** How many valid signatures, by distinct keys. */
  readonly approvals: number
  /** A file in OpenSSH's format of allowed signers, as written. */
  readonly approvers: string
  /** Who asked for the deletion is none of those who approve it. */
  readonly distinctFromRequester?: boolean
}

/** Records of a target that may not be deleted for now, and by whose word. */
export interface Hold {
  readonly target: string
  /** A file of ids, as written: it is read again when it changes. */
  readonly ids: string
  readonly format?: IdFormat
  readonly column?: string
  readonly reference: string
}

/** What a deletion does not reach. */
export interface Remains {
  readonly where: string
  /** A date: `2027-05-28`; left out where it is not known. */
  readonly until?: string
}

export const remainsAt = (spot: Spot): ReadonlyArray<Remains> =>
  listOf(spot).map((each) => {
    const { where, until } = membersOf(each, ['where', 'until'])
    if (where === undefined) each.inner('where', undefined).fail('is missing: such as "backups"')
    const date = textAt(until)
    if (date !== undefined && instantOf(date) === undefined) until?.fail(`must be ${dateForms}`)
    return { where: textAt(where) ?? '', ...present({ until: date }) }
  })

export const policyAt = (spot: Spot): Policy => {
  const { approvals, approvers, distinctFromRequester } = membersOf(spot, [
    'approvals',
    'approvers',
    'distinctFromRequester',
  ])
  if (approvals === undefined) spot.inner('approvals', undefined).fail('is missing: how many have to approve')
  if (approvers === undefined)
    spot.inner('approvers', undefined).fail('is missing: a file of those who may, and their keys')
  return {
    approvals: wholeAt(approvals, 1) ?? 1,
    approvers: textAt(approvers) ?? '',
    ...present({ distinctFromRequester: flagAt(distinctFromRequester) }),
  }
}

export const holdsAt = (spot: Spot, targets: ReadonlyArray<{ readonly name: string }>): ReadonlyArray<Hold> =>
  listOf(spot).map((each) => {
    const { target, ids, format, column, reference } = membersOf(each, [
      'target',
      'ids',
      'format',
      'column',
      'reference',
    ])
    const needed = (name: string, member: Spot | undefined): string => {
      if (member === undefined) each.inner(name, undefined).fail('is missing')
      return textAt(member) ?? ''
    }
    const name = needed('target', target)
    if (name !== '' && !targets.some((known) => known.name === name)) target?.fail(`there is no target "${name}"`)
    if (ids?.value === '-') ids.fail('must be a file: it is read again while the run goes on')
    return {
      target: name,
      ids: needed('ids', ids),
      reference: needed('reference', reference),
      ...present({ format: wordAt(format, idFormats), column: textAt(column) }),
    }
  })

/** A date that is in the calendar, in ISO 8601, UTC. */
export const instantTextAt = (spot: Spot | undefined): string | undefined => {
  const text = textAt(spot)
  if (text === undefined) return undefined
  const instant = instantOf(text)
  return instant === undefined ? spot?.fail(`must be ${dateForms}`) : new Date(instant).toISOString()
}
