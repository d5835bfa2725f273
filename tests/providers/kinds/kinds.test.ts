import { readFileSync } from 'node:fs'
import { assert, suite } from '../../support/suite.ts'
import { airtableRow } from './airtable.ts'
import { avePointOpusRow } from './avepoint-opus.ts'
import { couchDbRow } from './couchdb.ts'
import { datoCmsRow } from './datocms.ts'
import { directusRow } from './directus.ts'
import { dynamoDbRow } from './dynamodb.ts'
import { elasticsearchRow } from './elasticsearch.ts'
import { graphRow } from './graph.ts'
import { hubSpotRow } from './hubspot.ts'
import { s3Row } from './s3.ts'
import { salesforceRow } from './salesforce.ts'
import { type Kind, kinds, type Row } from './table.ts'
import { uuidListRow } from './uuid-list.ts'
import { zendeskRow } from './zendesk.ts'

const test = suite('kinds of answers, on every provider', { deadlineMs: 60_000 })

const rows: ReadonlyArray<Row> = [
  airtableRow,
  avePointOpusRow,
  couchDbRow,
  datoCmsRow,
  directusRow,
  dynamoDbRow,
  elasticsearchRow,
  graphRow,
  hubSpotRow,
  s3Row,
  salesforceRow,
  uuidListRow,
  zendeskRow,
]

test('every provider of the package has a row, and every row a cell for each kind', () => {
  const { exports } = JSON.parse(readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'))
  const providers = Object.keys(exports).flatMap((entry) => /^\.\/providers\/(.+)$/.exec(entry)?.[1] ?? [])
  assert.equal(rows.map(({ name }) => name).sort(), providers.sort())
  for (const { name, cells } of rows) {
    assert.equal(Object.keys(cells).sort(), Object.keys(kinds).sort(), name)
    for (const cell of Object.values(cells)) assert.ok(typeof cell === 'function' || /^[A-Z].{20,}\.$/.test(cell), name)
  }
})

for (const { name, cells } of rows) {
  for (const [kind, cell] of Object.entries(cells) as ReadonlyArray<[Kind, Row['cells'][Kind]]>) {
    if (typeof cell === 'function') test(`${name}: ${kinds[kind]}`, (means) => cell(means))
  }
}
