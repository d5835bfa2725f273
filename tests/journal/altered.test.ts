/**
 * A journal whose plan was altered by hand, in every way that SQL allows short of computing its digests anew. Whatever is
 * altered: no record is deleted that was not to be.
 */
import { DatabaseSync } from 'node:sqlite'
import fc from 'fast-check'
import { startUuidList } from '../../src/emulators/index.ts'
import { deleteRecords, uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'
import { codeOf, journalPath } from './fixtures.ts'

const test = suite('an altered journal', { deadlineMs: 60_000 })

const uuidAt = (at: number): string => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`
/** Capitals: some ids are another spelling of their identity. */
const planned = Array.from({ length: 12 }, (_, at) => (at % 3 === 0 ? uuidAt(at).toUpperCase() : uuidAt(at)))
const guarded = [uuidAt(2), uuidAt(6), uuidAt(7)]
const victims = [uuidAt(90), uuidAt(91)]
const base = 1_000_000_000
/** Place 5 is no id at all. */
const ids = planned.toSpliced(5, 0, 'no-uuid')

const startSystem = async (context: Pick<TestContext, 'after'>) => {
  const emulator = await startUuidList()
  context.after(emulator.close)
  const reseed = (): void => emulator.seed([...planned.map((id) => id.toLowerCase()), ...victims])
  reseed()
  const sent = (): ReadonlyArray<string> =>
    emulator.calls.flatMap((call) => (call.method === 'DELETE' ? call.ids.map((id) => id.toLowerCase()) : []))
  return { emulator, reseed, sent, provider: uuidList({ ...emulator.options, permanentDelete: true }) }
}

type System = Awaited<ReturnType<typeof startSystem>>

/** What may be deleted. */
const approved = new Set(planned.map((id) => id.toLowerCase()).filter((id) => !guarded.includes(id)))

/** Planned, and where `done` says so, run as far as its first batches. */
const planInto = async ({ provider }: System, path: string, done: boolean): Promise<void> => {
  const journal = openJournal(path)
  const target = journal.target('max')
  await deleteRecords(provider, ids, { journal: target, protect: guarded, dryRun: true })
  if (done) {
    const stop = new AbortController()
    const onEvent = ({ kind }: { readonly kind: string }) => kind === 'settled' && stop.abort()
    await deleteRecords(provider, undefined, {
      journal: target,
      batchSize: 3,
      concurrency: 1,
      signal: stop.signal,
      onEvent,
    })
  }
  journal.close()
}

const alter = (path: string, ...statements: ReadonlyArray<string>): void => {
  const file = new DatabaseSync(path)
  file.exec('PRAGMA synchronous = OFF')
  for (const statement of statements) file.exec(statement)
  file.close()
}

const place = fc.nat({ max: ids.length - 1 }).map((at) => base + at)
const victim = fc.constantFrom(...victims, ...guarded)
const swapped = (column: string) =>
  fc.tuple(place, place).map(
    ([
      one,
      other,
    ]) => `CREATE TEMP TABLE kept AS SELECT number, ${column} AS it FROM identities WHERE number IN (${one}, ${other});
      UPDATE identities SET ${column} = (SELECT it FROM kept WHERE kept.number <> identities.number) WHERE number IN (${one}, ${other}) AND ${one} <> ${other};
      DROP TABLE kept`,
  )

/** Each is one thing that somebody could do with an SQLite shell. */
const alteration: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(place, victim).map(([at, id]) => `UPDATE identities SET id = '${id}' WHERE number = ${at}`),
  fc.tuple(place, victim).map(([at, id]) => `UPDATE identities SET identity = '${id}' WHERE number = ${at}`),
  fc.tuple(place, victim).map(([at, id]) => `UPDATE identities SET id = '${id}', identity = NULL WHERE number = ${at}`),
  // The digest stays what it was: it covers the identity, and the id is what is sent.
  fc
    .tuple(place, victim)
    .map(([at, id]) => `UPDATE identities SET id = '${id}', identity = coalesce(identity, id) WHERE number = ${at}`),
  swapped('id'),
  swapped('identity'),
  place.map((at) => `DELETE FROM identities WHERE number = ${at}`),
  place.map((at) => `UPDATE identities SET number = number + 1000 WHERE number = ${at}`),
  victim.map((id) => `INSERT OR IGNORE INTO identities (number, id) VALUES (${base + ids.length}, '${id}')`),
  victim.map((id) => `INSERT OR IGNORE INTO identities (number, id) VALUES (${base + 77}, '${id}')`),
  victim.map(
    (id) => `INSERT OR IGNORE INTO identities (number, id) VALUES (${base + ids.length}, '${id}');
      UPDATE targets SET records = records + 1, to_send = to_send + 1`,
  ),
  fc.constant('DELETE FROM outcomes'),
  fc.constant('DELETE FROM outcomes WHERE settled_at IS NULL'),
  fc.constant('DELETE FROM outcomes WHERE settled_at IS NULL; UPDATE targets SET to_send = records'),
  fc.constant('DELETE FROM outcomes WHERE settled_at IS NOT NULL'),
  // As many are turned away as before, and not the same.
  place.map((at) => `UPDATE OR IGNORE outcomes SET first = ${at}, last = ${at} WHERE first = ${base + 2}`),
  fc.constant("UPDATE outcomes SET why = 'invalid-id'"),
  fc.constant("UPDATE outcomes SET status = 'absent', evidence = 'reply', effect = 'erased', why = NULL"),
  place.map(
    (at) => `INSERT OR IGNORE INTO outcomes (first, last, status, attempts) VALUES (${at}, ${at}, 'deleted', 1)`,
  ),
  fc.constantFrom('records', 'to_send').map((name) => `UPDATE targets SET ${name} = ${name} - 1`),
  fc.constant("UPDATE targets SET digest = replace(digest, substr(digest, 1, 1), 'x')"),
  fc.constant("UPDATE targets SET state = 'begun'"),
  fc.constantFrom('plan:refusals', 'plan:chain').map((name) => `DELETE FROM meta WHERE name = '${name}'`),
  fc.constant('UPDATE batches SET closed = 0'),
  fc.constant('DELETE FROM batches'),
)

test('never leads to a deletion that was not approved', async (context) => {
  const system = await startSystem(context)
  const made = new Map<boolean, string>()
  for (const done of [false, true]) {
    const path = journalPath(context)
    await planInto(system, path, done)
    made.set(done, path)
  }
  let halted = 0
  let runs = 0
  await fc.assert(
    fc.asyncProperty(fc.boolean(), fc.array(alteration, { minLength: 1, maxLength: 3 }), async (done, statements) => {
      runs++
      const path = journalPath(context)
      const whole = new DatabaseSync(made.get(done) as string)
      whole.prepare('VACUUM INTO ?').run(path)
      whole.close()
      alter(path, ...statements)
      system.reseed()
      const before = system.sent().length
      const journal = openJournal(path)
      try {
        const report = await deleteRecords(system.provider, undefined, { journal: journal.target('max') }).catch(
          (error: Error) => error,
        )
        const sent = system.sent().slice(before)
        assert.equal(
          sent.filter((id) => !approved.has(id)),
          [],
        )
        if (report instanceof Error) return
        if (report.halted?.because !== 'journal') return
        halted++
        assert.equal(sent, [], 'it halts before anything is sent')
      } finally {
        journal.close()
      }
    }),
    { numRuns: 40, seed: 14 },
  )
  assert.ok(halted > runs / 2, `${halted} of ${runs} were told`)
})

for (const [what, statement, done] of [
  ['the id alone', `UPDATE identities SET id = '${victims[0]}', identity = id WHERE number = ${base + 1}`, false],
  ['who is protected', `UPDATE outcomes SET first = ${base + 4}, last = ${base + 4} WHERE first = ${base + 2}`, false],
  ['what was settled', 'DELETE FROM outcomes WHERE link = (SELECT max(link) FROM outcomes)', true],
  ['an outcome', "UPDATE outcomes SET status = 'absent' WHERE status = 'deleted'", true],
] as const) {
  test(`the library halts before anything is sent: ${what}`, async (context) => {
    const system = await startSystem(context)
    const path = journalPath(context)
    await planInto(system, path, done)
    alter(path, statement)
    const journal = openJournal(path)
    context.after(journal.close)
    const calls = system.emulator.calls.length
    const report = await deleteRecords(system.provider, undefined, { journal: journal.target('max') })
    assert.is(report.halted?.because, 'journal')
    assert.match(report.halted?.detail ?? '', 'the plan was altered in the journal')
    assert.is(system.emulator.calls.length, calls, 'not even a question')
    assert.is(journal.target('max').altered() === undefined && what !== 'the id alone', false)
  })
}

test('one that was not altered is not said to be, whatever it has been through', async (context) => {
  const system = await startSystem(context)
  const path = journalPath(context)
  await planInto(system, path, true)
  for (let turn = 0; turn < 2; turn++) {
    const journal = openJournal(path)
    const target = journal.target('max')
    assert.is(target.altered(system.provider.identityOf), undefined)
    const report = await deleteRecords(system.provider, undefined, { journal: target, batchSize: 2 })
    assert.is(report.halted, undefined)
    assert.is(target.altered(system.provider.identityOf), undefined)
    assert.equal(target.planNow(), { ...target.planNow(), records: 13, toSend: 9, invalid: 1, protected: 3 })
    journal.close()
  }
  assert.equal(new Set(system.sent()), approved)
})

test('altered in mid-run, it halts before it sends what was altered', async (context) => {
  const system = await startSystem(context)
  const path = journalPath(context)
  const many = Array.from({ length: 2_500 }, (_, at) => uuidAt(1_000 + at))
  system.emulator.seed([...many, ...victims])
  const journal = openJournal(path)
  context.after(journal.close)
  let altered = false
  const altering: typeof fetch = (input, init) => {
    if (!altered) alter(path, `UPDATE identities SET id = '${victims[0]}' WHERE number = ${base + 2_000}`)
    altered = true
    return fetch(input, init)
  }
  const provider = uuidList({ ...system.emulator.options, permanentDelete: true, http: { fetch: altering } })
  const report = await deleteRecords(provider, many, { journal: journal.target('max') })
  assert.ok(altered)
  assert.is(report.halted?.because, 'journal')
  assert.match(report.halted?.detail ?? '', 'the plan was altered')
  assert.ok(victims.every((id) => system.emulator.existing().has(id)))
  assert.is(await codeOf(() => journal.target('max').pending(-1, 10)), 'altered')
})

test('a journal by using is closed at the end of its block, whatever ends it', async (context) => {
  const path = journalPath(context)
  const opened = { inside: false }
  try {
    using journal = openJournal(path)
    opened.inside = journal.isInUse()
    assert.is(await codeOf(() => openJournal(path)), 'in-use')
    throw new Error('thrown inside')
  } catch (error) {
    assert.match((error as Error).message, 'thrown inside')
  }
  assert.ok(opened.inside)
  using again = openJournal(path)
  again.close()
  assert.is(await codeOf(() => again.target('max')), 'closed')
})
