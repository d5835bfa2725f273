import { isDeepStrictEqual } from 'node:util'
import type { Relay } from '../backends/relay.ts'
import { audit, expectDeleted } from '../kit/audit.ts'
import { breach, expect, named } from '../kit/breach.ts'
import type { CasePlan } from '../kit/case.ts'
import { isDeletion, type Scene } from '../kit/scene.ts'
import { strangeIds } from '../kit/strange-ids.ts'
import { nowhere } from '../kit/subject.ts'

/** What an adapter says without asking anybody. */
export const wordCases: ReadonlyArray<CasePlan> = [
  {
    name: 'capabilities are data, and the same every time',
    play: async ({ provider: { capabilities }, subject }) => {
      const printed = JSON.stringify(capabilities)
      expect(
        isDeepStrictEqual(JSON.parse(printed), { ...capabilities }),
        () => `declared capabilities that JSON can't carry (${printed})`,
        'plain facts: numbers, words and lists',
      )
      const again = JSON.stringify(subject.provider(nowhere).capabilities)
      expect(again === printed, () => `declared ${printed}, and ${again} when it was made again`, 'the same facts')
    },
  },
  {
    name: 'isValidId, identityOf and weigh take any text, and always say the same',
    play: async (scene) => steady(scene),
  },
  {
    name: 'capabilities are not changed by a run',
    play: async (scene) => {
      const before = JSON.stringify(scene.provider.capabilities)
      const ids = scene.ids(6)
      await scene.seed(ids)
      // Where requests can be broken, some are: what an adapter learns from that belongs to the run, not to the provider.
      if (scene.hasRelay) {
        const faults = [{ answer: { status: 413 } }, { answer: { status: 429 } }, { answer: { status: 503 } }]
        scene.relay.meddle({ fault: (request) => (isDeletion(request) ? faults[request.nth - 1] : undefined) })
      }
      audit(scene, await scene.run(ids))
      const after = JSON.stringify(scene.provider.capabilities)
      expect(after === before, () => `changed its capabilities from ${before} to ${after}`, 'them to stay as they are')
    },
  },
  {
    name: 'a dry run sends nothing',
    play: async (scene) => {
      const ids = scene.ids(4)
      await scene.seed(ids)
      audit(scene, await scene.run(ids, { dryRun: true }))
      const sent = scene.hasRelay ? await arrived(scene.relay) : scene.calls.length
      expect(sent === 0, () => `sent ${sent} requests in a dry run`, 'none')
    },
  },
  {
    name: 'the place is told, the same every time, and nothing is deleted by asking',
    unless: ({ identify }) => (identify === undefined ? 'its provider does not tell its place' : undefined),
    tests: ['identify'],
    play: async (scene) => {
      const before = await scene.existing()
      const [first, second] = [await scene.place(), await scene.place()]
      for (const place of [first, second]) {
        const whole = place.key !== '' && place.label !== '' && /^(?:yes|no|unknown)$/.test(place.production)
        expect(whole, () => `told the place as ${JSON.stringify(place)}`, 'a key, a label, and yes, no or unknown')
      }
      expect(first.key === second.key, () => `called one place ${first.key} and ${second.key}`, 'one key for one place')
      expect(
        isDeepStrictEqual(await scene.existing(), before),
        () => 'deleted while it was asked for the place',
        'no harm',
      )
    },
  },
  {
    name: 'every record is deleted, and has one outcome in the order given',
    play: async (scene) => {
      const { provider, subject } = scene
      const count = Math.min(2 * provider.capabilities.maxBatchSize + 1, 60)
      const there = scene.ids(count)
      await scene.seed(there)
      const invalid = (subject.invalidIds ?? []).filter((id) => id !== '')
      if (invalid.length > 0) scene.tested('isValidId')
      for (const id of invalid)
        expect(!provider.isValidId(id), () => `takes ${named([id])} for an id`, 'isValidId to turn it away')
      for (const id of there)
        expect(provider.isValidId(id), () => `does not take ${named([id])} for an id`, 'isValidId to let it pass')
      const ids = [...there.slice(0, 2), ...invalid, ...there.slice(2), ...there.slice(0, 3)]
      const told = await scene.run(ids)
      audit(scene, told)
      expectDeleted(told, there)
    },
  },
]

/** How many requests have come, what was on its way included: a request of our own comes after them. */
const arrived = async ({ url, requests, meddle }: Relay): Promise<number> => {
  meddle({ fault: () => ({ answer: { status: 404 } }) })
  await (await fetch(`${url}/the-kit-itself`)).text()
  return requests.length - 1
}

const steady = ({ provider, identityOf, ids }: Scene): void => {
  const { isValidId, weigh } = provider
  for (const id of [...ids(3), ...strangeIds(ids(1)[0] ?? ''), '', '\u0000', 'x'.repeat(5_000)]) {
    const say = (what: string, value: unknown) => `said ${JSON.stringify(value)} for ${what}(${named([id])})`
    const ask = <A>(what: string, question: (text: string) => A): A => {
      try {
        return question(id)
      } catch (cause) {
        return breach(`threw in ${what}(${named([id])}): ${cause}`, 'an answer for any text')
      }
    }
    const valid = [ask('isValidId', isValidId), ask('isValidId', isValidId)]
    expect(
      typeof valid[0] === 'boolean' && valid[0] === valid[1],
      () => say('isValidId', valid),
      'true or false, the same each time',
    )
    const identity = identityOf(id)
    expect(
      typeof identity === 'string' && identityOf(id) === identity && identityOf(identity) === identity,
      () => say('identityOf', [identity, identityOf(id), identityOf(identity)]),
      "a text, the same each time, and an identity's identity to be itself",
    )
    if (weigh === undefined || valid[0] === false) continue
    const weight = ask('weigh', weigh)
    const { urlBytes, bodyBytes } = weight
    const sound = [urlBytes, bodyBytes].every((bytes) => Number.isFinite(bytes) && bytes >= 0)
    expect(sound, () => say('weigh', weight), 'bytes of the URL and of the body, at least 0')
  }
}
