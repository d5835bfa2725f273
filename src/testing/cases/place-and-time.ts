import type { ProviderError } from '../../http-provider.ts'
import { AskingFailedError, deleteRecords, UsageError } from '../../index.ts'
import { audit, expectDeleted, outcomeOf, said } from '../kit/audit.ts'
import { breach, expect, named } from '../kit/breach.ts'
import { type CasePlan, seesAnswers, unlessReads } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import { caseOptions, isDeletion, isReading, type Scene } from '../kit/scene.ts'
import { expectHalted, refuse } from './turned-back.ts'

/** Connections that are not made, clocks that differ, answers from elsewhere, and readers that see nothing any more. */
export const placeAndTimeCases: ReadonlyArray<CasePlan> = [
  {
    name: 'nobody listens for a while in mid-run: what was never sent goes when somebody does',
    meets: 'requests',
    play: (scene) => outage(scene),
  },
  {
    name: 'a 407 halts the run, and nothing is called deleted',
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(4)
      await scene.seed(ids)
      refuse(scene, { status: 407, headers: { 'proxy-authenticate': 'Basic' } }, Number.POSITIVE_INFINITY)
      const told = await scene.run(ids, { batchSize: Math.min(2, scene.provider.capabilities.maxBatchSize) })
      audit(scene, told)
      const results = (await Promise.all(scene.deletions)) as ReadonlyArray<{ readonly left?: ProviderError }>
      // A platform's fetch tells nobody of a 407: then there is no answer.
      const isHidden = ({ left }: { readonly left?: ProviderError }) =>
        left?.tag === 'Interrupted' && left.status === undefined
      if (!results.some(isHidden)) expectHalted(scene, told, ['denied'])
    },
  },
  {
    name: 'a request that is refused for the time of its signature is signed once more, by the time of the answer',
    meets: 'requests',
    play: (scene) => wrongClock(scene),
  },
  {
    name: 'a deletion that is answered from another place halts the run, and is in doubt',
    meets: 'requests',
    play: (scene) => elsewhere(scene),
  },
  {
    name: 'what is no id is refused in protect',
    play: async (scene) => {
      const [id = ''] = scene.ids(1)
      const invalid = (scene.subject.invalidIds ?? []).filter((one) => one !== '')
      if (invalid.length === 0) return notApplicable('its subject gives no invalidIds')
      for (const one of invalid) {
        const error = await scene.until(
          rejectionOf(deleteRecords(scene.provider, [id], { clock: scene.clock, ...caseOptions, protect: [one] })),
        )
        if (!(error instanceof UsageError))
          breach(`takes ${named([one])} in protect, where it protects nothing`, 'isValidId to turn it away')
      }
      return undefined
    },
  },
  {
    name: 'a reader that sees nothing now does not tell that anything is gone',
    unless: unlessReads,
    meets: 'requests',
    play: async (scene) => {
      const twin = await scene.emptyTwin()
      const ids = scene.ids(4)
      await scene.seed(ids)
      scene.relay.meddle({ divert: (request) => (isReading(request) ? twin : undefined) })
      const told = await answerOr(AskingFailedError, scene.lookUp(ids))
      // It did not get in at the other one: that shows nothing.
      if (told === undefined) return
      const { found, provenForms } = told
      expect(provenForms.length === 0, () => `lists records where there are none`, 'nothing to be listed')
      const wrong = found.find(({ presence }) => presence !== 'unknown')
      if (wrong !== undefined)
        breach(`told that ${named([wrong.id])} is ${wrong.presence}, by a list without any record`, 'unknown')
    },
  },
  {
    name: 'what was deleted is not listed any more once readLagMs has passed',
    unless: (provider) =>
      unlessReads(provider) ??
      (provider.capabilities.readLagMs === undefined ? 'its provider does not declare readLagMs' : undefined),
    tests: ['readLagMs'],
    play: async (scene) => {
      const ids = scene.ids(4)
      const [kept = '', ...others] = ids
      await scene.seed(ids)
      const told = await scene.run(others)
      audit(scene, told)
      expectDeleted(told, others)
      await scene.until(scene.clock.sleep(scene.provider.capabilities.readLagMs ?? 0))
      const { found } = await scene.lookUp([kept, ...others])
      const late = found.find(({ id, presence }) => id !== kept && presence !== 'gone')
      if (late !== undefined)
        breach(
          `told that ${named([late.id])} is ${late.presence}, which was deleted, after the readLagMs that it declares`,
          'gone',
        )
    },
  },
]

