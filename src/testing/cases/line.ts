import { realClock } from '../../core/settings/clock.ts'
import type { Fault } from '../backends/loopback.ts'
import type { RelayedRequest } from '../backends/relay.ts'
import { audit, expectDeleted } from '../kit/audit.ts'
import { expect, misfit } from '../kit/breach.ts'
import { type CasePlan, seesAnswers } from '../kit/case.ts'
import { caseOptions, isDeletion, isReading, type Scene } from '../kit/scene.ts'

/** Each met by every deletion of a run, and nothing was done: whoever calls something deleted has guessed. */
const nothingDone: ReadonlyArray<[name: string, fault: Fault]> = [
  ['500', { answer: { status: 500, json: { error: 'internal error' } } }],
  ['502', { answer: { status: 502, text: '<html><title>Bad Gateway</title></html>' } }],
  ['503', { answer: { status: 503, json: { error: 'unavailable' }, headers: { 'retry-after': '1' } } }],
  ['504', { answer: { status: 504 } }],
  ['408', { answer: { status: 408 } }],
  ['418 without a word', { answer: { status: 418 } }],
  ['a connection that ends without an answer', 'lost-before'],
  ['a reset', 'reset-before'],
  ['silence', 'silent-before'],
  ['HTML and 200', 'html'],
  [
    'JSON that is cut short, and 200',
    { answer: { status: 200, text: '{"data": [{"id', headers: { 'content-type': 'application/json' } } },
  ],
]

/** Each met by the first deletion of a run, which was done, and nobody heard of it. */
const done: ReadonlyArray<[name: string, fault: Fault]> = [
  ['a connection that ends', 'lost-after'],
  ['silence', 'silent-after'],
  ['half an answer', 'half'],
  ['a 500', { change: () => ({ status: 500, text: 'oops' }) }],
  ['a 504', { change: () => ({ status: 504 }) }],
  ['HTML', { change: () => ({ status: 200, text: '<!doctype html><title>Proxy</title>' }) }],
]

/** A line that breaks, and an adapter that tries again. */
export const lineCases: ReadonlyArray<CasePlan> = [
  ...nothingDone.map(
    ([what, fault]): CasePlan => ({
      name: `${what}, for every deletion: nothing is called deleted`,
      meets: 'requests',
      play: async (scene) => {
        const ids = scene.ids(5)
        await scene.seed(ids)
        scene.relay.meddle({ fault: (request) => (isDeletion(request) ? fault : undefined) })
        audit(scene, await scene.run(ids))
      },
    }),
  ),
  ...done.map(
    ([what, fault]): CasePlan => ({
      name: `the answer is lost after the deletion was done (${what}): no record is called absent, rejected or untouched`,
      meets: 'requests',
      play: async (scene) => {
        const [ids, blind] = [scene.ids(5), scene.ids(5, 5)]
        await scene.seed([...ids, ...blind])
        for (const [some, canRead] of [
          [ids, true],
          [blind, false],
        ] as const) {
          let left = 1
          scene.relay.meddle({
            fault: (request) => {
              if (!canRead && isReading(request)) return { answer: { status: 500 } }
              return isDeletion(request) && left-- > 0 ? fault : undefined
            },
          })
          audit(scene, await scene.run(some))
        }
      },
    }),
  ),
  {
    name: 'every request goes through exchange, one for each, and deletions as such',
    meets: 'requests',
    play: (scene) => throughExchange(scene),
  },
  {
    name: 'a request that is given up is cut off',
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(2)
      await scene.seed(ids)
      scene.relay.meddle({ fault: (request) => (isDeletion(request) ? 'silent-before' : undefined) })
      audit(scene, await scene.run(ids))
      for (let look = 0; look < 200 && scene.relay.held() > 0; look++) await realClock.sleep(10)
      const held = scene.relay.held()
      expect(
        held === 0,
        () => `left ${held} connections open after the run had given them up`,
        'the signal that send is given to be passed on',
      )
    },
  },
  {
    name: 'many at once, answered in another order: nothing is mixed up',
    play: (scene) => manyAtOnce(scene),
  },
  {
    name: 'a deletion whose answer is lost is in doubt',
    play: async (scene) => {
      const ids = scene.ids(5)
      await scene.seed(ids)
      const { loseAnswer } = scene.backend
      if (loseAnswer === undefined && !scene.hasRelay) misfit('its backend has no url: give loseAnswer')
      await loseAnswer?.()
      if (loseAnswer === undefined)
        scene.relay.meddle({
          fault: (request) => (isDeletion(request) && request.nth === 1 ? 'lost-after' : undefined),
        })
      audit(scene, await scene.run(ids))
    },
  },
  {
    name: 'a run after another finds nothing of it',
    play: async (scene) => {
      const [first, second] = [scene.ids(2), scene.ids(2, 2)]
      await scene.seed([...first, ...second])
      for (const ids of [first, second]) {
        const told = await scene.run(ids)
        audit(scene, told)
        expectDeleted(told, ids)
      }
    },
  },
]

