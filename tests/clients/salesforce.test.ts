/** jsforce against our stand-in for Salesforce, and what it sends beside what our adapter sends. */
import { Connection } from '@jsforce/jsforce-node'
import { assert, suite } from '../support/suite.ts'
import { salesforceSubject } from '../testing/providers/salesforce.ts'
import { essence, ours, standInFor } from './between.ts'

const test = suite('clients: salesforce', { deadlineMs: 30_000 })

test('deletes and retrieves, and is sent what our adapter sends', async ({ after }) => {
  const { backend, line, idOf } = await standInFor(salesforceSubject, after)
  const ids = Array.from({ length: 5 }, (_, n) => idOf(n))
  const [first = '', locked = '', missing = ''] = ids
  const start = async () => {
    await backend.seed(ids.filter((id) => id !== missing))
    await backend.refuse?.(locked)
  }
  await start()
  const client = new Connection({ instanceUrl: line.url, accessToken: 'salesforce-secret-token', version: '65.0' })
  const found = await client.retrieve('Account', ids, { fields: ['Id'] })
  assert.equal(
    found.map((record) => (record === null ? null : String(record.Id).slice(0, 15))),
    ids.map((id) => (id === missing ? null : id)),
  )
  const [theirRead] = line.passed()
  const results = await client.delete('Account', ids)
  const [theirDeletion] = line.passed()
  assert.equal(
    results.map(({ success }) => success),
    ids.map((id) => id !== locked && id !== missing),
  )
  const codes = results.map(({ errors }) =>
    errors.map((error) => (error as unknown as { statusCode: string }).statusCode),
  )
  assert.equal(codes.slice(0, 3), [[], ['DELETE_FAILED'], ['ENTITY_IS_DELETED']])
  assert.match(results[0]?.id ?? '', first)
  assert.equal(
    await client.query('SELECT Id,Name,IsSandbox FROM Organization').then(({ records }) => records.length),
    1,
  )

  await start()
  const { report, sent } = await ours(line, salesforceSubject.provider(line.url), ids)
  assert.equal(
    report.outcomes.map(({ status }) => status),
    ['deleted', 'rejected', 'absent', 'deleted', 'deleted'],
  )
  const deletion = sent.find(({ method }) => method === 'DELETE')
  assert.ok(deletion && theirDeletion && theirRead)
  // That a refused record does not keep the others is the default of `allOrNone`, and what jsforce leaves unsaid.
  const { query, ...deleted } = essence(deletion)
  const { query: theirQuery, ...theirDeleted } = essence(theirDeletion)
  assert.equal(deleted, theirDeleted)
  assert.equal(
    query.filter(([name, value]) => !(name === 'allOrNone' && value === 'false')),
    theirQuery,
  )
  const read = sent.find(({ method }) => method === 'POST')
  assert.ok(read)
  const { json, ...where } = essence(read)
  const { json: theirJson, ...theirWhere } = essence(theirRead)
  assert.equal(where, theirWhere)
  assert.equal(Object.keys(json as object), Object.keys(theirJson as object))
  for (const one of [deletion, read]) assert.is(one.headers['authorization'], theirDeletion.headers['authorization'])
})
