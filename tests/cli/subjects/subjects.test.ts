import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { startUuidList, type UuidListEmulator } from '../../../src/emulators/index.ts'
import { assert, suite, type TestContext } from '../../support/suite.ts'
import { type Ended, expunge, folderOf } from '../command.ts'

const test = suite('subjects on the command line', { deadlineMs: 120_000 })

interface Scene {
  readonly folder: string
  readonly crm: UuidListEmulator
  readonly dms: UuidListEmulator
  readonly ids: ReadonlyArray<{ readonly crm: string; readonly dms: string; readonly more: string }>
  readonly run: (...words: ReadonlyArray<string>) => Promise<Ended>
  readonly write: (name: string, text: string) => void
  /** Plans, and answers with the plan as JSON. */
  readonly plan: (others?: object, targets?: ReadonlyArray<object>) => Promise<Ended>
  readonly targets: ReadonlyArray<Readonly<Record<string, unknown>>>
}

const people = ['Ada', 'Bo', 'Cy', 'Dee', 'Eve']

const scene = async (context: Pick<TestContext, 'after'>): Promise<Scene> => {
  const [crm, dms] = [await startUuidList({ object: 'people' }), await startUuidList({ object: 'files' })]
  context.after(crm.close)
  context.after(dms.close)
  const ids = people.map(() => ({ crm: randomUUID(), dms: randomUUID(), more: randomUUID() }))
  crm.seed(ids.map((own) => own.crm))
  dms.seed(ids.flatMap((own) => [own.dms, own.more]))
  const rows = ids.slice(0, 4).map((own, place) => `${people[place]};${own.crm};${own.dms} | ${own.more};B-${place}`)
  const table = ['who;contact;files;box', ...rows, `Eve;${ids[4]?.crm};;`, `Eve;;${ids[4]?.dms};`, 'Nobody;;;'].join(
    '\n',
  )
  const folder = folderOf(context, { 'who.csv': table.replaceAll(';', ',') })
  const systemOf = ({ options }: UuidListEmulator, name: string, column: string) => {
    const { token, ...others } = options as { readonly token: string }
    return {
      name,
      provider: 'uuid-list',
      column,
      options: { ...others, token: { env: 'TOKEN' }, permanentDelete: true },
    }
  }
  const targets = [
    systemOf(crm, 'crm', 'contact'),
    { ...systemOf(dms, 'dms', 'files'), separator: '|', after: [{ target: 'crm', each: true, needs: 'erased' }] },
    { name: 'boxes', provider: 'manual', column: 'box', instructions: 'Take it to the shredder.' },
  ]
  const run: Scene['run'] = (...words) => expunge(folder, words, { env: { TOKEN: 'uuid-list-token' } })
  const write: Scene['write'] = (name, text) => writeFileSync(join(folder, name), text)
  const plan: Scene['plan'] = (others = {}, given = targets) => {
    write('cleanup.json', JSON.stringify({ subjects: { file: 'who.csv', key: 'who', ...others }, targets: given }))
    return run('plan', 'cleanup.json', '-o', 'run.db', '--json', '--force')
  }
  return { folder, crm, dms, ids, run, write, plan, targets }
}

const stateOf = async ({ run }: Scene) => {
  const { stdout, code } = await run('report', 'run.db', '--by', 'subject', '--format', 'json')
  const { subjects } = JSON.parse(stdout) as {
    readonly subjects: ReadonlyArray<{
      readonly subject: string
      readonly state: string
      readonly left: ReadonlyArray<{ readonly target: string; readonly id: string; readonly why?: string }>
    }>
  }
  return { subjects, code, states: Object.fromEntries(subjects.map(({ subject, state }) => [subject, state])) }
}

