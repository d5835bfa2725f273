/** The kit finds what authors get wrong: each broken adapter fails the case that is about its mistake, and its sound counterpart passes it. */
import { ContractBreach, type ContractCase, type ContractSubject, providerContract } from '../../src/testing.ts'
import { assert, rejection, suite } from '../support/suite.ts'
import { brokenBatches } from './shelf/broken-batches.ts'
import { brokenByHand } from './shelf/broken-by-hand.ts'
import { brokenCuts, listingSubject } from './shelf/broken-cut.ts'
import { brokenIds } from './shelf/broken-ids.ts'
import { brokenJobs } from './shelf/broken-jobs.ts'
import { brokenLater } from './shelf/broken-later.ts'
import { brokenLimits } from './shelf/broken-limits.ts'
import { brokenMembers } from './shelf/broken-members.ts'
import { brokenOddReplies } from './shelf/broken-odd-replies.ts'
import { brokenPlaceAndTime } from './shelf/broken-place-and-time.ts'
import { brokenReads } from './shelf/broken-reads.ts'
import { brokenReplies } from './shelf/broken-replies.ts'
import { brokenS3 } from './shelf/broken-s3.ts'
import { brokenStatuses } from './shelf/broken-statuses.ts'
import { brokenWords } from './shelf/broken-words.ts'
import { brokenBySdk, bySdkSubject } from './shelf/by-sdk.ts'
import { s3Subject } from './shelf/s3.ts'
import {
  type Broken,
  failuresSubject,
  inOrderSubject,
  issuedSubject,
  jobsSubject,
  resultsSubject,
  silentSubject,
  singleSubject,
  transactionSubject,
  unsafeSubject,
} from './shelf/sound.ts'
import { byHandSubject } from './shelf/sound-by-hand.ts'

const caseOf = (subject: ContractSubject, caseName: string): ContractCase => {
  const found = providerContract(subject).find(({ name }) => name === caseName)
  if (found === undefined) throw new Error(`there is no case "${caseName}" for it`)
  return found
}

const shelf = suite('contract: broken adapters', { deadlineMs: 90_000 })
const all: ReadonlyArray<Broken> = [
  ...brokenIds,
  ...brokenBatches,
  ...brokenLimits,
  ...brokenReads,
  ...brokenJobs,
  ...brokenReplies,
  ...brokenStatuses,
  ...brokenByHand,
  ...brokenMembers,
  ...brokenBySdk,
  ...brokenS3,
  ...brokenCuts,
  ...brokenLater,
  ...brokenPlaceAndTime,
  ...brokenOddReplies,
  ...brokenWords,
]

for (const { mistake, caseName, says, broken } of all) {
  shelf(`an adapter that ${mistake} fails "${caseName}"`, async () => {
    const error = await rejection(caseOf(broken, caseName).run())
    const message = error instanceof Error ? error.message : String(error)
    assert.match(message, says)
    assert.ok(error instanceof ContractBreach, `it is no breach: ${message}`)
  })
}

shelf('at least 100 mistakes, no two alike', () => {
  assert.ok(all.length >= 100, `${all.length}`)
  assert.is(new Set(all.map(({ mistake }) => mistake)).size, all.length)
})

const sound: Readonly<Record<string, ContractSubject>> = {
  'one result for each, by id': resultsSubject,
  'one result for each, in order': inOrderSubject,
  'failures alone': failuresSubject,
  'all or nothing': transactionSubject,
  'one at a time': singleSubject,
  'not a word': silentSubject,
  jobs: jobsSubject,
  'a switch': unsafeSubject,
  'tokens that end': issuedSubject,
  'members written by hand': byHandSubject,
  'an SDK': bySdkSubject,
  'an SDK that speaks XML': s3Subject,
  'a list of its own': listingSubject,
}

/** What a mistake stands beside has to be shown: there it can't be that a case does not apply. */
const shown = new Map<ContractSubject, Set<string>>()
for (const { caseName, sound: subject } of all) shown.set(subject, (shown.get(subject) ?? new Set()).add(caseName))

const held =
  (subject: ContractSubject, { name, run }: ContractCase) =>
  async () => {
    const { result } = await run()
    if (shown.get(subject)?.has(name)) assert.is(result, 'passed')
  }

for (const [manner, subject] of Object.entries(sound)) {
  const test = suite(`contract: ${manner}`, { deadlineMs: 90_000 })
  for (const one of providerContract(subject)) test(one.name, held(subject, one))
}

const counterparts = suite('contract: sound counterparts', { deadlineMs: 90_000 })

for (const [subject, names] of shown) {
  if (Object.values(sound).includes(subject)) continue
  for (const name of names) {
    const one = caseOf(subject, name)
    const beside = all.find(({ sound: beside, caseName }) => beside === subject && caseName === name)?.mistake
    counterparts(`passes "${name}", where one that ${beside} does not`, held(subject, one))
  }
}
