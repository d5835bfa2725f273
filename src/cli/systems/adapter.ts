import { createHash } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve as resolveModule } from 'import-meta-resolve'
import type { BulkRecordProvider } from '../../index.ts'

/** An adapter that is not built in: what makes the provider, and SHA-256 of its code and of what that imports by path. */
export interface Adapter {
  readonly build: (options: Readonly<Record<string, unknown>>) => unknown
  readonly digest: string
}

/** `./my-adapter.ts#myProvider`, `some-package#provider`: a path or a package. */
export const isAdapter = (provider: string): boolean => /^\.{0,2}\/|^[a-z]:[\\/]|^@|#/i.test(provider)

/** Loads it; rejects with a sentence that says what is wrong. */
export const loadAdapter = async (provider: string, folder: string): Promise<Adapter> => {
  const [specifier = '', name] = provider.split('#', 2)
  const path = pathOf(specifier, folder)
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
  const build = typeof made === 'function' ? (made as Adapter['build']) : () => made
  return { build, digest: digestOf(path) }
}

const isMaker = (value: unknown): value is ((options: unknown) => unknown) | BulkRecordProvider =>
  typeof value === 'function' || (typeof value === 'object' && value !== null && 'deleteBatch' in value)

const pathOf = (specifier: string, folder: string): string => {
  if (/^(?:\.{0,2}\/|[a-z]:[\\/])/i.test(specifier)) {
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

/** Of the file and of every file that it imports by path, in the order in which they are met. */
const digestOf = (entry: string): string => {
  const hash = createHash('sha256')
  const files = [entry]
  for (const file of files) {
    const text = readFileSync(file, 'utf8')
    hash.update(`${Buffer.byteLength(text)}:`).update(text)
    for (const [, specifier = ''] of text.matchAll(/(?:from|import|require)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      // What is required may go without its ending.
      const paths = ['', '.js', '.cjs', '.json', '/index.js'].map((end) => resolve(dirname(file), specifier + end))
      const path = paths.find((each) => statSync(each, { throwIfNoEntry: false })?.isFile())
      if (path !== undefined && !files.includes(path)) files.push(path)
    }
  }
  return hash.digest('hex')
}
