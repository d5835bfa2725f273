/**
 * The room `systems`: makes the provider of a target, with its secrets, proxy and certificates. `registry.ts` is the one
 * table of what is built in; `adapter.ts` loads what is not, once
 * `reach.ts` knows all that it can bring in.
 * May import: `terminal`, `config`, and the providers. Begin with `openProviders`.
 */

import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { rootCertificates } from 'node:tls'
import type { Dispatcher } from 'undici'
import { hidingSecrets, type PlainFetch, redact } from '../../http-provider.ts'
import { type BulkRecordProvider, UsageError } from '../../index.ts'
import { isObject } from '../config/checks.ts'
import { askAgain, askSecret, referenceIn } from '../config/secrets.ts'
import { type Json, type JsonObject, type Path, parseConfigText, pathText } from '../config/text.ts'
import { CommandError } from '../terminal/command-error.ts'
import { nearest } from '../terminal/nearest.ts'
import { type Adapter, adapterAt, isAdapter } from './adapter.ts'
import { byHand } from './by-hand.ts'
import { builtIn, registry } from './registry.ts'

/** What of a target makes its provider: secrets are references. */
export interface SystemSettings {
  readonly provider: string
  readonly options: JsonObject
  readonly http?: JsonObject
  /** Of a target that was planned: SHA-256 of the adapter's code, as it was then. */
  readonly adapter?: string
}

/** A provider, ready to be used, with its secrets. */
export interface TargetProvider {
  readonly provider: BulkRecordProvider
  /** SHA-256 of the code of an adapter. */
  readonly adapter?: string
  readonly close: () => Promise<void>
}

/** Where a target comes from: paths are relative to `folder`, and `spot` shows where in the configuration a problem is. */
export interface Origin {
  readonly config: string
  /** Its name. */
  readonly target: string
  readonly folder: string
  readonly spot: (path: Path) => string
}

/**
 * Makes the providers of targets, in their order; rejects with a `CommandError` that names the option. The code of every adapter
 * is known, and is what it was when it was planned, before any of it runs and before any secret is asked for. `records`: how many
 * a target is to delete, which decides by what it sends.
 */
export const openProviders = async (
  targets: ReadonlyArray<readonly [settings: SystemSettings, origin: Origin, records?: number]>,
): Promise<ReadonlyArray<TargetProvider>> => {
  const checked = targets.map(([settings, origin, records = 0]) => ({
    settings,
    origin,
    records,
    adapter: checkedAdapter(settings, origin),
  }))
  const opened: TargetProvider[] = []
  try {
    for (const { settings, origin, adapter, records } of checked)
      opened.push(await openProvider(settings, origin, adapter, records))
    return opened
  } catch (cause) {
    await Promise.all(opened.map(({ close }) => close()))
    throw cause
  }
}

/** The adapter of a target, not run yet; `undefined` for a provider that is built in. */
const checkedAdapter = (
  { provider: name, adapter: planned }: SystemSettings,
  { spot, folder, target }: Origin,
): Adapter | undefined => {
  if (name === 'manual' || builtIn(name) !== undefined) return undefined
  if (!isAdapter(name)) {
    const names = registry.map((each) => each.name)
    const near = nearest(name, names)
    const hint =
      near === undefined ? `built in are ${names.join(', ')}; an adapter is ./its-file.ts#export` : `is it ${near}?`
    throw new CommandError(`${spot(['provider'])}: there is no provider "${name}": ${hint}`)
  }
  const adapter = found(
    name,
    folder,
    (why, cause) => new CommandError(`${spot(['provider'])}: ${why}`, undefined, cause),
  )
  if (planned === undefined || planned === adapter.digest) return adapter
  throw new CommandError(
    `target "${target}": the code of ${name}, or of what it imports, has changed since the plan: plan again`,
  )
}

const found = (name: string, folder: string, failed: (why: string, cause: unknown) => CommandError): Adapter => {
  try {
    return adapterAt(name, folder)
  } catch (cause) {
    throw failed(said(cause), cause)
  }
}

