import { existsSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve as resolveModule } from 'import-meta-resolve'
import type { BulkRecordProvider } from '../../index.ts'
import { onOneLine } from '../terminal/output.ts'
import { onlyWithin } from './only-within.ts'
import { isPath, type Reach, reachOf } from './reach.ts'

/** An adapter that is not built in, of which nothing has run yet. */
export interface Adapter {
  /** SHA-256 of its code, and of all that it brings in. */
  readonly digest: string
  /** Runs it: what makes the provider. Rejects with a sentence that says what is wrong. */
  readonly load: () => Promise<(options: Readonly<Record<string, unknown>>) => unknown>
}

/** `./my-adapter.ts#myProvider`, `some-package#provider`: a path or a package. */
export const isAdapter = (provider: string): boolean => /^\.{0,2}\/|^[a-z]:[\\/]|^@|#/i.test(provider)

/** Finds it, and all that it can bring in, and runs none of it. Throws a sentence that says what is wrong. */
export const adapterAt = (provider: string, folder: string): Adapter => {
  const [specifier = '', name] = provider.split('#', 2)
  const path = pathOf(specifier, folder)
  const reach = reachOf(path, !isPath(specifier), (file) => onOneLine(shortest(relative(folder, file), file)))
  return { digest: reach.digest, load: () => load(specifier, name, path, reach) }
}

const shortest = (one: string, other: string): string => (one.length < other.length ? one : other)

const load = async (specifier: string, name: string | undefined, path: string, reach: Reach) => {
  onlyWithin(reach)
  const members: Readonly<Record<string, unknown>> = await import(pathToFileURL(path).href).catch((cause: unknown) => {
    throw new Error(`${specifier} can not be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, {
      cause,
    })
  })
  const names = Object.keys(members).filter((each) => isMaker(members[each]))
  const chosen = name ?? (names.length === 1 ? names[0] : undefined)
  if (chosen === undefined)
    throw new Error(`say which export is meant: ${specifier}#${names.join(` or ${specifier}#`)}`)
  const made = members[chosen]
  if (!isMaker(made)) {
    throw new Error(
      `${specifier} has no export "${chosen}" that makes a provider; it has ${names.join(', ') || 'none'}`,
    )
  }
  return typeof made === 'function' ? made : () => made
}

const isMaker = (value: unknown): value is ((options: unknown) => unknown) | BulkRecordProvider =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && 'deleteBatch' in value)

const pathOf = (specifier: string, folder: string): string => {
  if (isPath(specifier)) {
    const path = resolve(folder, specifier)
    if (existsSync(path)) return path
    throw new Error(`there is no file ${path}`)
  }
  // From where the configuration stands, else from where this command is installed.
  for (const from of [pathToFileURL(join(folder, 'cleanup.json')).href, import.meta.url]) {
    try {
      const path = fileURLToPath(resolveModule(specifier, from))
      if (existsSync(path)) return path
    } catch {
      // Not from there: the next one, or the sentence below.
    }
  }
  throw new Error(`there is no package "${specifier}" to be found from ${folder}`)
}