const outage = async (scene: Scene): Promise<void> => {
  const { relay, clock, provider } = scene
  const ids = scene.ids(6)
  await scene.seed(ids)
  // One request a connection: one that is switched off is refused, and never cut.
  relay.meddle({ closes: true })
  let isOff = false
  const doubts: string[] = []
  const told = await scene.run(ids, {
    batchSize: Math.min(2, provider.capabilities.maxBatchSize),
    onEvent: (event) => {
      if (event.kind === 'call-failed' && event.purpose === 'delete') doubts.push(event.tag)
      if (event.kind !== 'settled' || isOff) return
      isOff = true
      relay.switchOff(2_000, clock)
    },
  })
  audit(scene, told)
  if (!isOff) breach('settled no record of a run with nothing in its way', 'records to be deleted')
  const isBlind = doubts.includes('Interrupted') && (provider.findExisting === undefined || !seesAnswers(scene))
  if (!isBlind) expectDeleted(told, ids)
}

const wrongClock = async (scene: Scene) => {
  const { skewed } = scene.subject
  if (skewed === undefined) return notApplicable('its subject gives no skewed: no clock goes into its requests')
  const ids = scene.ids(3)
  await scene.seed(ids)
  const theirs = new Date(scene.clock.now() + 6 * 3_600_000)
  const { headers, ...answer } = skewed()
  refuse(scene, { ...answer, headers: { ...headers, date: theirs.toUTCString() } }, 1)
  const told = await scene.run(ids)
  audit(scene, told)
  expectDeleted(told, ids)
  const sent = scene.relay.requests.filter(isDeletion)
  const [first, second] = sent
  const isSame = first?.target === second?.target && first?.body === second?.body
  expect(
    isSame || !seesAnswers(scene),
    () => 'took a request that was refused for the time of its signature for one whose records were refused',
    'it to be signed once more, as it is',
  )
  expect(
    JSON.stringify(first?.headers) !== JSON.stringify(second?.headers),
    () => 'sent a request again with the signature that had been refused',
    'it to be signed once more, by the time of the answer',
  )
  return undefined
}

const elsewhere = async (scene: Scene) => {
  const change = scene.subject.elsewhere
  if (change === undefined) return notApplicable('its subject gives no elsewhere: no answer names a place')
  const [first, rest] = [scene.ids(2), scene.ids(4, 2)]
  await scene.seed([...first, ...rest])
  audit(scene, await scene.run(first))
  const from = scene.relay.requests.length
  scene.relay.meddle({ fault: (request) => (isDeletion(request) ? { change } : undefined) })
  const told = await scene.run(rest, { batchSize: Math.min(2, scene.provider.capabilities.maxBatchSize) })
  audit(scene, told)
  const { halted } = told.report
  if (halted === undefined) breach('let the run go on with a backend that answered from another place', 'it to halt')
  const sent = scene.relay.requests.slice(from).filter(isDeletion).length
  expect(sent === 1, () => `sent ${sent} deletions, the first of which was answered from another place`, 'one')
  for (const [at, id] of rest.entries()) {
    const outcome = outcomeOf(told, id)
    const wanted = at < Math.min(2, scene.provider.capabilities.maxBatchSize) ? 'unconfirmed' : 'untouched'
    if (outcome.status !== wanted)
      breach(`called ${said(outcome)}, with a deletion that was answered from another place`, `it to be ${wanted}`)
  }
  return undefined
}

/** Nothing where it rejects so. */
const answerOr = async <A>(failure: typeof AskingFailedError, answer: Promise<A>): Promise<A | undefined> => {
  try {
    return await answer
  } catch (cause) {
    if (cause instanceof failure) return undefined
    throw cause
  }
}

const rejectionOf = async (promise: Promise<unknown>): Promise<unknown> => {
  try {
    await promise
    return undefined
  } catch (cause) {
    return cause
  }
}
