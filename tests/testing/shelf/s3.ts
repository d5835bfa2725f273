/** A store like S3, where keys are deleted many at a time by XML, and an adapter over the client of such a store. */
import { type BatchReply, defineProvider, type Existing, type Told, type Trouble } from '../../../src/http-provider.ts'
import { type Answer, type ContractSubject, type StartMeans, scriptedBackend } from '../../../src/testing.ts'
import { openRecords } from './records.ts'

const accessKey = 's3-secret-access-key-7d0'

const mostKeys = 20

export const startS3 = async ({ clock }: StartMeans) => {
  const records = openRecords({})
  const resultOf = (key: string): string => {
    const error = (code: string) => `<Error><Key>${escaped(key)}</Key><Code>${code}</Code></Error>`
    if (records.isBusy(key)) return error('SlowDown')
    if (records.isLocked(key)) return error('AccessDenied')
    records.remove(key)
    return `<Deleted><Key>${escaped(key)}</Key></Deleted>`
  }
  const backend = await scriptedBackend({
    clock,
    admit: ({ headers }) => (headers['x-secret'] === accessKey ? undefined : failure(403, 'SignatureDoesNotMatch')),
    routes: {
      'POST /bucket': ({ body }) => {
        const keys = keysIn(body)
        if (keys.length === 0 || keys.length > mostKeys) return failure(400, 'MalformedXML')
        // Those that failed come first, whatever the order of the request.
        const results = keys.map(resultOf).sort().reverse()
        return { text: `<DeleteResult>${results.join('')}</DeleteResult>`, headers: xml }
      },
      'HEAD /bucket/{key}': ({ params: { key = '' } }) => ({ status: records.has(key) ? 200 : 404 }),
    },
  })
  return {
    url: backend.url,
    seed: records.seed,
    existing: records.existing,
    refuse: records.refuse,
    busy: records.busy,
    close: backend.close,
  }
}

const xml = { 'content-type': 'application/xml' }

const failure = (status: number, code: string): Answer => ({
  status,
  text: `<Error><Code>${code}</Code><Message>no</Message></Error>`,
  headers: xml,
})

const keysIn = (text: string): ReadonlyArray<string> =>
  Array.from(text.matchAll(/<Key>([^<]*)<\/Key>/g), ([, key = '']) => unescaped(key))

export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
const unescaped = (text: string): string =>
  text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&')

/** What its client throws: a status, and what it read of the answer. */
export class S3Error extends Error {
  override readonly name = 'S3Error'
  readonly status: number
  readonly code: string
  readonly retryAfter: string | undefined

  constructor(status: number, code: string, retryAfter: string | undefined) {
    super(`${code} (HTTP ${status})`)
    this.status = status
    this.code = code
    this.retryAfter = retryAfter
  }
}

/** How the client is set up; a broken adapter has one of them wrong. */
export interface ClientSetup {
  readonly retries?: number
  readonly redirect?: RequestRedirect
  readonly handsOnSignal?: boolean
  readonly write?: (key: string) => string
}

export const clientOf = (baseUrl: string, setup: ClientSetup = {}) => {
  const { retries = 0, redirect = 'manual', handsOnSignal = true, write = escaped } = setup
  const send = async (method: string, path: string, signal: AbortSignal, body?: string): Promise<Response> => {
    for (let left = retries; ; left--) {
      const response = await fetch(`${baseUrl}${path}`, {
        method,
        headers: { 'x-secret': accessKey },
        redirect,
        ...(handsOnSignal && { signal }),
        ...(body !== undefined && { body }),
      })
      if (response.status < 500 || left < 1) return response
    }
  }
  return {
    deleteObjects: async (keys: ReadonlyArray<string>, signal: AbortSignal) => {
      const objects = keys.map((key) => `<Object><Key>${write(key)}</Key></Object>`).join('')
      const response = await send('POST', '/bucket?delete=', signal, `<Delete>${objects}</Delete>`)
      const text = await response.text()
      if (response.status !== 200)
        throw new S3Error(response.status, codeIn(text), response.headers.get('retry-after') ?? undefined)
      if (!text.startsWith('<DeleteResult>') || !text.endsWith('</DeleteResult>')) {
        if (text.startsWith('<Error>')) throw new S3Error(500, codeIn(text), undefined)
        throw new Error('the answer is no DeleteResult')
      }
      return [...text.matchAll(/<(Deleted|Error)>(.*?)<\/\1>/gs)].map(([, word, entry = '']) => ({
        key: keysIn(entry)[0] ?? '',
        ...(word === 'Error' && { code: codeIn(entry) }),
      }))
    },
    headObject: async (key: string, signal: AbortSignal): Promise<number> =>
      (await send('HEAD', `/bucket/${encodeURIComponent(key)}`, signal)).status,
  }
}

