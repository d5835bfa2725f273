import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { uuidList, writePlan } from '../../../src/index.ts'
import { openJournal } from '../../../src/journal/index.ts'
import type { UuidListConfig } from '../../../src/providers/uuid-list/uuid-list.ts'
import { assert, suite } from '../../support/suite.ts'
import { expunge } from '../command.ts'
import { configOf, deletions, planned, uuidPlayground } from '../systems.ts'

const test = suite('cli: plan', { deadlineMs: 60_000 })

test('what would be done, and nothing is; the same again has the same digest', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, ids } = playground
  writeFileSync(join(folder, 'ids.txt'), [...ids, ids[0]?.toUpperCase(), 'nonsense'].join('\r\n'))
  writeFileSync(join(folder, 'keep.txt'), `${ids[1]}\n`)
  const digest = await planned(
    playground,
    { ...playground.target, protect: 'keep.txt' },
    { authority: { basis: 'retention' } },
  )
  assert.match(digest, /^[0-9a-f]{64}$/)
  const { stdout, code } = await expunge(folder, ['plan', 'cleanup.json', '-o', 'again.db'], { env })
  assert.is(code, 0)
  for (const words of [
    '19 to be deleted of 21; 1 duplicate, 1 invalid, 1 protected',
    '1 batch, 2 requests',
    digest,
    'phrase  delete 19 in io_showcase',
  ]) {
    assert.ok(stdout.includes(words), `${words} not in ${stdout}`)
  }
  assert.is(deletions(playground), 0)
  const other = await expunge(folder, ['plan', 'cleanup.json', '-o', 'run.db'], { env })
  assert.is(other.code, 2)
  assert.match(other.stderr, 'holds a plan already')
})

test('the digest does not tell when, how fast or after what', async (context) => {
  const playground = await uuidPlayground(context)
  const digests = new Set<string>()
  for (const others of [{}, { planExpiry: '7d' }, { planExpiry: '8d', rate: { share: 0.5 } }]) {
    digests.add(await planned(playground, playground.target, others))
    rmSync(join(playground.folder, 'run.db'))
  }
  assert.is(digests.size, 1)
  const guarded = await planned(playground, playground.target, { guards: { canary: 1 } })
  assert.not.ok(digests.has(guarded), 'guards are part of it')
})

test('a plan that fails half-way leaves no journal, and one that was cut short is begun again', async (context) => {
  const playground = await uuidPlayground(context)
  const { folder, env, target } = playground
  const second = { ...target, name: 'second', ids: 'broken.ndjson' }
  writeFileSync(join(folder, 'broken.ndjson'), '"x"\n{')
  writeFileSync(join(folder, 'cleanup.json'), JSON.stringify({ targets: [target, second] }))
  assert.is((await expunge(folder, ['plan', 'cleanup.json'], { env })).code, 2)
  assert.not.ok(existsSync(join(folder, 'run.db')))
  const cut = openJournal(join(folder, 'run.db'))
  cut.meta.set('begun', true)
  await cut.target('max').beginPlan()
  await cut.target('max').addToPlan([{ id: 'a', identity: 'a' }])
  cut.close()
  writeFileSync(join(folder, 'cleanup.json'), configOf(target))
  const again = await expunge(folder, ['plan', 'cleanup.json'], { env })
  assert.is(again.code, 0, again.stderr)
})

test('a journal that a program has planned is left as it is', async (context) => {
  const { folder, env, target, emulator, ids } = await uuidPlayground(context)
  writeFileSync(join(folder, 'cleanup.json'), configOf(target))
  const planned = openJournal(join(folder, 'run.db'))
  await writePlan(uuidList(emulator.options as UuidListConfig), ids, { journal: planned.target('mine') })
  planned.close()
  const plan = await expunge(folder, ['plan', 'cleanup.json'], { env })
  assert.is(plan.code, 2)
  assert.match(plan.stderr, 'holds a plan already')
  const kept = openJournal(join(folder, 'run.db'), { readOnly: true })
  context.after(kept.close)
  assert.is((await kept.target('mine').plan())?.records, ids.length)
})
