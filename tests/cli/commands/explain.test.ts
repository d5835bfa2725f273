import { existsSync, mkdirSync, renameSync } from 'node:fs'
import { basename, join } from 'node:path'
import { startUuidList } from '../../../src/emulators/index.ts'
import { explain, openJournal } from '../../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { expunge, folderOf } from '../command.ts'
import { configOf, planned, uuidPlayground } from '../systems.ts'

const test = suite('explain', { deadlineMs: 120_000 })

interface Fact {
  readonly kind: string
  readonly text: string
  readonly at?: string
  readonly [name: string]: unknown
}
interface Told {
  readonly id: string
  readonly target: string
  readonly place: number
  readonly journal: string
  readonly outcome?: { readonly status: string }
  readonly facts: ReadonlyArray<Fact>
  readonly earlier?: Told
  readonly untold?: string
}

const isIso = (text: unknown): boolean => typeof text === 'string' && new Date(text).toISOString() === text

/** A run of twenty records, of which the third is refused, and one id that is none. */
const ran = async (context: Pick<TestContext, 'after'>) => {
  const playground = await uuidPlayground(context)
  const { ids, emulator, folder, target, env } = playground
  emulator.refuse([ids[2] ?? ''], 'It is on hold')
  const digest = await planned(playground, { ...target, production: true, callTimeout: '800ms' })
  const { code, stderr } = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(code, 1, stderr)
  const told = async (...words: ReadonlyArray<string>): Promise<ReadonlyArray<Told>> => {
    const { code, stdout, stderr } = await expunge(folder, ['explain', ...words, '--json'])
    assert.is(code, 0, stderr)
    return JSON.parse(stdout).records
  }
  return { ...playground, told, digest }
}

test('every fact of a record, in order and in sentences; no system is asked, and no secret is needed', async (context) => {
  const { ids, folder, told, emulator } = await ran(context)
  const calls = emulator.calls.length
  const [first] = await told('run.db', ids[0] ?? '')
  assert.equal([first?.id, first?.target, first?.place], [ids[0], 'max', 0])
  const kinds = first?.facts.map(({ kind }) => kind) ?? []
  assert.is(kinds[0], 'planned')
  assert.is(kinds.at(-1), 'settled')
  assert.ok(kinds.indexOf('sent') < kinds.indexOf('answered'), kinds.join())
  for (const { at } of first?.facts ?? []) assert.ok(at === undefined || isIso(at), `${at}`)
  const times = first?.facts.slice(1).flatMap(({ at }) => (at === undefined ? [] : [at])) ?? []
  assert.equal(times, [...times].sort())
  assert.is(first?.outcome?.status, 'deleted')

  const { stdout } = await expunge(folder, ['explain', 'run.db', ids[2] ?? ''])
  assert.match(stdout, `${ids[2]} in max, by run.db`)
  assert.match(stdout, 'It is record 3 of the plan, made 2')
  assert.match(stdout, /It was sent in batch 1, with 19 others\./)
  assert.match(stdout, 'The answer of batch 1 said: the batch is refused.')
  assert.match(stdout, /It ended as rejected: it was there, and the system refused to delete it: .*It is on hold/)
  assert.is(emulator.calls.length, calls)
})

test('a record is found by another spelling of its id', async (context) => {
  const { ids, told } = await ran(context)
  const [first] = await told('run.db', (ids[5] ?? '').toUpperCase())
  assert.equal([first?.id, first?.place], [ids[5], 5])
})

test('an unknown id, an unknown target, no such journal: exit 2, and what to do', async (context) => {
  const { ids, folder } = await ran(context)
  const unknown = await expunge(folder, ['explain', 'run.db', 'nobody'])
  assert.is(unknown.code, 2)
  assert.match(unknown.stderr, '"nobody" is not in the plan of any of 1 target of run.db: check the id')
  assert.is(unknown.stdout, '')
  const target = await expunge(folder, ['explain', 'run.db', ids[0] ?? '', '--target', 'mex'])
  assert.is(target.code, 2)
  assert.match(target.stderr, 'run.db has no target "mex": is it max?')
  const none = await expunge(folder, ['explain', 'none.db', ids[0] ?? ''])
  assert.is(none.code, 2)
  assert.match(none.stderr, 'none.db')
  assert.not.ok(existsSync(join(folder, 'none.db')))
})

