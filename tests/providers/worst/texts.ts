/**
 * Every expression that meets a text of a backend or of a file, before 1 MB of what is worst for it. It is run in a process of its
 * own (`worst.test.ts`), which is ended where one of them does not come to an end. Prints what it has done.
 */
import { holdsPassword, withoutPasswords } from '../../../src/cli/config/secrets.ts'
import { quoted } from '../../../src/cli/ids/quoted.ts'
import { asText } from '../../../src/cli/ids/report-cells.ts'
import { onOneLine } from '../../../src/cli/terminal/output.ts'
import { scrubber } from '../../../src/core/http/scrub.ts'
import { spansOf } from '../../../src/core/http/secrets.ts'
import type { BulkRecordProvider, PlainFetch } from '../../../src/http-provider.ts'
import { deleteRecords } from '../../../src/index.ts'
import { withoutSecrets } from '../../../src/journal/words/secrets.ts'
import { airtable } from '../../../src/providers/airtable.ts'
import { couchDb } from '../../../src/providers/couchdb/couchdb.ts'
import { datoCms } from '../../../src/providers/datocms/datocms.ts'
import { directus } from '../../../src/providers/directus.ts'
import { dynamoDb } from '../../../src/providers/dynamodb/dynamodb.ts'
import { hubSpot } from '../../../src/providers/hubspot.ts'
import { salesforce } from '../../../src/providers/salesforce/salesforce.ts'
import { uuidList } from '../../../src/providers/uuid-list/uuid-list.ts'
import { zendesk } from '../../../src/providers/zendesk/zendesk.ts'

const long = 1_000_000

/** Its end is something else than what is repeated: an expression that looks for the end is let down. */
const worst = (unit: string, end = '!'): string => unit.repeat(Math.ceil(long / unit.length)) + end

const plain: Readonly<Record<string, (text: string) => unknown>> = {
  withoutSecrets: (text) => withoutSecrets({ inner: [text] }),
  holdsPassword,
  withoutPasswords: (text) => withoutPasswords({ text }),
  onOneLine,
  asText,
  quoted,
  shown: scrubber(() => ['a secret', 'x=========']),
  'shown whole': scrubber(() => ['a secret'], Number.POSITIVE_INFINITY),
}
const units = ['a.', 'a://', 'a-+.', '\n', "';", '\u202e', 'password=']

for (const [name, act] of Object.entries(plain)) {
  for (const unit of units) act(worst(unit))
  process.stdout.write(`${name}\n`)
}

type Answer = (text: string) => unknown

/** Sends one record, and answers whatever comes with an error that holds the text. */
const answered = async (
  make: (http: { readonly fetch: PlainFetch }) => BulkRecordProvider,
  id: string,
  status: number,
  json: unknown,
): Promise<void> => {
  const fetch: PlainFetch = async () =>
    new Response(JSON.stringify(json), { status, headers: { 'content-type': 'application/json' } })
  await deleteRecords(make({ fetch }), [id], { attempts: 1, maxWaitMs: 1, verify: 'never', drainMs: 1 })
}

const uuid = '0a0b0c0d-0a0b-4a0b-8a0b-0a0b0c0d0e0f'
const url = 'https://example.com'
const systems: ReadonlyArray<
  readonly [
    name: string,
    make: (http: { readonly fetch: PlainFetch }) => BulkRecordProvider,
    id: string,
    statuses: ReadonlyArray<number>,
    answer: Answer,
    units: ReadonlyArray<string>,
  ]
> = [
  [
    'salesforce',
    (http) => salesforce({ baseUrl: url, token: 'secret', object: 'Account', http }),
    '001000000000001AAA',
    [400],
    (text) => [{ errorCode: text, message: text }],
    ['Too many ', 'Cannot have more than 1', '_'],
  ],
  [
    'salesforce, a record',
    (http) => salesforce({ baseUrl: url, token: 'secret', object: 'Account', http }),
    '001000000000001AAA',
    [200],
    (text) => [{ success: false, errors: [{ statusCode: 'X', message: text, fields: [] }] }],
    ['Too many ', 'Too many a'],
  ],
  [
    'directus',
    (http) => directus({ baseUrl: url, collection: 'items', token: 'secret', http }),
    '1',
    [400],
    (text) => ({ errors: [{ message: text, extensions: { code: text } }] }),
    ['limit ', 'limit less than '],
  ],
  [
    'dynamodb',
    (http) =>
      dynamoDb({
        region: 'eu-west-1',
        table: 'items',
        partitionKey: 'id',
        credentials: { accessKeyId: 'key', secretAccessKey: 'secret' },
        http,
      }),
    '1',
    [400],
    (text) => ({ __type: text, message: text }),
    [':', '#', 'signature '],
  ],
  [
    'uuid-list',
    (http) => uuidList({ baseUrl: url, object: 'io_item', token: 'secret', permanentDelete: true, http }),
    uuid,
    [200, 400, 404],
    (text) => ({ error_type: text, error_message: text, status: text, message: text }),
    ['time_', 'rolled_', 'entity_', `${uuid.slice(0, -1)}-`],
  ],
  [
    'zendesk',
    (http) => zendesk({ baseUrl: 'https://acme.zendesk.com', type: 'tickets', token: 'secret', http }),
    '1',
    [422],
    (text) => ({ error: text, description: text }),
    ['not_', 'too_many_', 'rate_limit'],
  ],
  [
    'airtable',
    (http) => airtable({ baseId: 'app00000000000000', table: 'Records', token: 'secret', http }),
    'rec00000000000000',
    [422],
    (text) => ({ error: { type: text, message: text } }),
    ['row_not_', 'row_not_found_'],
  ],
  [
    'couchdb',
    (http) => couchDb({ baseUrl: url, database: 'items', http }),
    '1',
    [400],
    (text) => ({ error: text, reason: text }),
    ['not_'],
  ],
  [
    'hubspot',
    (http) => hubSpot({ token: 'secret', objectType: 'contacts', http }),
    '1',
    [400],
    (text) => ({ status: 'error', category: text, message: text, correlationId: text }),
    ['VALIDATION_'],
  ],
  [
    'datocms',
    (http) => datoCms({ apiToken: 'secret', environment: 'main', http }),
    'T4m4tPymSACFzsqbZS65WA',
    [422],
    (text) => ({ data: [{ id: '1', type: 'api_error', attributes: { code: text, details: { message: text } } }] }),
    ['ITEM_'],
  ],
]

spansOf('short', [worst('=').slice(0, 100_000)])

for (const [name, make, id, statuses, answer, own] of systems) {
  for (const status of statuses) {
    for (const unit of own) await answered(make, id, status, answer(worst(unit, '\n!')))
  }
  process.stdout.write(`${name}\n`)
}
process.stdout.write('all\n')
