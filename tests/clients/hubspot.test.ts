/** HubSpot's own client against our stand-in, and what it sends beside what our adapter sends. */
import { Client } from '@hubspot/api-client'
import { BatchInputSimplePublicObjectId } from '@hubspot/api-client/lib/codegen/crm/contacts/models/BatchInputSimplePublicObjectId.js'
import { BatchReadInputSimplePublicObjectId } from '@hubspot/api-client/lib/codegen/crm/contacts/models/BatchReadInputSimplePublicObjectId.js'
import { assert, suite } from '../support/suite.ts'
import { hubSpotSubject } from '../testing/providers/hubspot.ts'
import { essence, ours, standInFor } from './between.ts'

const test = suite('clients: hubspot', { deadlineMs: 30_000 })

test('archives and reads, and is sent what our adapter sends', async ({ after }) => {
  const { backend, line, idOf } = await standInFor(hubSpotSubject, after)
  const ids = Array.from({ length: 4 }, (_, n) => idOf(n))
  const gone = idOf(9)
  await backend.seed(ids)
  const client = new Client({ accessToken: 'hubspot-secret-token', basePath: line.url, numberOfApiCallRetries: 0 })
  const inputs = (some: ReadonlyArray<string>) => some.map((id) => ({ id }))
  const { batchApi } = client.crm.contacts
  const asked = { inputs: inputs(ids), properties: ['hs_object_id'], propertiesWithHistory: [] }
  const whole = await batchApi.read(asked)
  const theirRead = line.passed().at(-1)
  assert.equal([whole.status, ...whole.results.map(({ id }) => id)], ['COMPLETE', ...ids])
  const partly = await batchApi.read({ ...asked, inputs: inputs([...ids, gone]) })
  assert.ok('errors' in partly)
  const errors = (partly.errors ?? []) as ReadonlyArray<{ category: string; context: Record<string, string[]> }>
  assert.equal(
    errors.map(({ category, context }) => [category, context['ids']]),
    [['OBJECT_NOT_FOUND', [gone]]],
  )
  line.passed()
  await batchApi.archive({ inputs: inputs(ids) })
  const theirArchive = line.passed().at(-1)
  assert.equal([...(await backend.existing())], [])

  await backend.seed(ids)
  const { report, sent } = await ours(line, hubSpotSubject.provider(line.url), ids)
  assert.equal(report.totals.deleted, ids.length)
  assert.ok(theirArchive && theirRead)
  const archive = sent.find(({ path }) => path.endsWith('/archive'))
  const read = sent.find(({ path }) => path.endsWith('/read'))
  assert.ok(archive && read)
  assert.equal(essence(archive), essence(theirArchive))
  const { json, ...where } = essence(read)
  const { json: theirJson, ...theirWhere } = essence(theirRead)
  assert.equal(where, theirWhere)
  assert.equal(Object.keys(json as object).sort(), Object.keys(theirJson as object).sort())
  for (const one of [archive, read]) assert.is(one.headers['authorization'], theirRead.headers['authorization'])

  // What its types call for, and what they leave open.
  const optional = ['idProperty']
  const required = (model: { getAttributeTypeMap: () => ReadonlyArray<{ readonly baseName: string }> }) =>
    model.getAttributeTypeMap().flatMap(({ baseName }) => (optional.includes(baseName) ? [] : [baseName]))
  assert.equal(Object.keys(json as object).sort(), required(BatchReadInputSimplePublicObjectId).sort())
  assert.equal(Object.keys(archive.json as object), required(BatchInputSimplePublicObjectId))
})
