import type { HttpRequest } from '../../http-provider.ts'

/** What a request is signed with; `sessionToken` comes with temporary ones. */
export type AccessKey = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** `aws4fetch` is an optional peer: only who uses this adapter installs it. */
export const sign = async (
  { method, url, headers, body }: HttpRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AccessKey,
  region: string,
  now: number,
): Promise<Readonly<Record<string, string>>> => {
  const { AwsV4Signer } = await import('aws4fetch').catch(() => {
    throw new Error('the package aws4fetch is not installed: npm install aws4fetch')
  })
  const datetime = new Date(now).toISOString().replace(/[:-]|\.\d+/g, '')
  const parts = { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) }
  const signer = new AwsV4Signer({
    method,
    url,
    headers,
    body: (body ?? '') as string | Uint8Array<ArrayBuffer>,
    ...parts,
    service: 'dynamodb',
    region,
    datetime,
  })
  return Object.fromEntries((await signer.sign()).headers)
}
