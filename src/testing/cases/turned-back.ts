import type { Answer } from '../backends/loopback.ts'
import type { VirtualClock } from '../backends/virtual-clock.ts'
import { audit, expectDeleted, said } from '../kit/audit.ts'
import { breach, expect } from '../kit/breach.ts'
import { type CasePlan, seesAnswers, unlessMany } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import { caseOptions, isDeletion, type Scene, type Told } from '../kit/scene.ts'

/** Answers that turn a request back: nothing was done. */
export const turnedBackCases: ReadonlyArray<CasePlan> = [
  ...(
    [
      ['429 with Retry-After in seconds is waited for', 3_000, () => ({ 'retry-after': '3' })],
      ['429 with Retry-After in decimals is waited for', 1_500, () => ({ 'retry-after': '1.5' })],
      ['429 with Retry-After as a date is waited for', 4_000, inFourSeconds],
      ['429 that says nothing is waited for', 1, () => ({})],
    ] as ReadonlyArray<[string, number, (clock: VirtualClock) => Readonly<Record<string, string>>]>
  ).map(
    ([name, leastMs, headers]): CasePlan => ({
      name,
      meets: 'requests',
      play: (scene) => throttled(scene, leastMs, headers(scene.clock)),
    }),
  ),
  {
    name: 'a 401 renews the token once, and then the run halts',
    meets: 'requests',
    play: async (scene) => {
      const [once, always] = [scene.ids(3), scene.ids(3, 3)]
      await scene.seed([...once, ...always])
      refuse(scene, unauthorized, 1)
      const first = await scene.run(once)
      audit(scene, first)
      // Who asks for tokens can ask for another one.
      const asks = scene.relay.requests.some(({ purpose }) => purpose === 'token')
      if (asks || first.report.halted === undefined) expectDeleted(first, once)
      else expectHalted(scene, first, ['denied'])

      const before = scene.relay.requests.filter(isDeletion).length
      refuse(scene, unauthorized, Number.POSITIVE_INFINITY)
      const second = await scene.run(always)
      audit(scene, second)
      expectHalted(scene, second, ['denied'])
      const sent = scene.relay.requests.filter(isDeletion).length - before
      expect(
        sent <= 2 || !seesAnswers(scene),
        () => `sent ${sent} deletions to a backend that answers each with 401`,
        'one, and one with a new token',
      )
    },
  },
  {
    name: 'a token that ends in mid-run is renewed once for all that are on their way',
    meets: 'requests',
    play: (scene) => tokenEnds(scene),
  },
  {
    name: 'a 403 halts the run, and nothing is called deleted',
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(6)
      await scene.seed(ids)
      refuse(scene, { status: 403, json: { error: 'forbidden' } }, Number.POSITIVE_INFINITY)
      const told = await scene.run(ids, { batchSize: Math.min(2, scene.provider.capabilities.maxBatchSize) })
      audit(scene, told)
      // Some all-or-nothing systems say so of a record that isn't there.
      expectHalted(
        scene,
        told,
        scene.provider.capabilities.atomicity === 'per-record' ? ['denied'] : ['denied', 'refused-alike'],
      )
    },
  },
  {
    name: 'a redirect is not followed',
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(2)
      await scene.seed(ids)
      const location = `${scene.relay.url}/elsewhere`
      for (const status of [301, 302, 307, 308]) {
        refuse(scene, { status, headers: { location } }, Number.POSITIVE_INFINITY)
        const told = await scene.run(ids)
        const followed = scene.relay.requests.some(({ target }) => target.endsWith('/elsewhere'))
        expect(!followed, () => `followed a redirect (${status})`, 'credentials and deletions to go nowhere else')
        audit(scene, told)
        expectHalted(scene, told, ['denied'])
      }
    },
  },
  {
    name: 'a request that is too long is cut smaller',
    unless: unlessMany,
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(Math.min(8, scene.provider.capabilities.maxBatchSize))
      await scene.seed(ids)
      refuse(scene, { status: 413, text: 'Payload Too Large' }, 1)
      const told = await scene.run(ids)
      audit(scene, told)
      expectDeleted(told, ids)
    },
  },
]

