import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** s3rver, which speaks the HTTP API of S3, in this process, with a folder of its own. */
export interface S3Server {
  readonly url: string
  readonly put: (keys: ReadonlyArray<string>) => Promise<void>
  readonly keys: () => Promise<ReadonlyArray<string>>
  /** The next deletion of many is put off, for the whole of it. */
  readonly putOff: () => void
  readonly close: () => Promise<void>
}

/** How it names the files of keys. */
interface Paths {
  readonly encodeKeyPath: (key: string) => string
  readonly decodeKeyPath: (path: string) => string
}

interface S3rver {
  readonly configureBuckets: () => Promise<unknown>
  readonly callback: () => RequestListener
}

export const s3Bucket = 'records'

/** The credentials that it knows. */
export const s3Key = 'S3RVER'

/** `lenient`: a signature is not looked at closely, for who stands in between under another host. */
export const startS3 = async (lenient = false): Promise<S3Server> => {
  // It has no types, nor anything for ES modules.
  const S3rver = createRequire(import.meta.url)('s3rver') as new (options: object) => S3rver
  const directory = mkdtempSync(join(tmpdir(), 's3-'))
  const { encodeKeyPath, decodeKeyPath } = createRequire(import.meta.url)('s3rver/lib/stores/filesystem') as Paths
  const store = new S3rver({
    silent: true,
    directory,
    allowMismatchedSignatures: lenient,
    configureBuckets: [{ name: s3Bucket, configs: [] }],
  })
  await store.configureBuckets()
  const handle = store.callback()
  let busy = 0
  const server = createServer((request, response) => {
    if (busy === 0 || request.method !== 'POST') return handle(request, response)
    busy--
    request.resume()
    response.writeHead(503, { 'content-type': 'application/xml' })
    response.end('<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>')
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const pathOf = (key: string) => `${url}/${s3Bucket}/${key.split('/').map(encodeURIComponent).join('/')}`
  return {
    url,
    put: async (keys) => {
      const folder = join(directory, s3Bucket)
      for (const key of keys.filter((each) => isPlain(each) && !isFigure(each))) {
        const path = join(folder, encodeKeyPath(key))
        writeFileSync(`${path}${suffix}`, 'x')
        writeFileSync(`${path}${suffix}.md5`, '9dd4e461268c8034f5c8564e155c67a6')
        writeFileSync(`${path}._S3rver_metadata.json`, '{}')
      }
      // What a folder of files can't hold, or the server would read as another key, is not there, and is seen not to be.
      for (const key of keys.filter((each) => !isPlain(each)))
        await (await fetch(pathOf(key), { method: 'PUT', body: 'x' })).text()
    },
    keys: async () =>
      readdirSync(join(directory, s3Bucket), { recursive: true })
        .map(String)
        .flatMap((name) => (name.endsWith(suffix) ? [decodeKeyPath(name.slice(0, -suffix.length))] : [])),
    putOff: () => void busy++,
    close: async () => {
      const closed = once(server, 'close')
      server.close()
      server.closeAllConnections()
      await closed
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** Written as it would write it: a thousand requests for a thousand objects take their time. */
const isPlain = (key: string): boolean => !key.includes('/') && key.length < 200

/** In a list of keys to delete it takes these for numbers: `0012` for `12`. */
const isFigure = (key: string): boolean => key.trim() !== '' && !Number.isNaN(Number(key))

const suffix = '._S3rver_object'
