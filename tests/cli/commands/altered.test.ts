/** Plans that were altered in their journal by hand: the command ends with 2 and sends nothing. And one that was moved. */
import { copyFileSync, existsSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { kept, planOf, type RunPlan } from '../../../src/cli/plan/run-plan.ts'
import { demandOwnIds, demandUnchanged } from '../../../src/cli/run/journal.ts'
import { CommandError } from '../../../src/cli/terminal/command-error.ts'
import { uuidList } from '../../../src/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import { assert, suite } from '../../support/suite.ts'
import { ended, expunge, start } from '../command.ts'
import { deletions, planned, uuidPlayground } from '../systems.ts'

const test = suite('the command: an altered journal', { deadlineMs: 60_000 })

const base = 1_000_000_000
const stranger = '11111111-2222-4333-8444-555555555555'

const alter = (path: string, ...statements: ReadonlyArray<string>): void => {
  const file = new DatabaseSync(path)
  file.exec('PRAGMA synchronous = OFF')
  for (const statement of statements) file.exec(statement)
  file.close()
}

/** What `expunge plan` keeps, edited as text: `json_set` takes pairs of a path and a value. */
const edited = (...pairs: ReadonlyArray<string>): string =>
  `UPDATE meta SET value = json_set(value, ${pairs.join()}) WHERE target = 0 AND name = 'plan'`

/** What the command asks before it sends anything: the error that it would end with. */
const refusal = (path: string): CommandError | undefined => {
  const journal = openJournal(path, { readOnly: true })
  try {
    const plan = planOf(journal)
    demandUnchanged(journal, plan)
    for (const { name } of plan.targets) demandOwnIds(journal, name, rules.identityOf)
    return undefined
  } catch (error) {
    if (error instanceof CommandError) return error
    throw error
  } finally {
    journal.close()
  }
}

/** Of every target here. */
const rules = uuidList({ baseUrl: 'http://127.0.0.1:9', object: 'x', token: 'x', permanentDelete: true })

/** Copies a journal for each case, alters the copy, and holds what is said of it against what is expected. */
const refuseEach = (
  from: string,
  cases: ReadonlyArray<readonly [what: string, ...statements: ReadonlyArray<string>]>,
): ReadonlyArray<string> => {
  assert.is(refusal(from), undefined, 'before it is altered')
  return cases.map(([what, ...statements], at) => {
    const path = from.replace(/\.db$/, `-${at}.db`)
    copyFileSync(from, path)
    alter(path, ...statements)
    const error = refusal(path)
    assert.is(error?.exitCode, 2, what)
    assert.match(error?.message ?? '', path, what)
    assert.match(error?.message ?? '', /plan again|update expunge/, what)
    return path
  })
}

const byHand: ReadonlyArray<readonly [what: string, ...statements: ReadonlyArray<string>]> = [
  [
    'an id under its old identity',
    `UPDATE identities SET id = '${stranger}', identity = id WHERE number = ${base + 3}`,
  ],
  [
    'two ids that changed places, each with the identity of the other',
    `UPDATE identities SET identity = id WHERE number IN (${base}, ${base + 1});
     UPDATE identities SET id = (SELECT o.identity FROM identities o WHERE o.number = ${2 * base + 1} - identities.number)
       WHERE number IN (${base}, ${base + 1})`,
  ],
  [
    'the order',
    `UPDATE identities SET number = ${base + 500} WHERE number = ${base}; UPDATE identities SET number = ${base} WHERE number = ${base + 1};
     UPDATE identities SET number = ${base + 1} WHERE number = ${base + 500}`,
  ],
  [
    'one more, with counts that fit',
    `INSERT INTO identities (number, id) VALUES (${base + 20}, '${stranger}'); UPDATE targets SET records = 21, to_send = 19`,
    edited("'$.targets[0].records'", '21', "'$.targets[0].toSend'", '19'),
  ],
  ['one less', `DELETE FROM identities WHERE number = ${base + 19}`],
  [
    'one that was protected, another in its place',
    `UPDATE outcomes SET first = ${base + 9}, last = ${base + 9} WHERE first = ${base + 4}`,
  ],
  [
    'all that was protected',
    'DELETE FROM outcomes; UPDATE targets SET to_send = 20',
    edited("'$.targets[0].protected'", '0', "'$.targets[0].toSend'", '20'),
  ],
  ['the place', edited("'$.targets[0].place.key'", "'http://127.0.0.1:9 elsewhere'")],
  ['a guard', edited("'$.guards.maxRecords'", '1000000')],
  ['when it expires', edited("'$.expiresAt'", "'2999-01-01T00:00:00.000Z'")],
  ['its rate', edited("'$.rate'", 'json(\'{"share":1}\')')],
  ['its format', edited("'$.format'", '1')],
  ['what it holds at all', edited("'$.targets'", 'null')],
]

test('2: whatever is altered of a plan, nothing is sent', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target, ids } = playground
  writeFileSync(join(folder, 'keep.txt'), `${ids[4]}\n${ids[5]}\n`)
  const digest = await planned(playground, { ...target, protect: 'keep.txt' })
  // Nothing but the journal says who was protected.
  writeFileSync(join(folder, 'keep.txt'), `${stranger}\n`)
  const calls = playground.emulator.calls.length
  const [first, , , , , protectedOnce] = refuseEach(join(folder, 'run.db'), byHand)
  for (const path of [first, protectedOnce] as ReadonlyArray<string>) {
    const { code, stderr } = await expunge(folder, ['run', path, '--approve', digest], { env })
    assert.is(code, 2, stderr)
    assert.match(stderr, 'the records are not those of the plan')
    assert.not.match(stderr, digest.slice(0, 16))
  }
  assert.is(playground.emulator.calls.slice(calls).filter(({ method }) => method === 'DELETE').length, 0)
  const whole = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(whole.code, 1, whole.stderr)
  assert.is(
    deletions(playground) > 0 && playground.emulator.existing().size,
    2,
    'the two that were protected are there',
  )
})