/** Every request that still carries the first token is turned away, from the third on. */
const tokenEnds = async (scene: Scene) => {
  const ids = scene.ids(12)
  await scene.seed(ids)
  const seen = new Set<string>()
  let count = 0
  scene.relay.meddle({
    fault: ({ headers: { authorization } }) => {
      if (authorization === undefined) return undefined
      seen.add(authorization)
      const [first] = seen
      return authorization === first && ++count > 2 ? { answer: unauthorized } : undefined
    },
  })
  const batchSize = Math.min(2, scene.provider.capabilities.maxBatchSize)
  const told = await scene.run(ids, { concurrency: 4, batchSize })
  audit(scene, told)
  if (seen.size === 0) return notApplicable('its requests carry no token')
  // A signature is another one for each request, and a user's password none that could be renewed.
  if (told.report.halted !== undefined) {
    expectEnded(told, ['denied'])
    return undefined
  }
  if (!seesAnswers(scene) && seen.size === 1) return notApplicable('its SDK asks for no other token')
  expectDeleted(told, ids)
  const { requests } = scene.relay
  const turnedAway = requests.filter(({ status }) => status === 401).length
  expect(
    turnedAway <= 8,
    () => `had ${turnedAway} requests turned away for one token that had ended`,
    'those on their way',
  )
  const tokens = seen.size === 0 ? 0 : requests.filter(({ headers }) => headers['authorization'] === undefined).length
  expect(tokens <= 2, () => `asked for ${tokens} tokens, one of which had ended`, 'two')
  return undefined
}

const unauthorized: Answer = { status: 401, json: { error: 'unauthorized' } }

function inFourSeconds(clock: VirtualClock): Readonly<Record<string, string>> {
  const date = (at: number) => new Date(at).toUTCString()
  return { date: date(clock.now()), 'retry-after': date(clock.now() + 4_000) }
}

/** Answers so the next deletions; `times` of them. */
export const refuse = ({ relay }: Scene, answer: Answer, times: number): void => {
  let left = times
  relay.meddle({ fault: (request) => (isDeletion(request) && left-- > 0 ? { answer } : undefined) })
}

const throttled = async (scene: Scene, leastMs: number, headers: Readonly<Record<string, string>>): Promise<void> => {
  const ids = scene.ids(4)
  await scene.seed(ids)
  refuse(scene, { status: 429, json: { error: 'too many requests' }, headers }, 1)
  const told = await scene.run(ids)
  audit(scene, told)
  expectDeleted(told, ids)
  expectWaited(scene, leastMs, headers)
}

/** How long it was from the last 429 to what was sent next. What an SDK throws may say nothing of headers: then any wait is one. */
export const expectWaited = (scene: Scene, leastMs: number, headers: Readonly<Record<string, string>>): void => {
  const { requests } = scene.relay
  const at = requests.findLastIndex(({ status }) => status === 429)
  const refused = requests[at]
  const next = requests.slice(at + 1).find((request) => seesAnswers(scene) || isDeletion(request))
  if (refused === undefined || next === undefined) return
  const askedMs = seesAnswers(scene) ? leastMs : 1
  const waitedMs = next.at - refused.at
  expect(
    waitedMs >= askedMs,
    () => `sent again ${waitedMs} ms after a 429 (${JSON.stringify(headers)})`,
    `a wait of at least ${askedMs} ms`,
  )
  const longestMs = leastMs + caseOptions.drainMs + 60_000
  expect(waitedMs <= longestMs, () => `waited for ${waitedMs} ms after a 429`, `about ${leastMs} ms`)
}

/** Nothing was done. An adapter that sees no statuses may leave that in doubt, and let the run go on. */
export const expectHalted = (scene: Scene, told: Told, causes: ReadonlyArray<string>): void => {
  const isInDoubt = !seesAnswers(scene) && told.report.halted === undefined
  if (!isInDoubt) expectEnded(told, causes)
  for (const outcome of told.report.outcomes) {
    if (outcome.status === 'untouched' || (isInDoubt && outcome.status === 'unconfirmed')) continue
    if (!isInDoubt && outcome.status === 'rejected') continue
    breach(`called ${said(outcome)} after a request that was turned away at the door`, 'it to be untouched')
  }
}

const expectEnded = ({ report: { halted } }: Told, causes: ReadonlyArray<string>): void => {
  const did = halted === undefined ? 'let the run go on' : `let the run halt as ${halted.because} (${halted.detail})`
  if (halted === undefined || !causes.includes(halted.because))
    breach(`${did} with a backend that lets nobody in`, `the run to halt: ${causes.join(' or ')}`)
}