test('planned, half done, confirmed by people, complete', async (context) => {
  const stage = await scene(context)
  const { crm, dms, ids, run, write, plan } = stage
  crm.refuse([ids[1]?.crm ?? ''])
  const planned = JSON.parse((await plan()).stdout)
  assert.is(planned.subjects.count, 6)
  assert.equal(planned.subjects.targets, [
    { name: 'crm', subjects: 5, records: 5 },
    { name: 'dms', subjects: 5, records: 9 },
    { name: 'boxes', subjects: 4, records: 4 },
  ])
  const first = await run('run', 'run.db', '--approve', planned.digest)
  assert.is(first.code, 1, first.stderr)
  assert.match(first.stdout, /boxes: waits for people: Take it to the shredder\./)

  const half = await stateOf(stage)
  assert.is(half.code, 1)
  assert.equal(half.states, {
    Ada: 'half-deleted',
    Cy: 'half-deleted',
    Dee: 'half-deleted',
    Bo: 'not-begun',
    Eve: 'complete',
    Nobody: 'nothing',
  })
  assert.equal(
    half.subjects.map(({ state }) => state),
    ['half-deleted', 'half-deleted', 'half-deleted', 'not-begun', 'complete', 'nothing'],
  )
  const bo = half.subjects.find(({ subject }) => subject === 'Bo')
  assert.equal(
    bo?.left.map(({ target, why }) => [target, why]),
    [
      ['crm', undefined],
      ['dms', 'waiting-for crm'],
      ['dms', 'waiting-for crm'],
      ['boxes', 'waiting-for confirmation'],
    ],
  )
  assert.equal([...dms.existing()].sort(), [ids[1]?.dms, ids[1]?.more, ids[4]?.more].sort())

  // One bad entry, and nothing is on record.
  write(
    'bad.csv',
    'id,result,reason\nB-0,done,\nB-9,done,\nB-0,not-found,\nB-2,gone,\nB-3,not-possible,\nB-1,done,because\n',
  )
  const refused = await run('confirm', 'run.db', '--target', 'boxes', 'bad.csv', '--by', 'A. Meier')
  assert.is(refused.code, 2)
  for (const says of [
    /bad\.csv:3: "B-9" is no record of target "boxes"/,
    /bad\.csv:4: "B-0" stands in bad\.csv:2 already/,
    /bad\.csv:5: "B-2" has the result "gone"/,
    /bad\.csv:6: "B-3" .*a reason is missing/,
    /bad\.csv:7: "B-1" .*takes no reason/,
  ])
    assert.match(refused.stderr, says)
  write('done.csv', 'id,result,reason\nB-0,done,\nB-2,not-found,\nB-3,not-possible,flooded\n')
  const wrong = await run('confirm', 'run.db', '--target', 'crm', 'done.csv', '--by', 'A. Meier')
  assert.is(wrong.code, 2)
  const told = await run('confirm', 'run.db', '--target', 'boxes', 'done.csv', '--by', 'A. Meier')
  assert.is(told.code, 0, told.stderr)
  assert.is((await run('confirm', 'run.db', '--target', 'boxes', 'done.csv', '--by', 'A. Meier')).code, 2)
  const rows = (await run('report', 'run.db', '--format', 'ndjson')).stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.equal(
    rows
      .filter(({ target }) => target === 'boxes')
      .map(({ id, status, evidence, reason }) => [id, status, evidence ?? reason?.message]),
    [
      ['B-0', 'deleted', 'attested'],
      ['B-1', 'untouched', undefined],
      ['B-2', 'absent', 'attested'],
      ['B-3', 'rejected', 'flooded'],
    ],
  )

  // Resumed, the refused one is not sent again, and what waits goes on waiting.
  assert.is((await run('resume', 'run.db')).code, 1)
  const after = await stateOf(stage)
  assert.equal(after.states, { ...half.states, Ada: 'complete', Cy: 'complete' })
  const explained = JSON.parse((await run('explain', 'run.db', '--subject', 'Bo', '--json')).stdout)
  assert.is(explained.records.length, 4)
  const csv = (await run('report', 'run.db', '--by', 'subject', '--format', 'csv')).stdout
  assert.ok(csv.startsWith('subject,state'))
  const page = (await run('report', 'run.db', '--by', 'subject', '--format', 'html')).stdout
  assert.match(page, /Dee/)
  assert.is((await run('explain', 'run.db', '--subject', 'Zed')).code, 2)
})

test('what two subjects share stops the plan, or goes with the last of them', async (context) => {
  const stage = await scene(context)
  const { crm, dms, ids, run, write, plan } = stage
  const [ada, bo] = ids
  const rows = [`Ada,${ada?.crm},${ada?.dms},`, `Bo,${bo?.crm},${ada?.dms.toUpperCase()},`]
  write('who.csv', `who,contact,files,box\n${rows.join('\n')}\n`)
  const refused = await plan()
  assert.is(refused.code, 2)
  assert.match(refused.stderr, /"dms": 1 record of several subjects, such as ".*" of "Ada" and "Bo"/)
  crm.refuse([bo?.crm ?? ''])
  const { digest } = JSON.parse((await plan({ shared: 'last' })).stdout)
  assert.is((await run('run', 'run.db', '--approve', digest)).code, 1)
  assert.ok(dms.existing().has(ada?.dms ?? ''), 'Bo is not gone, so what both share stays')
  assert.equal((await stateOf(stage)).states, { Ada: 'half-deleted', Bo: 'not-begun' })
})