test('2: whatever is altered of a run, it is not resumed', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target, emulator, ids } = playground
  emulator.refuse(ids.slice(0, 1))
  const digest = await planned(playground, { ...target, batchSize: 5, attempts: 1 })
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest], { env })
  assert.is(run.code, 1, run.stderr)
  const calls = emulator.calls.length
  emulator.seed(ids)
  const approval = (value: string): string => `UPDATE meta SET value = ${value} WHERE target = 0 AND name = 'approval'`
  const cases: ReadonlyArray<readonly [what: string, statement: string]> = [
    ['every outcome', 'DELETE FROM outcomes'],
    ['the last link', 'DELETE FROM outcomes WHERE link = (SELECT max(link) FROM outcomes)'],
    ['the first record of a row', 'UPDATE outcomes SET first = first + 1 WHERE last > first'],
    ['a status', "UPDATE outcomes SET status = 'rejected' WHERE status = 'deleted'"],
    ['every outcome, and where they end', "DELETE FROM outcomes; DELETE FROM meta WHERE name GLOB 'plan:*'"],
    ['the approval', approval("json_set(value, '$.digest', 'another')")],
    ['the approval, as if an older release had made it', approval("json_remove(value, '$.digest')")],
  ]
  const [first = ''] = refuseEach(join(folder, 'run.db'), cases)
  const { code, stderr } = await expunge(folder, ['resume', first], { env })
  assert.is(code, 2, stderr)
  assert.is(emulator.calls.length, calls)
  const whole = await expunge(folder, ['resume', 'run.db'], { env })
  assert.is(whole.code, 1, whole.stderr)
})

test('2: a journal of release 0.1, by what that release covered and recorded', async (context) => {
  const { folder } = await uuidPlayground(context)
  const from = join(import.meta.dirname, '../../journal/fixtures/0.1')
  const cases: Readonly<Record<string, Parameters<typeof refuseEach>[1]>> = {
    planned: [
      ['an id', `UPDATE identities SET id = 'another' WHERE number = ${base + 2}`],
      [
        'an id under its old identity',
        `UPDATE identities SET id = '${stranger}', identity = id WHERE number = ${2 * base + 2}`,
      ],
      ['what is protected', 'DELETE FROM outcomes WHERE first > 2000000010'],
      ['how many', edited("'$.targets[1].toSend'", '40')],
      ['its format', edited("'$.format'", '2')],
      ['its release', edited("'$.expunge'", "'0.2.0'")],
    ],
    'half-run': [
      ['one less', `DELETE FROM identities WHERE number = ${base + 2}`],
      ['the environment', edited("'$.targets[0].options.environment'", "'other'")],
      ['two outcomes of one record', 'UPDATE outcomes SET last = last + 1 WHERE first = 2000000002'],
    ],
  }
  for (const [state, altered] of Object.entries(cases)) {
    const path = join(folder, `${state}.db`)
    for (const ending of ['', '-wal', '-shm']) {
      if (existsSync(join(from, `${state}.db${ending}`)))
        copyFileSync(join(from, `${state}.db${ending}`), path + ending)
    }
    openJournal(path).close()
    refuseEach(path, altered)
  }
  const journal = openJournal(join(folder, 'planned-0.db'), { readOnly: true })
  const { digest } = kept(journal, 'plan') as RunPlan
  journal.close()
  const env = { CMS_TOKEN: 'x', MAX_TOKEN: 'x', OPUS_SECRET: 'x' }
  const { code, stderr } = await expunge(folder, ['run', 'planned-0.db', '--approve', digest], { env })
  assert.is(code, 2, stderr)
})

test('5: a journal that is moved in mid-run; the message says where it is, and there it is resumed', async (context) => {
  const playground = await uuidPlayground(context, 300, { latencyMs: 10 })
  const { folder, env, target, emulator } = playground
  const digest = await planned(playground, { ...target, batchSize: 5, concurrency: 1 })
  const child = start(folder, ['run', 'run.db', '--approve', digest], env)
  child.stdin.end()
  const end = ended(child)
  while (deletions(playground) < 5 && child.exitCode === null) await new Promise((resolve) => setTimeout(resolve, 5))
  renameSync(join(folder, 'run.db'), join(folder, 'elsewhere.db'))
  const { code, stdout, stderr } = await end
  assert.is(code, 5, stdout + stderr)
  if (process.platform === 'linux') assert.match(stdout + stderr, 'elsewhere.db')
  assert.ok(emulator.existing().size > 200)
  const resumed = await expunge(folder, ['resume', 'elsewhere.db'], { env })
  assert.is(resumed.code, 0, resumed.stdout + resumed.stderr)
  assert.is(emulator.existing().size, 0)
})
