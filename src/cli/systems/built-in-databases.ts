import { type CouchDbConfig, couchDb } from '../../providers/couchdb.ts'
import { type AwsCredentials, type DynamoDbConfig, dynamoDb } from '../../providers/dynamodb/dynamodb.ts'
import { allowInsecure, type BuiltIn, baseUrl } from './built-in.ts'

export const databases: ReadonlyArray<BuiltIn> = [
  {
    name: 'couchdb',
    summary: 'documents of a CouchDB database',
    options: [
      { ...baseUrl, required: true, meaning: 'the server' },
      { name: 'database', required: true, meaning: 'its name' },
      { name: 'username', meaning: 'with a password; or give token; or none of them' },
      { name: 'password', secret: true, variable: 'COUCHDB_PASSWORD', meaning: "the user's" },
      { name: 'token', secret: true, variable: 'COUCHDB_TOKEN', meaning: 'a JSON Web Token' },
      { name: 'maxBatchSize', meaning: 'documents in one request, default 500' },
      allowInsecure,
    ],
    build: (options) => couchDb(options as unknown as CouchDbConfig),
    sample: { baseUrl: 'https://couch.example.com', database: 'records' },
  },
  {
    name: 'dynamodb',
    summary: 'items of a DynamoDB table; needs the package aws4fetch',
    options: [
      { name: 'region', required: true, meaning: 'such as eu-west-1' },
      { name: 'table', required: true, meaning: 'its name' },
      { name: 'partitionKey', required: true, meaning: 'the name of the attribute' },
      { name: 'partitionKeyType', meaning: 'S, a text (default), or N, a number' },
      { name: 'sortKey', meaning: 'the name of the attribute, where the table has one' },
      { name: 'sortKeyType', meaning: 'S, a text (default), or N, a number' },
      { name: 'separator', meaning: 'stands between the two values of an id; with sortKey' },
      {
        name: 'accessKeyId',
        required: true,
        secret: true,
        variable: 'AWS_ACCESS_KEY_ID',
        meaning: 'of the credentials',
      },
      {
        name: 'secretAccessKey',
        required: true,
        secret: true,
        variable: 'AWS_SECRET_ACCESS_KEY',
        meaning: 'of the credentials',
      },
      { name: 'sessionToken', secret: true, variable: 'AWS_SESSION_TOKEN', meaning: 'of temporary credentials' },
      { ...baseUrl, meaning: "default the region's" },
      allowInsecure,
    ],
    build: ({ accessKeyId, secretAccessKey, sessionToken, ...options }) =>
      dynamoDb({
        ...options,
        credentials: credentialsOf({
          accessKeyId,
          secretAccessKey,
          ...(sessionToken !== undefined && { sessionToken }),
        }),
      } as unknown as DynamoDbConfig),
    sample: { region: 'eu-west-1', table: 'records', partitionKey: 'id', accessKeyId: 'x', secretAccessKey: 'x' },
  },
]

/** A part that comes from a file or a command is asked for again with the others. */
const credentialsOf = (parts: Readonly<Record<string, unknown>>): DynamoDbConfig['credentials'] => {
  const entries = Object.entries(parts) as ReadonlyArray<readonly [string, string | (() => Promise<string>)]>
  if (entries.every(([, part]) => typeof part !== 'function')) return parts as AwsCredentials
  return async () => {
    const asked = entries.map(async ([name, part]) => [name, typeof part === 'function' ? await part() : part] as const)
    return Object.fromEntries(await Promise.all(asked)) as AwsCredentials
  }
}
