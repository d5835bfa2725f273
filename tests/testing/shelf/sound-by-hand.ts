/** The sound adapter written by hand, and how a mistake is put beside it. */
import * as E from 'fp-ts/lib/Either.js'
import type { ContractSubject } from '../../../src/testing.ts'
import { startResults } from './backends.ts'
import { byHand, type Hand } from './by-hand.ts'
import { shelfToken } from './records.ts'
import type { Broken } from './sound.ts'

export const byHandSubject: ContractSubject = { provider: byHand(), start: startResults(), secrets: [shelfToken] }

export const broken = (mistake: string, caseName: string, says: RegExp, hand: Hand): Broken => ({
  mistake,
  caseName,
  says,
  sound: byHandSubject,
  broken: { ...byHandSubject, provider: byHand(hand) },
})

/** Where a second sending does harm. */
export const unsafeByHand = (hand: Hand): ContractSubject => ({
  ...byHandSubject,
  provider: byHand({
    ...hand,
    members: ({ capabilities }) => ({ capabilities: { ...capabilities, replay: 'unsafe' } }),
  }),
  start: startResults({ toggles: true }),
})

export const allDeleted = E.right({ kind: 'AllDeleted' as const })
