import { startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import {
  type BulkRecordProvider,
  datoCms,
  deleteSubjects,
  type RunEvent,
  type Subject,
  UsageError,
  uuidList,
} from '../../src/index.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('deleteSubjects')

const uuid = (place: number, system: number): string =>
  `84a33b7e-833a-47da-95ed-${system}${String(place).padStart(11, '0')}`

/** The emulator's reads lag behind nothing. */
const prompt = (provider: BulkRecordProvider): BulkRecordProvider => ({
  ...provider,
  capabilities: { ...provider.capabilities, readLagMs: 0 },
})

const scene = async (after: (close: () => unknown) => void, people: number) => {
  const crm = await startUuidList()
  after(crm.close)
  const cms = await startDatoCms()
  after(cms.close)
  const subjects: ReadonlyArray<Subject> = Array.from({ length: people }, (_, place) => ({
    subject: `person ${place}`,
    ids: { crm: uuid(place, 1), cms: [String(10_000 + place), String(20_000 + place)] },
  }))
  crm.seed(subjects.map(({ ids }) => String(ids['crm'])))
  cms.seed(subjects.flatMap(({ ids }) => ids['cms'] as ReadonlyArray<string>))
  const systems = [
    { name: 'crm', provider: uuidList({ ...crm.options, permanentDelete: true }) },
    {
      name: 'cms',
      provider: prompt(datoCms(cms.options)),
      after: [{ target: 'crm', each: true as const, needs: 'erased' as const }],
    },
  ]
  return { crm, cms, subjects, systems }
}

test('a subject is done in one system after the other; what is left in the first is left in both', async ({
  after,
}) => {
  const { crm, cms, subjects, systems } = await scene(after, 60)
  crm.refuse([uuid(7, 1)])
  cms.refuse(['20003'], 'ITEM_LOCKED')
  const { subjects: told, targets } = await deleteSubjects(systems, subjects)
  const others = told.filter((_, place) => place !== 7 && place !== 3)
  assert.ok(others.every(({ state, left }) => state === 'complete' && left.length === 0))
  assert.is(told[7]?.state, 'not-begun')
  assert.equal(
    told[7]?.left.map(({ target, id, status }) => [target, id, status]),
    [
      ['crm', uuid(7, 1), 'rejected'],
      ['cms', '10007', 'untouched'],
      ['cms', '20007', 'untouched'],
    ],
  )
  assert.is((told[7]?.left[1] as { readonly why?: string } | undefined)?.why, 'waiting-for crm')
  assert.is(told[3]?.state, 'half-deleted')
  assert.equal(
    told[3]?.left.map(({ id, status }) => [id, status]),
    [['20003', 'rejected']],
  )
  assert.equal([...targets.keys()], ['crm', 'cms'])
  assert.equal([...cms.existing()].sort(), ['10007', '20003', '20007'])
})

test('order costs no more requests than one in twenty', async ({ after }) => {
  const one = await scene(after, 1_000)
  const other = await scene(after, 1_000)
  const requestsOf = async ({ systems, subjects }: typeof one, ordered: boolean): Promise<number> => {
    const given = ordered ? systems : systems.map(({ after: _, ...system }) => system)
    const { targets } = await deleteSubjects(given, subjects)
    return [...targets.values()].reduce((sum, summary) => sum + (summary?.requests ?? 0), 0)
  }
  await requestsOf(one, true)
  await requestsOf(other, false)
  const batches = ({ cms }: typeof one) => cms.calls.filter(({ method }) => method === 'POST').length
  assert.ok(batches(one) <= Math.ceil(batches(other) * 1.05), `${batches(one)} batches instead of ${batches(other)}`)
})

test('with a whole system before it, a system that begins is told, and one that does not has no run', async ({
  after,
}) => {
  const { crm, systems, subjects } = await scene(after, 5)
  const [first, second] = systems as [(typeof systems)[0], (typeof systems)[0]]
  crm.refuse([uuid(2, 1)])
  const seen: string[] = []
  const { subjects: told, targets } = await deleteSubjects([first, { ...second, after: ['crm'] }], subjects, {
    onEvent: (system, event: RunEvent) => {
      if (event.kind === 'run-started') seen.push(system)
    },
  })
  assert.equal(seen, ['crm'])
  assert.is(targets.get('cms'), undefined)
  assert.equal(
    told.map(({ state }) => state),
    ['half-deleted', 'half-deleted', 'not-begun', 'half-deleted', 'half-deleted'],
  )
})

test('what can not be carried out is misuse, before anything is sent', async ({ after }) => {
  const { crm, cms, systems, subjects } = await scene(after, 2)
  const refused = async (work: () => Promise<unknown>, says: RegExp): Promise<void> => {
    try {
      await work()
    } catch (cause) {
      assert.instance(cause, UsageError)
      assert.match((cause as Error).message, says)
      return
    }
    assert.unreachable(`not refused: ${says}`)
  }
  const [first, second] = systems as [(typeof systems)[0], (typeof systems)[0]]
  const each = (target: string, needs?: 'erased') => [{ target, each: true as const, ...(needs && { needs }) }]
  await refused(() => deleteSubjects([{ ...first, after: each('cms') }, second], subjects), /would wait for itself/)
  await refused(() => deleteSubjects([first, { ...second, after: each('crn') }], subjects), /no such system/)
  const recoverable = { ...first, provider: uuidList({ ...crm.options, permanentDelete: false }) }
  await refused(() => deleteSubjects([recoverable, { ...second, after: each('crm', 'erased') }], subjects), /for ever/)
  await refused(() => deleteSubjects([first, first], subjects), /two systems/)
  const badly = { name: 'cms', provider: second.provider, options: { concurrency: 0 } }
  await refused(() => deleteSubjects([first, badly], subjects), /concurrency/)
  await refused(() => deleteSubjects(systems, [{ subject: ' ', ids: {} }]), /must have a name/)
  await refused(() => deleteSubjects(systems, [{ subject: 'a', ids: { dms: '1' } }]), /no such system/)
  const sharing = [...subjects, { subject: 'other', ids: { crm: uuid(0, 1).toUpperCase() } }]
  await refused(() => deleteSubjects(systems, sharing), /"person 0" and "other" share/)
  // A run that had begun would have sent by then.
  await new Promise((resolve) => setTimeout(resolve, 500))
  assert.is(crm.calls.length + cms.calls.length, 0)
})

test('several entries of one subject add up, and one without records has nothing', async ({ after }) => {
  const { systems, subjects } = await scene(after, 3)
  const split = [
    { subject: 'a', ids: { crm: uuid(0, 1) } },
    { subject: 'none', ids: { cms: [] } },
    { subject: 'a', ids: { cms: ['10001', '10001'], crm: uuid(0, 1) } },
  ]
  const { subjects: told } = await deleteSubjects(systems, split)
  assert.equal(
    told.map(({ subject, state }) => [subject, state]),
    [
      ['a', 'complete'],
      ['none', 'nothing'],
    ],
  )
  assert.ok(subjects.length > 0)
})
