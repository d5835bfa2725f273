import type { Connection } from '../http/config.ts'
import { demandSafe } from '../http/path.ts'
import type { HttpRequest } from '../http/send.ts'
import { UnsendableRequest } from '../http/transport.ts'

/** A request, as an adapter builds it: with one body, or none. */
export interface RequestSpec {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Path and query below the base URL, encoded as they are to go out. */
  readonly path: string
  /** A body of JSON. */
  readonly json?: unknown
  /** A body that is written already: XML, a query language, JSON that is signed as it is. `text/plain`, if `mediaType` does not say otherwise. */
  readonly text?: string
  /** Values, one a line, as JSON. */
  readonly ndjson?: ReadonlyArray<unknown>
  /** Fields of a form, in order; one with several values is sent several times. */
  readonly form?: Readonly<Record<string, string | ReadonlyArray<string>>>
  readonly bytes?: Uint8Array
  /** The media type of the body, in place of the usual one of its kind. */
  readonly mediaType?: string
  /** `text`: the rows and `explain` get the answer as it is, and nobody asks whether it is JSON or a web page. Default: that of the provider, or `json`. */
  readonly accepts?: 'json' | 'text'
  readonly headers?: Readonly<Record<string, string>>
}

/**
 * The request as it goes out. It stays below the base URL, whatever the path: credentials go nowhere else. Throws
 * `UnsafePath` where the URL would be another one than was written, and `UnsendableRequest` where it has several bodies.
 */
export const build = (
  connection: Pick<Connection, 'base' | 'headers'>,
  request: RequestSpec,
  shared?: Readonly<Record<string, string>>,
): HttpRequest => {
  demandSafe(request.path)
  return written(connection, request, shared)
}

/** The same, for what is only looked at. */
export const written = (
  { base, headers }: Pick<Connection, 'base' | 'headers'>,
  request: RequestSpec,
  shared?: Readonly<Record<string, string>>,
): HttpRequest => {
  const { method, path, mediaType, accepts, headers: own } = request
  const url = `${base}/${path.startsWith('/') ? path.slice(1) : path}`
  const any = accepts === 'text' ? anything : undefined
  const content = bodyOf(request)
  if (content === undefined) return { method, url, headers: merged(headers, any, shared, own) }
  const type = mediaType === undefined ? content.type : { 'content-type': mediaType }
  return { method, url, headers: merged(headers, any, type, shared, own), body: content.body }
}

interface Content {
  readonly type: Readonly<Record<string, string>>
  readonly body: string | Uint8Array
}

const bodyOf = (request: RequestSpec): Content | undefined => {
  const { method, json, text, ndjson, form, bytes } = request
  const given = bodies.filter((kind) => request[kind] !== undefined)
  if (given.length === 0) return undefined
  if (given.length > 1) throw new UnsendableRequest(`a request has one body, and this one has ${given.join(' and ')}`)
  if (method === 'GET' || method === 'HEAD')
    throw new UnsendableRequest(`a ${method} has no body, and this one has ${given[0]}`)
  if (text !== undefined) return { type: types.text, body: text }
  if (ndjson !== undefined)
    return { type: types.ndjson, body: ndjson.map((value) => `${JSON.stringify(value)}\n`).join('') }
  if (form !== undefined) return { type: types.form, body: formOf(form) }
  if (bytes !== undefined) return { type: types.bytes, body: bytes }
  return { type: types.json, body: JSON.stringify(json) }
}

const bodies = ['json', 'text', 'ndjson', 'form', 'bytes'] as const

const types = {
  json: { 'content-type': 'application/json' },
  text: { 'content-type': 'text/plain; charset=utf-8' },
  ndjson: { 'content-type': 'application/x-ndjson' },
  form: { 'content-type': 'application/x-www-form-urlencoded' },
  bytes: { 'content-type': 'application/octet-stream' },
}

const anything = { accept: '*/*' }

const formOf = (form: NonNullable<RequestSpec['form']>): string => {
  const fields = new URLSearchParams()
  for (const [name, value] of Object.entries(form))
    for (const one of typeof value === 'string' ? [value] : value) fields.append(name, one)
  return fields.toString()
}

/** Later ones win, in whatever case they are written. */
const merged = (
  ...all: ReadonlyArray<Readonly<Record<string, string>> | undefined>
): Readonly<Record<string, string>> => {
  const headers: Record<string, string> = {}
  for (const some of all) for (const name in some) headers[name.toLowerCase()] = some[name] ?? ''
  return headers
}
