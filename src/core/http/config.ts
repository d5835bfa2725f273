import { UsageError } from '../contract/error.ts'
import { version } from '../contract/version.ts'
import type { Pin } from './pin.ts'

/**
 * A `fetch` that sends once. It is called with a URL and a plain `init` (method, headers, body, redirect, signal) and
 * may send through a proxy, with own certificates or a client certificate. One that retries by itself would break
 * "send once": a ky instance is refused, here by its type and again at run time.
 */
export type PlainFetch = ((url: string, init: RequestInit) => Promise<Response>) & {
  readonly extend?: never
  readonly create?: never
}

/** What every provider's factory takes as `http`. All optional. */
export interface HttpOptions {
  /** Default: the platform's. */
  readonly fetch?: PlainFetch
  /** Sent with every request to the backend, never to the token URL. `Authorization` and what the adapter sets are refused. */
  readonly headers?: Readonly<Record<string, string>>
  /** Default `expunge/<version>`; in browsers none, for there it may need a permission of the server. */
  readonly userAgent?: string
  /** The most bytes of a response body, after decompression; a longer one is cancelled. Default 10 MiB. */
  readonly maxResponseBytes?: number
}

/** What every provider's configuration takes about its connection. */
export interface ConnectionOptions {
  /** Plain http to a host other than loopback. Default false. */
  readonly allowInsecure?: boolean
  readonly http?: HttpOptions
}

/** Where and how requests go, checked. `base` has no slash at its end. */
export interface Connection {
  readonly base: string
  readonly headers: Readonly<Record<string, string>>
  readonly fetch?: PlainFetch
  readonly maxResponseBytes: number
}

/** The part of a provider's specification that says where and how. */
export interface ConnectionSpec {
  readonly name: string
  readonly baseUrl: string
  /** `http:` to a host other than loopback. Default false. */
  readonly allowInsecure?: boolean | undefined
  readonly http?: HttpOptions | undefined
  /** Headers of every request. A caller can't change them. */
  readonly headers?: Readonly<Record<string, string>>
  readonly pin?: Pin
}

/** Checks the words that a caller gave; throws `UsageError`, which says what to do. */
export const connect = (spec: ConnectionSpec): Connection => {
  const { name, http = {}, headers = {}, pin } = spec
  checkOptions(`${name}: http`, http, 'fetch headers userAgent maxResponseBytes')
  const { fetch, maxResponseBytes = 10 * 1024 * 1024 } = http
  if (fetch !== undefined) checkFetch(name, fetch)
  if (!(Number.isInteger(maxResponseBytes) && maxResponseBytes > 0)) {
    throw new UsageError(`${name}: http.maxResponseBytes must be a whole number of bytes over 0`)
  }
  return {
    base: checkUrl(name, 'baseUrl', spec.baseUrl, spec.allowInsecure).replace(/\/+$/, ''),
    headers: {
      accept: 'application/json',
      ...userAgent(name, http.userAgent),
      ...checkHeaders(name, http.headers ?? {}, [...Object.keys(headers), ...(pin ? [pin.header] : [])]),
      ...headers,
    },
    ...(fetch === undefined ? {} : { fetch }),
    maxResponseBytes,
  }
}

/** An URL that credentials may be sent to: absolute, https (or loopback), and without parts that don't belong to it. */
export const checkUrl = (name: string, option: string, text: unknown, allowInsecure = false): string => {
  const wrong = (what: string) => new UsageError(`${name}: ${option} ${what}`)
  if (typeof text !== 'string' || !URL.canParse(text)) throw wrong('must be a URL such as https://api.example.com')
  const url = new URL(text)
  if (url.protocol !== 'https:' && url.protocol !== 'http:') throw wrong('must begin with https://')
  if (url.username !== '' || url.password !== '') {
    throw wrong('holds a user name or a password: leave them out and use the options for credentials')
  }
  if (url.search !== '' || url.hash !== '') throw wrong('must end before any ? or #')
  if (url.protocol === 'http:' && !allowInsecure && !isLoopback(url.hostname)) {
    throw wrong('is plain http, which shows the token to everyone on the way: use https, or set allowInsecure: true')
  }
  return url.origin + url.pathname
}

/**
 * Refuses options that are not known; `names` are separated by spaces. A misspelt one must not go unnoticed:
 * `enviroment: 'sandbox'` would delete from production.
 */
export const checkOptions = (name: string, options: unknown, names: string): void => {
  if (typeof options !== 'object' || options === null) throw new UsageError(`${name}: options must be an object`)
  const known = names.split(' ')
  for (const key of Object.keys(options)) {
    if (!known.includes(key)) throw new UsageError(`${name}: unknown option "${key}": known are ${known.join(', ')}`)
  }
}

const isLoopback = (host: string): boolean => /^(?:(?:.+\.)?localhost|127(?:\.\d+){3}|\[::1\])$/.test(host)

const checkFetch = (name: string, fetch: unknown): void => {
  if (typeof fetch !== 'function') throw new UsageError(`${name}: http.fetch must be a function like the global fetch`)
  if ('extend' in fetch || 'create' in fetch) {
    throw new UsageError(`${name}: http.fetch is a ky instance, which may send a request twice: pass a plain fetch`)
  }
}

const checkHeaders = (
  name: string,
  headers: Readonly<Record<string, string>>,
  own: ReadonlyArray<string>,
): Readonly<Record<string, string>> => {
  const checked: Record<string, string> = {}
  for (const [given, value] of Object.entries(headers)) {
    const header = given.toLowerCase()
    if (!/^[!#$%&'*+.^_`|~\w-]+$/.test(header)) throw new UsageError(`${name}: http.headers has an invalid name`)
    if (typeof value !== 'string' || !headerValue.test(value)) {
      throw new UsageError(`${name}: http.headers["${given}"] must be a string that a header can carry`)
    }
    if (header === 'authorization') {
      throw new UsageError(`${name}: http.headers can't set Authorization: use the options for credentials`)
    }
    if (framing.has(header) || own.some((word) => word.toLowerCase() === header)) {
      throw new UsageError(`${name}: http.headers can't set "${given}": the adapter sets it`)
    }
    checked[header] = value
  }
  return checked
}

/** Printable Latin-1. */
const headerValue = /^[\t\x20-\x7e\x80-\xff]*$/

const framing = new Set(['host', 'connection', 'content-length', 'content-type', 'transfer-encoding', 'user-agent'])

const userAgent = (name: string, given: string | undefined): Readonly<Record<string, string>> => {
  if (given !== undefined) {
    if (typeof given !== 'string' || !headerValue.test(given)) {
      throw new UsageError(`${name}: http.userAgent must be a string that a header can carry`)
    }
    return { 'user-agent': given }
  }
  const browser = (globalThis as { navigator?: { userAgent?: string } }).navigator?.userAgent?.startsWith('Mozilla/')
  return browser === true ? {} : { 'user-agent': `expunge/${version}` }
}
