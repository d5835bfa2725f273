/**
 * The room `config`: turns `cleanup.json` into a checked `Config`, and decides what of it may go on record. Every problem is
 * told with its line. A secret stays a reference; `secrets.ts` says what one is, and gets it when it is asked for.
 * May import: `terminal`. Begin with `readConfig`, then read `target.ts` and `checks.ts`.
 */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { CommandError } from '../terminal/command-error.ts'
import {
  anyMembersOf,
  checked,
  durationAt,
  listOf,
  membersOf,
  present,
  type Spot,
  shareAt,
  textAt,
  wholeAt,
} from './checks.ts'
import { type Hold, holdsAt, instantTextAt, type Policy, policyAt } from './conditions.ts'
import { type Hours, hoursAt } from './hours.ts'
import type { SecretOptions } from './kept-options.ts'
import { isSecretName } from './secrets.ts'
import { type SubjectsConfig, subjectsAt } from './subjects.ts'
import { type TargetConfig, targetAt } from './target.ts'
import { type Json, type Path, parseConfigText } from './text.ts'

/** `cleanup.json`, read and checked; secrets are still references. */
export interface Config {
  /** Absolute. */
  readonly path: string
  /** Paths in it are relative to that. */
  readonly folder: string
  readonly targets: ReadonlyArray<TargetConfig>
  readonly authority?: { readonly [name: string]: Json }
  readonly guards: Guards
  readonly rate?: Rate
  readonly hours?: Hours
  readonly planExpiryMs?: number
  readonly policy?: Policy
  readonly holds?: ReadonlyArray<Hold>
  /** ISO 8601, UTC. */
  readonly notBefore?: string
  readonly subjects?: SubjectsConfig
  /** `cleanup.json:5:12 targets[1].ids`, for problems that show later. */
  readonly spot: (path: Path) => string
}

/** What halts a run, or keeps it from being planned. */
export interface Guards {
  readonly maxRecords?: number
  readonly canary?: number
  readonly halt?: { readonly rejectedShare?: number; readonly absentShare?: number; readonly after?: number }
}

/** How fast requests may be sent. */
export interface Rate {
  readonly share?: number
  readonly requestsPerSecond?: number
}

/** Reads a configuration; throws a `CommandError` with a line for each problem, which points at its place. */
export const readConfig = (given: string, secretOptions: SecretOptions): Config => {
  const path = resolve(given)
  const text = parseConfigText(readText(path, given), given)
  const config = checked(text, (root) => configAt(root, secretOptions))
  return { path, folder: dirname(path), ...config, spot: text.spot }
}

const readText = (path: string, given: string): string => {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path))
  } catch (cause) {
    const { code } = cause as { readonly code?: string }
    const why = code === 'ENOENT' ? 'there is no such file' : cause instanceof Error ? cause.message : String(cause)
    throw new CommandError(`${given}: ${why}`, undefined, cause)
  }
}

const configAt = (root: Spot, secretOptions: SecretOptions): Omit<Config, 'path' | 'folder' | 'spot'> => {
  const members = membersOf(root, [
    '$schema',
    'targets',
    'authority',
    'guards',
    'rate',
    'hours',
    'planExpiry',
    'policy',
    'holds',
    'notBefore',
    'subjects',
  ])
  const targets =
    members.targets === undefined ? [] : listOf(members.targets).map((target) => targetAt(target, secretOptions))
  if (members.targets === undefined)
    root.inner('targets', undefined).fail('is missing: what is to be deleted, and where')
  else if (targets.length === 0) members.targets.fail('must hold at least one target')
  checkNames(targets)
  checkOrder(targets)
  checkRecords(targets, members.subjects)
  const fromInput = targets.filter(({ ids }) => ids === '-')
  fromInput[1]?.spot.inner('ids', '-').fail('only one target can read its ids from the input')
  return {
    targets,
    guards: members.guards === undefined ? {} : guardsAt(members.guards),
    ...present({
      authority: members.authority === undefined ? undefined : authorityAt(members.authority),
      rate: members.rate === undefined ? undefined : rateAt(members.rate),
      hours: members.hours === undefined ? undefined : hoursAt(members.hours),
      planExpiryMs: durationAt(members.planExpiry),
      policy: members.policy === undefined ? undefined : policyAt(members.policy),
      holds: members.holds === undefined ? undefined : holdsAt(members.holds, targets),
      notBefore: instantTextAt(members.notBefore),
      subjects: members.subjects === undefined ? undefined : subjectsAt(members.subjects),
    }),
  }
}

