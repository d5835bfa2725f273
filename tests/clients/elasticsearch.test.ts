/** Elasticsearch's own serialiser, beside the lines that our adapter sends. */
import { Serializer } from '@elastic/transport'
import { deleteRecords } from '../../src/index.ts'
import { elasticsearch } from '../../src/providers/elasticsearch.ts'
import { listen } from '../support/listen.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('clients: elasticsearch')

test('the lines of a batch are those that the client writes', async ({ after }) => {
  const ids = ['a', 'with "quotes"', 'é b', '1']
  const server = await listen(({ target }) =>
    target === '/records/_bulk'
      ? { json: { errors: false, items: ids.map((_id) => ({ delete: { _id, status: 200, result: 'deleted' } })) } }
      : { json: { docs: ids.map((_id) => ({ _id, found: true })) } },
  )
  after(server.close)
  const { totals } = await deleteRecords(elasticsearch({ baseUrl: server.url, index: 'records', apiKey: 'key' }), ids)
  assert.is(totals.deleted, 4)
  const sent = server.requests.find(({ target }) => target === '/records/_bulk')
  assert.is(sent?.body, new Serializer().ndserialize(ids.map((_id) => ({ delete: { _id } }))))
  assert.is(sent?.headers['content-type'], 'application/x-ndjson')
  assert.is(sent?.headers['authorization'], 'ApiKey key')
})
