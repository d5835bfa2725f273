import type { HttpRequest } from '../../http-provider.ts'

/** What a request is signed with; `sessionToken` comes with temporary ones. */
export type AccessKey = {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string
}

/** `aws4fetch` is an optional peer: only who uses this adapter installs it. A deletion of many needs a sum of its body, too. */
export const sign = async (
  { method, url, headers, body = '' }: HttpRequest,
  { accessKeyId, secretAccessKey, sessionToken }: AccessKey,
  region: string,
  now: number,
): Promise<Readonly<Record<string, string>>> => {
  const { AwsV4Signer } = await import('aws4fetch').catch(() => {
    throw new Error('the package aws4fetch is not installed: npm install aws4fetch')
  })
  const bytes = typeof body === 'string' ? new TextEncoder().encode(body) : new Uint8Array(body)
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', bytes))
  const hex = Array.from(sum, (byte) => byte.toString(16).padStart(2, '0')).join('')
  const sums = method === 'POST' ? { 'x-amz-checksum-sha256': btoa(String.fromCharCode(...sum)) } : {}
  const signer = new AwsV4Signer({
    method,
    url,
    headers: { ...headers, ...sums, 'x-amz-content-sha256': hex },
    ...(method === 'POST' && { body: bytes }),
    accessKeyId,
    secretAccessKey,
    ...(sessionToken && { sessionToken }),
    service: 's3',
    region,
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d+/g, ''),
  })
  return Object.fromEntries((await signer.sign()).headers)
}
