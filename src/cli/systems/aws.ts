import type { AwsCredentials, DynamoDbConfig } from '../../providers/dynamodb/dynamodb.ts'

/** How the configuration takes credentials of AWS. */
export const awsKeys = [
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
] as const

/** Three options of the configuration are one of the provider. */
export const withAwsKeys = ({
  accessKeyId,
  secretAccessKey,
  sessionToken,
  ...options
}: Readonly<Record<string, unknown>>) => ({
  ...options,
  credentials: credentialsOf({ accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) }),
})

/** A part that comes from a file or a command is asked for again with the others. */
const credentialsOf = (parts: Readonly<Record<string, unknown>>): DynamoDbConfig['credentials'] => {
  const entries = Object.entries(parts) as ReadonlyArray<readonly [string, string | (() => Promise<string>)]>
  if (entries.every(([, part]) => typeof part !== 'function')) return parts as AwsCredentials
  return async () => {
    const asked = entries.map(async ([name, part]) => [name, typeof part === 'function' ? await part() : part] as const)
    return Object.fromEntries(await Promise.all(asked)) as AwsCredentials
  }
}
