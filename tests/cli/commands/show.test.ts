import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { uuidPlayground } from '../systems.ts'

const test = suite('cli: show, and plans in the place of others', { deadlineMs: 120_000 })

test('show prints the whole plan again; what two targets share is warned of; --force replaces a plan by a whole one', async (context) => {
  const { folder, env, target, ids } = await uuidPlayground(context, 12)
  writeFileSync(join(folder, 'keep.txt'), `${ids[3]}\n${ids[9]}`)
  writeFileSync(
    join(folder, 'some.txt'),
    ids
      .slice(2, 7)
      .map((id, n) => (n % 2 ? id.toUpperCase() : id))
      .join('\n') + '\nno-id\n',
  )
  writeFileSync(join(folder, 'more.txt'), 'no-id\n')
  const second = { ...target, name: 'again', ids: 'some.txt', concurrency: 3 }
  const others = {
    authority: { basis: 'retention', reference: 'GA-28' },
    guards: { maxRecords: 400, canary: 2, halt: { rejectedShare: 0.25 } },
    rate: { share: 0.5, requestsPerSecond: 40 },
  }
  const config = (targets: ReadonlyArray<object>) =>
    writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets, ...others }))
  config([{ ...target, protect: 'keep.txt' }, second])
  const plan = await expunge(folder, ['plan', 'cleanup.json', '--json'], { env })
  assert.is(plan.code, 0, plan.stderr)
  const planned = JSON.parse(plan.stdout)
  const place = planned.targets[0].place.label
  assert.equal(planned.warnings, [
    `targets "max" and "again" are in the same place (${place}) and share 5 records; 1 of them protected by one and deleted by the other`,
  ])

  const shown = await expunge(folder, ['show', 'run.db', '--format', 'json'])
  assert.is(shown.code, 0, shown.stderr)
  const { state, approvals, ...again } = JSON.parse(shown.stdout)
  assert.equal(again, planned, 'without the secret, and with samples, warnings and what was noticed')
  assert.equal([state, approvals], ['planned', []])
  const kept = readFileSync(join(folder, 'run.db')).toString('latin1')
  const alone = planned.targets[0].sample.find((id: string) => !ids.slice(2, 7).includes(id))
  assert.is(kept.split(alone).length, 2, 'ids are kept once')

  // A plan that fails leaves the one that is there, whatever --force says.
  const before = readFileSync(join(folder, 'run.db'))
  config([target, { ...second, ids: 'none.txt' }])
  const failed = await expunge(folder, ['plan', 'cleanup.json', '--force'], { env })
  assert.is(failed.code, 2, failed.stderr)
  assert.equal(readFileSync(join(folder, 'run.db')), before)
  config([target])
  const forced = await expunge(folder, ['plan', 'cleanup.json', '--force'], { env })
  assert.is(forced.code, 0, forced.stderr)
  assert.equal(
    readdirSync(folder).filter((name) => name.includes('unfinished')),
    [],
  )
  assert.not.ok(existsSync(join(folder, 'run.db-wal')))

  const text = (await expunge(folder, ['show', 'run.db'])).stdout
  const expected = [
    'max\n',
    place,
    '12 to be deleted of 12',
    '400 records at most; 2 of each target first; halts with over 25 % rejected, once 200 records have an outcome',
    'basis: retention; reference: GA-28',
    '50 % of what each system allows, and 40 requests a second at most',
    'token from the environment (MAX_TOKEN)',
    '4 requests at once',
    'approved  by nobody yet',
  ]
  for (const words of expected) assert.match(text, words)
  const [, digest = ''] = /digest {2}([0-9a-f]{64})/.exec(text) ?? []
  const run = await expunge(folder, ['run', 'run.db', '--approve', digest.slice(0, 16)], { env })
  assert.is(run.code, 0, run.stderr)
  const after = await expunge(folder, ['show', 'run.db'])
  assert.match(after.stdout, /approved {2}by digest, \d{4}-/)
  assert.match(after.stdout, '; ended.')
})
