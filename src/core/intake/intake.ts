/**
 * The room of what comes in: from ids in any form to valid, distinct records, packed into works that a request can carry.
 * It decides by identity and by weight, and sends nothing.
 * May import: contract.
 * Begin with `openIntake`; then source.ts (pulled, never pushed), work.ts (a record on its way) and batcher.ts (what goes
 * together).
 */

import type { Why } from '../contract/outcome.ts'
import type { BulkRecordProvider } from '../contract/provider.ts'
import { type Identities, openIdentities } from './identities.ts'

/** What is to be done with an id that was handed in. */
export type Judgement = 'send' | 'duplicate' | Extract<Why, 'invalid-id' | 'protected'>

/**
 * Judges ids as they are pulled, by identity: a repeat in another spelling is a repeat, and a record protected under
 * one spelling is protected under all.
 */
export type Intake = (id: string) => Judgement

export const openIntake = (
  provider: Pick<BulkRecordProvider, 'isValidId' | 'identityOf'>,
  settings: { readonly duplicates: 'drop' | 'allow'; readonly protect: Iterable<string> | ((id: string) => boolean) },
): Intake => {
  const identityOf = provider.identityOf ?? asGiven
  const seen = settings.duplicates === 'drop' ? openIdentities() : undefined
  const isProtected = protection(settings.protect, identityOf)
  return (id) => {
    const identity = identityOf(id)
    if (seen !== undefined && !seen.add(identity)) return 'duplicate'
    if (!isSound(id) || !provider.isValidId(id)) return 'invalid-id'
    return isProtected(id, identity) ? 'protected' : 'send'
  }
}

export const asGiven = (id: string): string => id

/** Most bytes of an id, in UTF-8; no known system takes longer ones (DynamoDB's keys: 3,072). */
export const longestId = 4_096

/** Sound everywhere: not empty, not over-long, no control character, and text that survives UTF-8 unchanged. */
const isSound = (id: string): boolean =>
  id.length > 0 &&
  id.length <= longestId &&
  (plain.test(id) || (!controlOrLoneSurrogate.test(id) && encoder.encode(id).length <= longestId))

const plain = /^[\x20-\x7e]+$/
const controlOrLoneSurrogate = /[\p{Cc}\p{Cs}]/u
const encoder = new TextEncoder()

const protection = (
  protect: Iterable<string> | ((id: string) => boolean),
  identityOf: (id: string) => string,
): ((id: string, identity: string) => boolean) => {
  if (typeof protect === 'function') return (id, identity) => protect(id) || (identity !== id && protect(identity))
  const identities: Identities = openIdentities()
  let any = false
  for (const id of protect) {
    identities.add(identityOf(id))
    any = true
  }
  return any ? (_id, identity) => identities.has(identity) : () => false
}