test('an order that can not be is refused, and so is a table that says too little', async (context) => {
  const { plan, targets, write } = await scene(context)
  const [crm = {}, dms = {}, boxes = {}] = targets
  const refused = async (given: ReadonlyArray<object>, says: RegExp, others: object = {}): Promise<void> => {
    const { code, stderr } = await plan(others, given)
    assert.is(code, 2, stderr)
    assert.match(stderr, says)
  }
  const each = (target: string, needs?: string) => ({ after: [{ target, each: true, ...(needs && { needs }) }] })
  await refused([{ ...crm, ...each('dms') }, dms], /would wait for itself/)
  await refused([crm, { ...dms, ...each('crn') }], /there is no target "crn"/)
  await refused([crm, { ...dms, ...each('crm', 'gone') }], /needs/)
  await refused([boxes, { ...crm, ...each('boxes', 'erased') }], /needs "erased" of "boxes", which promises "unknown"/)
  await refused([{ ...crm, column: undefined }], /column/)
  await refused([{ ...crm, column: 'kontact' }], /there is no column "kontact"/)
  await refused([{ ...boxes, instructions: undefined }], /instructions/)
  await refused([crm], /key/, { key: undefined })
  write('who.csv', 'who,contact\n,84a33b7e-833a-47da-95ed-000000000001\n')
  await refused([crm], /who\.csv:2: the column "who" is blank/)
})

test('retried, what waits keeps its place behind what is left before it', async (context) => {
  const stage = await scene(context)
  const { crm, dms, ids, run, plan } = stage
  crm.refuse([ids[1]?.crm ?? ''])
  const { digest } = JSON.parse((await plan()).stdout)
  assert.is((await run('run', 'run.db', '--approve', digest)).code, 1)
  const again = JSON.parse((await run('retry', 'run.db', '-o', 'again.db', '--json')).stdout)
  assert.equal(
    again.targets.map((target: { readonly name: string; readonly records: number }) => [target.name, target.records]),
    [
      ['crm', 1],
      ['dms', 2],
      ['boxes', 4],
    ],
  )
  assert.is((await run('run', 'again.db', '--approve', again.digest)).code, 1)
  assert.ok(dms.existing().has(ids[1]?.dms ?? ''))
  // Left out, what holds them is not waited for, so they are left out as well.
  const alone = JSON.parse((await run('retry', 'run.db', '-o', 'alone.db', '--status', 'untouched', '--json')).stdout)
  assert.equal(
    alone.targets.map((target: { readonly name: string; readonly records: number }) => [target.name, target.records]),
    [
      ['dms', 0],
      ['boxes', 4],
    ],
  )
})

test('whose a record is can not be altered once it is planned', async (context) => {
  const { plan, run, folder, dms } = await scene(context)
  const { digest } = JSON.parse((await plan()).stdout)
  const database = new DatabaseSync(join(folder, 'run.db'))
  database.exec(`UPDATE identities SET columns = replace(columns, 'Ada', 'Bo')`)
  database.close()
  const altered = await run('run', 'run.db', '--approve', digest)
  assert.is(altered.code, 2, altered.stdout)
  assert.is(dms.calls.filter(({ method }) => method === 'DELETE').length, 0)
})

test('sealed, a journal names no subject any more', async (context) => {
  const { plan, run, folder, targets } = await scene(context)
  const { digest } = JSON.parse((await plan({}, targets.slice(0, 1))).stdout)
  assert.is((await run('run', 'run.db', '--approve', digest)).code, 0)
  assert.ok(readFileSync(join(folder, 'run.db')).includes('Nobody'))
  assert.is((await run('seal', 'run.db')).code, 0)
  const bytes = readFileSync(join(folder, 'run.db'))
  for (const name of [...people, 'Nobody']) assert.not.ok(bytes.includes(`"${name}"`), name)
  const told = await run('report', 'run.db', '--by', 'subject')
  assert.is(told.code, 2)
  assert.match(told.stderr, /is sealed/)
  assert.is((await run('report', 'run.db')).code, 0)
})
