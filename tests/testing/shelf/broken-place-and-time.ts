/** Connections, clocks, places and readers that are taken for what they are not. */
import * as E from 'fp-ts/lib/Either.js'
import { type BulkRecordProvider, type HttpRequest, signing } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { byHand as adapterByHand, errorOf } from './by-hand.ts'
import { shelfToken } from './records.ts'
import { type Broken, broken, results, resultsSubject } from './sound.ts'
import { broken as byHand, byHandSubject } from './sound-by-hand.ts'

const outage = 'nobody listens for a while in mid-run: what was never sent goes when somebody does'
const unknown = 'a 407 halts the run, and nothing is called deleted'
const signature =
  'a request that is refused for the time of its signature is signed once more, by the time of the answer'
const place = 'a deletion that is answered from another place halts the run, and is in doubt'
const protect = 'what is no id is refused in protect'
const nothing = 'a reader that sees nothing now does not tell that anything is gone'
const lag = 'what was deleted is not listed any more once readLagMs has passed'

const signed = (timeOf: (now: number) => number) =>
  signing({
    credentials: { key: shelfToken },
    sign: async (_: HttpRequest, { key }, now) => ({
      authorization: `Bearer ${key}`,
      'x-date': new Date(timeOf(now)).toISOString(),
    }),
  })

const signs = { authorization: signed((now) => now), explain: () => ({ skewed: true }) }

const signingSubject: ContractSubject = {
  ...resultsSubject,
  ...results(signs),
  skewed: () => ({ status: 400, json: { error: 'the signature is not of this time' } }),
}

const placedSubject: ContractSubject = {
  ...resultsSubject,
  ...results({ pin: { header: 'x-shelf', value: 'main' } }),
  elsewhere: (answer) => ({ ...answer, headers: { ...answer.headers, 'x-shelf': 'attic' } }),
}

const wordsSubject: ContractSubject = {
  ...resultsSubject,
  ...results({ isValidId: (id) => !id.includes(' ') }),
  invalidIds: ['two words'],
}

const atOnce = ({ capabilities }: BulkRecordProvider): Partial<BulkRecordProvider> => ({
  capabilities: { ...capabilities, readLagMs: 0 },
})

const atOnceSubject: ContractSubject = { ...byHandSubject, provider: adapterByHand({ members: atOnce }) }

/** Asks once for each record, and believes it for good. */
const remembering = (provider: BulkRecordProvider): Partial<BulkRecordProvider> => {
  const known = new Map<string, boolean>()
  return {
    ...atOnce(provider),
    findExisting: (batch, context) => async () => {
      const asked = batch.ids.filter((id) => !known.has(id))
      const read = await provider.findExisting?.({ ...batch, ids: asked }, context)()
      if (read === undefined || E.isLeft(read))
        return E.left(errorOf({ status: 500, headers: new Headers(), text: '' }))
      const there = new Set('ids' in read.right ? read.right.ids : [])
      for (const id of asked) known.set(id, there.has(id))
      return E.right(batch.ids.filter((id) => known.get(id)))
    },
  }
}

export const brokenPlaceAndTime: ReadonlyArray<Broken> = [
  byHand(
    'takes a connection that is refused for a refusal of the records',
    outage,
    /expected it to be called deleted/,
    {
      failureOf: () => ({ tag: 'Refused', status: 0, detail: 'no answer', culprits: [], blames: 'rejected' }),
    },
  ),
  byHand('takes a proxy that does not know us for a backend that refuses', unknown, /let the run (?:go on|halt as)/, {
    // What fetch hides.
    failureOf: () => ({ tag: 'Refused', status: 407, detail: 'refused', culprits: [], blames: 'rejected' }),
  }),
  broken(
    'does not say that its signature was refused for the time',
    signature,
    /whose records were refused/,
    signingSubject,
    {
      ...results({ ...signs, explain: () => ({}) }),
    },
  ),
  broken('signs by a clock of its own', signature, /sent a request again with the signature/, signingSubject, {
    ...results({ ...signs, authorization: signed(() => 0) }),
  }),
  broken('does not look from where it is answered', place, /let the run go on/, placedSubject, results({})),
  broken('takes what is no id into protect', protect, /in protect/, wordsSubject, results({ isValidId: () => true })),
  byHand('shows what it was asked for where a list is empty', nothing, /lists records where there are none/, {
    members: () => ({ findExisting: (batch) => async () => E.right(batch.ids) }),
  }),
  broken('believes for good what it has read once', lag, /present, which was deleted/, atOnceSubject, {
    provider: adapterByHand({ members: remembering }),
  }),
]
