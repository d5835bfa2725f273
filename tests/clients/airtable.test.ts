/** Airtable's own client against our stand-in, and what it sends beside what our adapter sends. */
import Airtable from 'airtable'
import { assert, rejection, suite } from '../support/suite.ts'
import { airtableSubject } from '../testing/providers/airtable.ts'
import { essence, ours, standInFor } from './between.ts'

const test = suite('clients: airtable', { deadlineMs: 30_000 })

test('deletes and lists, and is sent what our adapter sends', async ({ after }) => {
  const { backend, line, idOf } = await standInFor(airtableSubject, after)
  const ids = Array.from({ length: 4 }, (_, n) => idOf(n))
  const gone = idOf(9)
  await backend.seed(ids)
  const base = new Airtable({ apiKey: 'airtable-secret-token', endpointUrl: line.url, noRetryIfRateLimited: true })
  const table = base.base('app00000000000001')('Leads & more')
  const filterByFormula = `OR(${[...ids, gone].map((id) => `RECORD_ID()='${id}'`).join(',')})`
  const found = await table.select({ filterByFormula, pageSize: 100 }).all()
  assert.equal(
    found.map(({ id }) => id),
    ids,
  )
  const [theirRead] = line.passed()
  const missing = (await rejection(table.destroy([...ids.slice(0, 2), gone]))) as Airtable.Error
  assert.equal([missing.statusCode, missing.error], [422, 'ROW_DOES_NOT_EXIST'])
  assert.match(missing.message, gone)
  line.passed()
  const deleted = await table.destroy(ids)
  const [theirDeletion] = line.passed()
  assert.equal(
    deleted.map(({ id }) => id),
    ids,
  )

  await backend.seed(ids)
  const { report, sent } = await ours(line, airtableSubject.provider(line.url), [...ids, gone])
  assert.equal(
    report.outcomes.map(({ status }) => status),
    [...ids.map(() => 'deleted'), 'absent'],
  )
  const deletions = sent.filter(({ method, status }) => method === 'DELETE' && status === 200)
  assert.ok(theirDeletion && theirRead)
  // Airtable takes `records[]` and `records[0]` alike; which of them a client writes is its own choice.
  const asked = ({ query }: { readonly query: ReadonlyArray<readonly [string, string]> }) =>
    query.map(([name, value]) => [name.replace(/\[\d*\]/, '[]'), value])
  assert.equal(deletions.flatMap(asked).sort(), [...asked(theirDeletion)].sort())
  for (const one of deletions) {
    const { method, path } = essence(one)
    assert.equal({ method, path }, { method: theirDeletion.method, path: theirDeletion.path })
    assert.is(one.headers['authorization'], theirDeletion.headers['authorization'])
  }
  const read = sent.find(({ method }) => method === 'GET')
  assert.is(read?.path, theirRead.path)
  assert.equal(read?.query.map(([name]) => name).sort(), theirRead.query.map(([name]) => name).sort())
  assert.match(new Map(read?.query).get('filterByFormula') ?? '', /^OR\(RECORD_ID\(\)='rec/)
})