const openProvider = async (
  target: SystemSettings,
  origin: Origin,
  adapter: Adapter | undefined,
  records: number,
): Promise<TargetProvider> => {
  if (target.provider === 'manual') return { provider: byHand(origin.target), close: async () => {} }
  const known = builtIn(target.provider)
  for (const option of known?.options ?? []) {
    if (option.required !== true || option.name in target.options) continue
    throw new CommandError(`${origin.spot(['options', option.name])}: must be written out: ${option.meaning}`)
  }
  const isRenewed = (option: string): boolean =>
    known === undefined
      ? /token$/i.test(option)
      : known.options.some((each) => each.name === option && each.secret === true)
  const secrets = new Set<string>()
  const note = (secret: string): void => void secrets.add(secret)
  const options = (await resolved(target.options, ['options'], origin, isRenewed, note)) as Readonly<
    Record<string, unknown>
  >
  const isLong = records >= manyRecords && !usesProxyOfEnvironment()
  // An adapter is handed `http` where its target has one, and may know of none.
  const http = await httpOf(target.http ?? (isLong && known !== undefined ? {} : undefined), origin, isLong, note)
  const given = { ...options, ...(http === undefined ? {} : { http: http.options }) }
  const close = http?.close ?? (async () => {})
  const hide = (text: string): string => redact(text, secrets)
  if (known !== undefined) return { provider: built(() => known.build(given), target, origin, hide), close }
  const build = await adapter?.load().catch((cause: unknown) => {
    throw new CommandError(`${origin.spot(['provider'])}: ${hide(said(cause))}`, undefined, cause)
  })
  const made = built(() => build?.(given) as BulkRecordProvider, target, origin, hide)
  // What it was handed it may not know for secrets, and say again.
  if (typeof made !== 'object' || made === null)
    throw new CommandError(`${origin.spot(['provider'])}: ${target.provider} made no provider`)
  const provider = hidingSecrets(made, () => secrets)
  return { provider, close, ...(adapter !== undefined && { adapter: adapter.digest }) }
}

/** From so many records on undici costs less than the platform's fetch, though it takes a tenth of a second to load. */
const manyRecords = 100_000

/** The platform's fetch heeds it, and undici's own interface does not. */
const usesProxyOfEnvironment = (): boolean =>
  (process.env['NODE_USE_ENV_PROXY'] ?? '') !== '' ||
  [...process.execArgv, process.env['NODE_OPTIONS'] ?? ''].some((words) => words.includes('--use-env-proxy'))

const said = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** What a factory says of its options is shown at the option that it speaks of. */
const built = (
  build: () => BulkRecordProvider,
  { options }: SystemSettings,
  { spot }: Origin,
  hide: (text: string) => string,
): BulkRecordProvider => {
  try {
    return build()
  } catch (cause) {
    const words = said(cause).match(/\w+/g) ?? []
    const option = words.find((word) => word in options)
    const path = option === undefined ? ['options'] : ['options', option]
    if (cause instanceof UsageError) throw new CommandError(`${spot(path)}: ${hide(cause.message)}`, undefined, cause)
    throw new CommandError(`${spot(['provider'])}: the adapter threw: ${hide(said(cause))}`, undefined, cause)
  }
}

/** References become what they stand for. */
const resolved = async (
  value: Json,
  path: Path,
  origin: Origin,
  isRenewed: (option: string) => boolean,
  note: (secret: string) => void,
): Promise<unknown> => {
  const reference = referenceIn(value)
  if (reference !== undefined) {
    const ask = async (): Promise<string> => {
      const secret = await askSecret(reference, origin.folder, (where) => literalIn(origin, where))
      note(secret)
      return secret
    }
    const first = await ask().catch((cause: unknown) => {
      throw new CommandError(`${origin.spot(path)}: ${said(cause)}`, undefined, cause)
    })
    const lasts = 'env' in reference || 'literal' in reference || !isRenewed(String(path.at(-1)))
    return lasts ? first : askAgain(first, ask)
  }
  if (Array.isArray(value)) {
    return Promise.all(value.map((entry: Json, index) => resolved(entry, [...path, index], origin, isRenewed, note)))
  }
  if (!isObject(value)) return value
  const members: Record<string, unknown> = {}
  for (const [name, member] of Object.entries(value)) {
    members[name] = await resolved(member as Json, [...path, name], origin, isRenewed, note)
  }
  return members
}