const throughExchange = async (scene: Scene): Promise<void> => {
  const { relay } = scene
  const ids = scene.ids(5)
  await scene.seed(ids)
  let before = await scene.existing()
  let wrongly: string | undefined
  const answers = [500, 503, 429].map((status) => ({ answer: { status } }))
  for (const fault of [undefined, ...answers, 'lost-before', 'html'] as const) {
    const from = relay.requests.length
    let left = 1
    relay.meddle({
      fault: (request) => (isDeletion(request) && left-- > 0 ? fault : undefined),
      onAnswer: async ({ purpose }) => {
        const now = await scene.existing()
        // What a job does may show at any time.
        const mayDelete = purpose === 'delete' || scene.provider.followJob !== undefined
        if (now.size < before.size && !mayDelete) wrongly = purpose
        before = now
      },
    })
    const { report } = await scene.run(ids)
    const arrived = relay.requests.slice(from)
    if (!seesAnswers(scene)) expectOnceInACall(arrived)
    const strays = arrived.filter(({ purpose }) => purpose === undefined).length
    expect(strays === 0, () => `sent ${strays} requests that went past context.exchange`, 'none')
    expect(
      wrongly === undefined,
      () => `sent a deletion as a ${wrongly}`,
      "exchange('delete', …): an abort lets reads pass, and stops deletions",
    )
    // A token that is asked for by a function of the caller's is the caller's request.
    const sent = arrived.filter(({ purpose }) => purpose !== 'token').length
    expect(
      !seesAnswers(scene) || sent <= report.requests,
      () => `sent ${sent} requests in ${report.requests} exchanges: it tries again by itself`,
      'one request for each exchange, and errors to be returned: trying again is for the engine',
    )
  }
}

/** A call of an SDK may well be several requests, but none of them twice. */
const expectOnceInACall = (arrived: ReadonlyArray<RelayedRequest>): void => {
  const seen = new Set<string>()
  for (const { exchange, purpose, method, target, body } of arrived) {
    if (purpose !== 'delete' || method === 'GET') continue
    const sending = JSON.stringify([exchange, method, target, body])
    expect(
      !seen.has(sending),
      () => `sent ${method} ${target} twice in one call: its SDK tries again by itself`,
      'the retries of the SDK to be off: trying again is for the engine',
    )
    seen.add(sending)
  }
}

const manyAtOnce = async (scene: Scene): Promise<void> => {
  const { backend, provider } = scene
  const ids = scene.ids(15)
  const [bad, missing] = [ids[4] ?? '', ids[9] ?? '']
  const good = ids.filter((id) => id !== bad && id !== missing)
  await scene.seed([...good, bad])
  await backend.refuse?.(bad)
  // The first ones wait the longest, and all of them less than a call may take.
  if (scene.hasRelay)
    scene.relay.meddle({
      fault: ({ purpose, nth }) =>
        purpose === 'token' ? undefined : { delayMs: Math.max(1, caseOptions.callTimeoutMs / 2 - 100 * nth) },
    })
  const batchSize = Math.min(3, provider.capabilities.maxBatchSize)
  const told = await scene.run(ids, { concurrency: 6, batchSize })
  audit(scene, told)
  expectDeleted(told, good)
}
