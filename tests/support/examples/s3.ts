/** S3 in `us-east-1`, credentials in `process.env`, and a bucket `records` with three objects. */
import { redirect } from '../redirect.ts'
import { s3Key, startS3 } from '../s3-server.ts'

export const ids: ReadonlyArray<string> = ['logs/2024/a', 'logs/2024/b', 'logs/2024/c']
process.env['AWS_ACCESS_KEY_ID'] = s3Key
process.env['AWS_SECRET_ACCESS_KEY'] = s3Key

const server = await startS3(true)
await server.put(ids)
redirect('https://s3.us-east-1.amazonaws.com', server.url)

export const close = () => server.close()