const codeIn = (text: string): string => /<Code>([^<]*)<\/Code>/.exec(text)?.[1] ?? 'none'

export type S3Client = ReturnType<typeof clientOf>
type Results = Awaited<ReturnType<S3Client['deleteObjects']>>

/** What an adapter makes of the client; a broken one makes something else of one part. */
export interface S3Manners {
  readonly setup?: ClientSetup
  readonly facts?: { readonly maxBatchSize?: number }
  readonly replyOf?: (results: Results, ids: ReadonlyArray<string>) => BatchReply
  readonly troubleOf?: (error: S3Error) => Trouble | undefined
  readonly isThere?: (status: number) => boolean | undefined
  readonly caught?: (cause: unknown, ids: ReadonlyArray<string>) => Told<BatchReply> | undefined
}

export const replyOf = (results: Results): BatchReply => ({
  kind: 'ById',
  verdicts: results.map(({ key: id, code }) => {
    if (code === undefined) return { id, is: 'deleted' }
    if (code === 'SlowDown' || code === 'InternalError') return { id, is: 'again' }
    return { id, is: 'rejected', reason: { code, message: code } }
  }),
  silence: 'unconfirmed',
})

export const troubleOf = ({ status, message: detail, retryAfter }: S3Error): Trouble | undefined => {
  if ([420, 423, 425, 429].includes(status)) {
    const seconds = Number(retryAfter ?? Number.NaN)
    return { tag: 'Throttled', detail, ...(seconds > 0 && { retryAfterMs: seconds * 1_000 }) }
  }
  if (status === 401 || status === 403 || (status >= 300 && status < 400)) return { tag: 'Denied', detail, status }
  if (status === 413) return { tag: 'TooLarge', detail }
  return status >= 400 && status < 500 && status !== 408 ? { tag: 'Refused', detail, status } : undefined
}

const isThere = (status: number): boolean | undefined => (status === 200 ? true : status === 404 ? false : undefined)

export const s3Adapter =
  (manners: S3Manners = {}): ContractSubject['provider'] =>
  (baseUrl) => {
    const client = clientOf(baseUrl, manners.setup)
    const reply = manners.replyOf ?? replyOf
    const trouble = manners.troubleOf ?? troubleOf
    const there = manners.isThere ?? isThere
    return defineProvider({
      name: 's3-like',
      capabilities: {
        maxBatchSize: mostKeys,
        atomicity: 'per-record',
        replay: 'safe',
        effect: 'recoverable',
        lateEffectMs: 3_000,
        ...manners.facts,
      },
      secrets: () => [accessKey],
      isValidId: (key) => !/^\.{1,2}$/.test(key),
      async deleteBatch({ ids }, { signal }) {
        try {
          return reply(await client.deleteObjects(ids, signal), ids)
        } catch (cause) {
          const told = manners.caught?.(cause, ids)
          if (told !== undefined) return told
          const known = cause instanceof S3Error ? trouble(cause) : undefined
          if (known === undefined) throw cause
          return known
        }
      },
      async findExisting({ ids }, { signal }): Promise<Told<Existing>> {
        const found: string[] = []
        const unread: string[] = []
        for (const id of ids) {
          const is = there(await client.headObject(id, signal))
          if (is !== false) (is === true ? found : unread).push(id)
        }
        if (unread.length === ids.length) return { tag: 'Interrupted', detail: 'no key could be looked up' }
        return { ids: found, complete: true, unread }
      },
    })
  }

export const s3Subject: ContractSubject = {
  provider: s3Adapter(),
  start: startS3,
  invalidIds: ['.', '..'],
  secrets: [accessKey],
  missing: 'silent',
}