test('through a chain of retried plans, the first one first; also when the files were moved together', async (context) => {
  const { ids, folder, env, told } = await ran(context)
  for (const [from, to] of [
    ['run.db', 'second.db'],
    ['second.db', 'third.db'],
  ] as const) {
    const plan = await expunge(folder, ['retry', from, '-o', to, '--json'], { env })
    assert.is(plan.code, 0, plan.stderr)
    const { digest } = JSON.parse(plan.stdout)
    assert.is((await expunge(folder, ['run', to, '--approve', digest], { env })).code, 1)
  }
  const chain = (one: Told | undefined): ReadonlyArray<string> =>
    one === undefined ? [] : [basename(one.journal), ...chain(one.earlier)]
  const [third] = await told('third.db', ids[2] ?? '')
  assert.equal(chain(third), ['third.db', 'second.db', 'run.db'])
  const { stdout } = await expunge(folder, ['explain', 'third.db', ids[2] ?? ''])
  const heads = stdout.split('\n').filter((line) => line.includes(' in max, by '))
  assert.equal(
    heads.map((line) => basename(line.split(', by ').at(-1) ?? '')),
    ['run.db', 'second.db', 'third.db'],
  )

  mkdirSync(join(folder, 'archive'))
  for (const name of ['run.db', 'second.db', 'third.db']) renameSync(join(folder, name), join(folder, 'archive', name))
  const [moved] = await told(join('archive', 'third.db'), ids[2] ?? '')
  assert.equal(chain(moved), ['third.db', 'second.db', 'run.db'])

  renameSync(join(folder, 'archive', 'run.db'), join(folder, 'archive', 'elsewhere.db'))
  const [cut] = await told(join('archive', 'third.db'), ids[2] ?? '')
  assert.equal(chain(cut), ['third.db', 'second.db'])
  assert.match(
    cut?.earlier?.untold ?? '',
    /the plan takes up what the plan [0-9a-f]{12} in .*run\.db has left, and that file is not there/,
  )

  renameSync(join(folder, 'archive', 'third.db'), join(folder, 'archive', 'run.db'))
  const [other] = await told(join('archive', 'second.db'), ids[2] ?? '')
  assert.match(other?.untold ?? '', 'that file holds another plan now')
})

test('one id in two targets is told of both, and of one where that is asked for', async (context) => {
  const { ids, emulator, folder, target, env } = await uuidPlayground(context, 5)
  const second = await startUuidList()
  context.after(second.close)
  second.seed(ids)
  const { token, ...others } = second.options
  const other = { ...target, name: 'other', options: { ...others, token: { env: 'OTHER' }, permanentDelete: true } }
  const more = folderOf(context, {
    'ids.txt': ids.join('\n'),
    'cleanup.json': configOf(target, { targets: [target, other] }),
  })
  const plan = await expunge(more, ['plan', 'cleanup.json', '--json'], { env: { ...env, OTHER: token } })
  assert.is(plan.code, 0, plan.stderr)
  const both = JSON.parse((await expunge(more, ['explain', 'run.db', ids[1] ?? '', '--json'])).stdout).records
  assert.equal(
    both.map((told: Told) => [told.target, told.facts.at(-1)?.kind]),
    [
      ['max', 'waiting'],
      ['other', 'waiting'],
    ],
  )
  const one = JSON.parse(
    (await expunge(more, ['explain', 'run.db', ids[1] ?? '', '--target', 'other', '--json'])).stdout,
  )
  assert.equal(
    one.records.map((told: Told) => told.target),
    ['other'],
  )
  assert.ok(folder !== more && emulator.existing().size === 5)
})

test('what was in doubt, what reads showed, and what the judgement made of it', async (context) => {
  const folder = folderOf(context)
  const journal = openJournal(join(folder, 'run.db'))
  context.after(journal.close)
  const target = journal.target('one')
  target.beginPlan()
  target.addToPlan([
    { id: 'a', identity: 'a' },
    { id: 'b', identity: 'b' },
    { id: '!', identity: '!', refused: 'invalid-id' },
  ])
  target.sealPlan({ duplicates: 0, sourceEnded: true })
  // Sent once, no request alive: it was there, or a request of ours has deleted it.
  const belief = '10000 9,18'
  const doubt = { belief, firstSentAt: 1_000, deadAt: Number.POSITIVE_INFINITY }
  target.intend({ number: 1, indexes: [0, 1], at: 1_000 })
  target.note?.({ kind: 'answered', batch: 1, at: 2_000, by: 'reply', said: 'Interrupted' })
  target.note?.({ kind: 'read', form: 'usual', at: 3_000, proven: true, listed: [0], unlisted: [], unread: [1] })
  target.closeBatch(1, [{ index: 0, doubt }])
  target.intend({ number: 2, indexes: [0], at: 4_000, doubts: [doubt] })
  const told = explain(target, 'a')
  assert.equal(
    told?.facts.map(({ kind }) => kind),
    ['planned', 'sent', 'answered', 'read', 'returned', 'sent', 'in-flight', 'waiting'],
  )
  const [, , , read, returned, again] = told?.facts ?? []
  assert.match(read?.text ?? '', 'A read (usual) listed it: it was there.')
  assert.match(returned?.text ?? '', 'the facts allowed that')
  assert.match(returned?.text ?? '', 'An earlier request may take effect at any time.')
  assert.ok(again?.kind === 'sent' && again.known?.deadAt === Number.POSITIVE_INFINITY)
  assert.match(explain(target, 'b')?.facts.find(({ kind }) => kind === 'read')?.text ?? '', 'said nothing of it')
  assert.match(explain(target, '!')?.facts[1]?.text ?? '', 'the system can have no such id')
  assert.is(explain(target, 'c'), undefined)
  const { stdout } = await expunge(folder, ['explain', 'run.db', 'a', '--json'])
  const [record] = JSON.parse(stdout).records as ReadonlyArray<Told>
  const known = record?.facts[4]?.['known'] as { readonly deadAt: unknown } | undefined
  assert.is(known?.deadAt, null)
})