const httpOf = async (
  http: JsonObject | undefined,
  origin: Origin,
  isLong: boolean,
  note: (secret: string) => void,
) => {
  if (http === undefined) return undefined
  const { headers, proxy, caFile, certFile, keyFile } = (await resolved(http, ['http'], origin, () => false, note)) as {
    readonly [name: string]: string
  }
  const files = {
    ...(caFile !== undefined && { caFile }),
    ...(certFile !== undefined && { certFile }),
    ...(keyFile !== undefined && { keyFile }),
  }
  try {
    const own = await targetFetch(files, proxy, origin.folder, isLong)
    const options = { ...(headers !== undefined && { headers }), ...(own !== undefined && { fetch: own.fetch }) }
    return { options, close: own?.close ?? (async () => {}) }
  } catch (cause) {
    throw new CommandError(`${origin.spot(['http'])}: ${said(cause)}`, undefined, cause)
  }
}

/** A `fetch` through a proxy or with certificates of one's own; `undefined` where neither is asked for. */
const targetFetch = async (
  { caFile, certFile, keyFile }: { readonly [name in 'caFile' | 'certFile' | 'keyFile']?: string },
  proxy: string | undefined,
  folder: string,
  isLong: boolean,
): Promise<{ readonly fetch: PlainFetch; readonly close: () => Promise<void> } | undefined> => {
  if (proxy === undefined && caFile === undefined && certFile === undefined && !isLong) return undefined
  // Most targets need none of it, and it takes a while to load.
  const [{ Agent, ProxyAgent }, { undiciFetch }] = await Promise.all([import('undici'), import('../../undici.ts')])
  const read = (path: string): string => readFileSync(resolve(folder, path), 'utf8')
  const tls = {
    // One's own authority comes beside those that are known, not instead of them.
    ...(caFile === undefined ? {} : { ca: [...rootCertificates, read(caFile)] }),
    ...(certFile === undefined || keyFile === undefined ? {} : { cert: read(certFile), key: read(keyFile) }),
  }
  const { ca } = { ca: undefined, ...tls }
  const dispatcher: Dispatcher =
    proxy === undefined
      ? new Agent({ connect: tls })
      : new ProxyAgent({ uri: proxy, requestTls: tls, proxyTls: ca === undefined ? {} : { ca } })
  return { fetch: undiciFetch({ dispatcher }), close: () => dispatcher.close() }
}

/**
 * What stands in a configuration at a path such as `targets[0].options.apiToken`. The target is looked up by its name: were
 * targets put in another order since the plan, one system would be sent the secret of another.
 */
const literalIn = ({ config, target }: Origin, wanted: string): unknown => {
  const { value } = parseConfigText(readFileSync(config, 'utf8'), config)
  const targets: unknown = isObject(value) ? value['targets'] : undefined
  const place = Array.isArray(targets) ? targets.findIndex((each) => isObject(each) && each['name'] === target) : -1
  return valueAt(value, wanted.replace(/^targets\[\d+\]/, `targets[${place}]`))
}

const valueAt = (root: unknown, wanted: string): unknown => {
  const search = (value: unknown, path: Path): unknown => {
    if (pathText(path) === wanted) return value
    if (typeof value !== 'object' || value === null) return undefined
    for (const [name, inner] of Object.entries(value)) {
      const found = search(inner, [...path, Array.isArray(value) ? Number(name) : name])
      if (found !== undefined) return found
    }
    return undefined
  }
  return search(root, [])
}
