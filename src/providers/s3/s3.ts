import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type BulkRecordProvider,
  type ConnectionOptions,
  checkOptions,
  defineHttpProvider,
  on,
  signing,
  UsageError,
  urlComponent,
} from '../../http-provider.ts'
import { explain, replyOf, statusOf } from './answers.ts'
import { type AccessKey, sign } from './signature.ts'
import { loadXml, type Xml } from './xml.ts'

export interface S3Config extends ConnectionOptions {
  /** Default `https://s3.<region>.amazonaws.com`. Buckets are named in the path. */
  readonly baseUrl?: string
  readonly region: string
  readonly bucket: string
  /** Or a function that returns them: asked for the first call, and again when they have expired. */
  readonly credentials: AccessKey | (() => Promise<AccessKey>)
  /** Stands between key and version: an id is then both, and that version is erased. No key holds it. Default: ids are keys. */
  readonly versionSeparator?: string
}

/**
 * Objects of a bucket of S3, or of a store that speaks like it: 1,000 a request, by `DeleteObjects`. An id is a key; or a key and a
 * version, with `versionSeparator` between them. Needs the packages `aws4fetch` and `fast-xml-parser`.
 *
 * The store calls a key deleted whether it was there or not. In a bucket with versions, deleting a key only hides it behind a
 * marker, so the effect is `unknown`; deleting a version erases it. Each object is looked up by a `HEAD` of its own. A key that
 * has `.` or `..` between slashes can't be asked for, and is no id here. UNKNOWN: whether a store other than AWS's knows
 * `x-amz-checksum-sha256`. Source: docs.aws.amazon.com, API reference, `DeleteObjects` and `HeadObject`.
 */
export const s3 = (config: S3Config): BulkRecordProvider => {
  checkOptions(name, config, 'baseUrl region bucket credentials versionSeparator allowInsecure http')
  const { region, bucket, credentials, versionSeparator, ...connection } = config
  if (typeof region !== 'string' || !/^[a-z0-9-]+$/.test(region)) throw wrong('region must be a name such as eu-west-1')
  if (typeof bucket !== 'string' || !/^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(bucket))
    throw wrong('bucket must be a name of 3 to 63 lower case letters, digits, dots and dashes')
  if (typeof credentials !== 'function' && !(credentials?.accessKeyId && credentials.secretAccessKey))
    throw wrong('credentials must have accessKeyId and secretAccessKey, or be a function that returns them')
  if (versionSeparator === '') throw wrong('versionSeparator must not be empty')
  const { baseUrl = `https://s3.${region}.amazonaws.com` } = connection
  const partsOf = (id: string) => {
    const at = versionSeparator === undefined ? -1 : id.lastIndexOf(versionSeparator)
    return at < 0 ? { Key: id } : { Key: id.slice(0, at), VersionId: id.slice(at + (versionSeparator ?? '').length) }
  }
  const idOf = (Key: string, VersionId = '') =>
    versionSeparator === undefined ? Key : Key + versionSeparator + VersionId
  return defineHttpProvider<Xml>({
    name,
    verified: 'documentation',
    capabilities: {
      maxBatchSize: 1_000,
      atomicity: 'per-record',
      replay: 'safe',
      effect: versionSeparator === undefined ? 'unknown' : 'erased',
    },
    ...connection,
    baseUrl,
    authorization: signing({ credentials, sign: (request, by, now) => sign(request, by, region, now) }),
    accepts: 'text',
    statusOf,
    explain,
    isValidId: (id) => {
      const { Key, VersionId } = partsOf(id)
      const isWhole = versionSeparator === undefined || (VersionId ?? '') !== ''
      return isWhole && Key !== '' && new TextEncoder().encode(Key).length <= 1_024 && !unwritable.test(id)
    },
    identify: { key: `${baseUrl} ${bucket}`, label: `${bucket}, ${region}`, production: 'unknown' },
    prepare: async () => {
      try {
        return E.right(await loadXml())
      } catch (cause) {
        return E.left({ tag: 'Denied', status: 0, detail: cause instanceof Error ? cause.message : '' })
      }
    },
    deleteBatch: {
      request: (ids, xml) => ({
        method: 'POST',
        path: `${bucket}?delete=`,
        text: xml.write({ Delete: { '@_xmlns': namespace, Object: ids.map(partsOf) } }),
        mediaType: 'application/xml',
      }),
      replies: (xml) => [on(200, t.string, (text, _, reply) => replyOf(text, xml, idOf, reply))],
    },
    findExisting: [
      {
        form: 'head',
        maxIds: 1,
        request: ([id = '']) => {
          const { Key, VersionId } = partsOf(id)
          const version = VersionId === undefined ? '' : `?versionId=${urlComponent(VersionId)}`
          return { method: 'HEAD', path: `${bucket}/${Key.split('/').map(urlComponent).join('/')}${version}` }
        },
        replies: [on(200, t.unknown, (_, { ids }) => ids), on(404, t.unknown, () => [])],
      },
    ],
  })
}

const name = 's3'
const namespace = 'http://s3.amazonaws.com/doc/2006-03-01/'

/** What XML can't carry, or reads as something else. */
const unwritable = /[\0-\x08\x0b-\x1f\ufffe\uffff]/

const wrong = (what: string) => new UsageError(`${name}: ${what}`)