const checkNames = (targets: ReadonlyArray<TargetConfig>): void => {
  const names = new Set<string>()
  for (const { name, spot } of targets) {
    if (names.has(name)) spot.inner('name', name).fail(`another target is called "${name}", too`)
    names.add(name)
  }
}

/** A target has ids of its own, or those of the subjects: a column of their table. */
const checkRecords = (targets: ReadonlyArray<TargetConfig>, subjects: Spot | undefined): void => {
  for (const { spot, ids, select, column, separator, each } of targets) {
    const isOwn = ids !== undefined || select !== undefined
    if (subjects === undefined) {
      if (!isOwn) spot.inner('ids', undefined).fail('is missing')
      if (each !== undefined) spot.inner('after', undefined).fail('"each" goes by subjects, and there are none')
    } else if (!isOwn && column === undefined) {
      spot.inner('column', undefined).fail('is missing: the column of the subjects that holds the ids')
    }
    if (separator !== undefined && (isOwn || subjects === undefined))
      spot.inner('separator', separator).fail('parts the cells of the subjects, and this target takes none of them')
  }
  for (const { name, spot, each = [], ids, select } of targets) {
    for (const { target } of each) {
      const earlier = targets.find((other) => other.name === target)
      const other = [{ name, ids, select }, ...(earlier === undefined ? [] : [earlier])].find(
        (side) => side.ids !== undefined || side.select !== undefined,
      )
      if (other !== undefined)
        spot.inner('after', undefined).fail(`"each" goes by subjects, and "${other.name}" has a list of its own`)
    }
  }
}

/** What comes after what: every name is known, and no target waits for itself. */
const checkOrder = (targets: ReadonlyArray<TargetConfig>): void => {
  const byName = new Map(targets.map((target) => [target.name, target]))
  for (const { each = [], spot } of targets) {
    for (const { target } of each)
      if (!byName.has(target)) spot.inner('after', undefined).fail(`there is no target "${target}"`)
  }
  for (const { after, spot } of targets) {
    for (const [index, name] of after.entries()) {
      if (!byName.has(name)) spot.inner('after', after).inner(index, name).fail(`there is no target "${name}"`)
    }
  }
  const done = new Set<string>()
  for (let round = 0; round < targets.length; round++) {
    for (const { name, after, each = [] } of targets) {
      const before = [...after, ...each.map(({ target }) => target)]
      if (before.every((other) => done.has(other) || !byName.has(other))) done.add(name)
    }
  }
  for (const { name, spot } of targets) {
    if (!done.has(name)) spot.inner('after', undefined).fail(`"${name}" would wait for itself`)
  }
}

const guardsAt = (spot: Spot): Guards => {
  const { maxRecords, canary, halt } = membersOf(spot, ['maxRecords', 'canary', 'halt'])
  return present({ maxRecords: wholeAt(maxRecords, 0), canary: wholeAt(canary, 0), halt: halt && haltAt(halt) })
}

const haltAt = (spot: Spot): NonNullable<Guards['halt']> => {
  const { rejectedShare, absentShare, after } = membersOf(spot, ['rejectedShare', 'absentShare', 'after'])
  return present({
    rejectedShare: shareAt(rejectedShare),
    absentShare: shareAt(absentShare),
    after: wholeAt(after, 1),
  })
}

const rateAt = (spot: Spot): Rate => {
  const { share, requestsPerSecond } = membersOf(spot, ['share', 'requestsPerSecond'])
  const asked = requestsPerSecond?.value
  if (asked !== undefined && !(typeof asked === 'number' && asked > 0))
    requestsPerSecond?.fail('must be a number over 0')
  if (share?.value === 0) share.fail('must be over 0')
  return present({ share: shareAt(share), requestsPerSecond: typeof asked === 'number' ? asked : undefined })
}

/** Why all this may be deleted: any texts, kept with the plan. */
const authorityAt = (spot: Spot): { readonly [name: string]: Json } =>
  Object.fromEntries(
    Object.entries(anyMembersOf(spot)).map(([name, member]) => {
      if (isSecretName(name))
        member.fail('looks like a secret by its name, and this is put on record: call it otherwise')
      return [name, textAt(member) ?? null]
    }),
  )
