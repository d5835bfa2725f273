import { createHash } from 'node:crypto'
import type { RunPlan } from './run-plan.ts'

/** Hexadecimal digits of a digest that suffice to approve a plan. */
export const enoughDigits = 16

/**
 * SHA-256 over what is deleted, where, how and why: targets with their places, options without secrets and identities in
 * order, guards, hours, conditions, authority, the release and the code of adapters. How fast it goes is no part of it, and
 * nothing in it depends on when the plan was made: the same again has the same digest, whoever makes it. A plan of an older release is held against what that one covered.
 */
export const digestOf = (plan: Covered): string => hashOf(covered[plan.format](plan))

type Covered = Omit<RunPlan, 'digest' | 'phrase' | 'seal'>

/** By the plan's format. What a release covered never changes; one that covers other things makes a format of its own. */
const covered: Readonly<Record<RunPlan['format'], (plan: Covered) => object>> = {
  1: ({ expunge, authority, guards, targets }) => ({
    expunge,
    authority,
    guards,
    targets: targets.map(({ batches, requests, seconds, inAll, ...target }) => target),
  }),
  2: ({ format, expunge, authority, guards, hours, policy, holds, notBefore, subjects, targets }) => ({
    format,
    expunge,
    authority,
    guards,
    hours,
    policy,
    holds,
    notBefore,
    subjects,
    // How long it may take is a forecast, and how many others there are no part of what is done.
    // What is held now may not be in an hour: a hold counts by its words, and its records as any others.
    targets: targets.map(({ batches, requests, seconds, inAll, held = 0, toSend, pace, ...target }) => ({
      ...target,
      pace: { ...pace, concurrency: undefined },
      toSend: toSend + held,
    })),
  }),
}

/** SHA-256 over everything else that is on record of a plan, too: when it was made, how long it holds, at what rate it goes. */
export const sealOf = (plan: Omit<RunPlan, 'seal'>): string => hashOf(plan)

const hashOf = (value: unknown): string => createHash('sha256').update(canonical(value)).digest('hex')

/** JSON with the names of every object in order: the same value is the same text. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value ?? null)
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([one], [other]) => (one < other ? -1 : 1))
  return `{${members.map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`).join(',')}}`
}

/** What a person types: how many records, and where. */
export const phraseOf = (targets: RunPlan['targets']): string => {
  const records = targets.reduce((sum, { toSend }) => sum + toSend, 0)
  return `delete ${records} in ${[...new Set(targets.map(({ place }) => place.label))].join(' and ')}`
}

/** Whether what was typed is the phrase: spaces more or fewer, and how an accent is composed, make no difference. */
export const isPhrase = (typed: string, phrase: string): boolean => plain(typed) === plain(phrase)

const plain = (text: string): string => text.normalize('NFC').trim().replaceAll(/\s+/g, ' ')

/** Whether what was given approves the plan: its digest, or enough of the first digits of it. */
export const approves = (given: string, digest: string): boolean => {
  const digits = given.trim().toLowerCase()
  return digits.length >= enoughDigits && digest.startsWith(digits)
}
