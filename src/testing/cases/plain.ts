import { audit, expectDeleted, outcomeOf, said } from '../kit/audit.ts'
import { breach, expect, misfit, named } from '../kit/breach.ts'
import { type CasePlan, unlessSafe } from '../kit/case.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, type Scene } from '../kit/scene.ts'
import { alterationsOf, strangeIds } from '../kit/strange-ids.ts'

/** Ids, as they come and go. */
export const plainCases: ReadonlyArray<CasePlan> = [
  {
    name: 'identity, not spelling, decides duplicates and protection',
    tests: ['identityOf'],
    play: (scene) => identity(scene),
  },
  { name: 'ids go out and come back unaltered', play: (scene) => unaltered(scene) },
  {
    name: 'an id that is a dot or two reaches no other place',
    meets: 'requests',
    play: (scene) => dots(scene),
  },
  {
    name: 'a record that was not there is not called deleted',
    play: async (scene) => {
      const [there = '', gone = '', other = '', alone = '', present = ''] = scene.ids(5)
      await scene.seed([there, other, present])
      const mixed = await scene.run([there, gone, other])
      audit(scene, mixed)
      expectDeleted(mixed, [there, other])
      audit(scene, await scene.run([alone]))
      const statusOfMissing = lastStatus(scene)
      audit(scene, await scene.run([present]))
      if (scene.subject.missing === 'silent' && statusOfMissing !== lastStatus(scene))
        misfit(
          `it says that the backend is silent about records that are missing, and it answered ${statusOfMissing} to one, and ${lastStatus(scene)} to one that was there`,
        )
    },
  },
  {
    name: 'what was deleted before is not deleted again',
    // Where it is not safe to send twice, this is why.
    unless: unlessSafe,
    play: async (scene) => {
      const ids = scene.ids(3)
      await scene.seed(ids)
      audit(scene, await scene.run(ids))
      audit(scene, await scene.run(ids))
    },
  },
]

const lastStatus = (scene: Scene): number | undefined =>
  scene.hasRelay ? scene.relay.requests.findLast(isDeletion)?.told?.status : undefined

const identity = async (scene: Scene): Promise<void> => {
  const { provider, identityOf, subject } = scene
  const [first = '', second = '', third = '', fourth = ''] = scene.ids(4)
  const spelled = (id: string): string | undefined =>
    [subject.respell?.(id) ?? id, id.toUpperCase(), id.toLowerCase()].find(
      (other) => other !== id && provider.isValidId(other) && identityOf(other) === identityOf(id),
    )
  const respelled = spelled(first)
  if (provider.identityOf !== undefined && respelled === undefined)
    misfit(`its provider has identityOf, and no other spelling of ${named([first])} is known: give respell`)

  await backendAgrees(scene, third)
  await scene.seed([first, second, fourth])
  const twin = respelled ?? first
  const told = await scene.run([first, second, twin, first, fourth], { protect: [spelled(second) ?? second] })
  audit(scene, told)
  expectDeleted(told, [first, fourth])
  const { duplicates } = told.report
  expect(
    duplicates === 2,
    () => `let ${duplicates} repeats of ${named([first])} be counted (${named([twin])} is one)`,
    '2',
  )
  const guarded = outcomeOf(told, second)
  expect(
    guarded.status === 'untouched' && guarded.why === 'protected',
    () => `called ${said(guarded)}, though it was protected as ${named([spelled(second) ?? second])}`,
    'it to be protected under every spelling',
  )
}

/** Two spellings are one record to the adapter exactly if they are one to the backend. */
const backendAgrees = async ({ provider, identityOf, seed, backend, subject }: Scene, id: string): Promise<void> => {
  const spellings = [subject.respell?.(id) ?? id, id.toUpperCase(), id.toLowerCase(), `${id} `, ` ${id}`]
  const other = spellings.find((spelling) => spelling !== id && provider.isValidId(spelling))
  if (other === undefined) return
  const count = async () => [...(await backend.existing())].length
  const before = await count()
  await seed([id])
  const withOne = await count()
  await seed([other])
  const isOne = (await count()) === withOne
  if (withOne === before) misfit(`seed was given ${named([id])}, and existing does not tell it`)
  const isOneToUs = identityOf(id) === identityOf(other)
  if (isOne && !isOneToUs)
    breach(`takes ${named([id, other])} for two records, and they are one`, 'identityOf to say the same for both')
  if (!isOne && isOneToUs)
    breach(`takes ${named([id, other])} for one record, and they are two`, 'identityOf to tell them apart')
}

const unaltered = async (scene: Scene): Promise<void> => {
  const { provider, identityOf } = scene
  const plain = scene.ids(2)
  const [first = ''] = plain
  const identities = new Set<string>()
  const isNew = (id: string): boolean => {
    const fresh = provider.isValidId(id) && !identities.has(identityOf(id))
    if (fresh) identities.add(identityOf(id))
    return fresh
  }
  const targets = [...plain, ...strangeIds(first)].filter(isNew)
  const others = targets.flatMap(alterationsOf).filter(isNew)
  for (const id of [...targets, ...others]) await scene.seed([id])
  const there = await scene.existing()
  const kept = targets.filter((id) => there.has(identityOf(id)))
  const told = await scene.run(kept)
  const lost = others.filter((id) => there.has(identityOf(id)) && !told.after.has(identityOf(id)))
  if (lost.length > 0)
    breach(
      `deleted ${named(lost)}, of which nobody had spoken: it altered an id on the way`,
      'ids to go out as they came',
    )
  audit(scene, told)
  expectDeleted(told, kept)
}

/** A path that ends in a dot is the folder's, or that of the folder above: `DELETE /records/.` is `DELETE /records/`. */
const dots = async (scene: Scene) => {
  const { provider, relay, identityOf } = scene
  const dotted = ['.', '..', './', '../', '%2e', '%2E%2e'].filter((id) => provider.isValidId(id))
  if (dotted.length === 0) return notApplicable('its provider takes no dots for an id')
  const plain = scene.ids(2)
  await scene.seed([...plain, ...dotted])
  const known = await scene.existing()
  const told = await scene.run(plain)
  audit(scene, told)
  const partsOf = (path: string) => path.split('/').filter((part) => part !== '').length
  const usual = new Set(relay.requests.filter(isDeletion).map(({ method, path }) => `${method} ${partsOf(path)}`))
  for (const id of dotted.filter((one) => known.has(identityOf(one)))) {
    const from = relay.requests.length
    const alone = await scene.run([id])
    const stray = relay.requests
      .slice(from)
      .find((request) => isDeletion(request) && !usual.has(`${request.method} ${partsOf(request.path)}`))
    if (stray !== undefined)
      breach(
        `sent ${stray.method} ${stray.path} for ${named([id])}`,
        'an id that can not stand in a path to be turned away',
      )
    audit(scene, alone)
  }
  return undefined
}
