import { createHash } from 'node:crypto'
import { existsSync, readFileSync, realpathSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { resolve as resolveModule } from 'import-meta-resolve'
import { type ImportSpot, importsOf } from './imports.ts'

/** All that an adapter can bring in, known before any of it runs. */
export interface Reach {
  /** SHA-256 over all of it: what each file holds and where it is, and the name, version and place of each package. */
  readonly digest: string
  /** By the path that a file really has: what it held when it was hashed. */
  readonly files: ReadonlyMap<string, Buffer>
  /** Folders of the packages. */
  readonly packages: ReadonlySet<string>
}

/**
 * Follows a file to everything that it imports or requires, links included, and runs nothing. A package below a
 * `node_modules` counts by its name, its version and its place. Throws a sentence with file and line where an import can't be told.
 * Only of an adapter that is named as a package (`isPackage`), that is let be: it has a version.
 */
export const reachOf = (entry: string, isPackage: boolean, shown: (path: string) => string): Reach => {
  const start = realpathSync(entry)
  const base = dirname(start)
  const home = packageOf(start)
  const files = new Map<string, Buffer>()
  const packages = new Set<string>()
  const parts = new Set<string>()
  const placeOf = (path: string): string => relative(base, path).split(sep).join('/')
  const addPackage = ({ name, version, root }: Package): void => {
    packages.add(root)
    parts.add(`package ${JSON.stringify([name, version, placeOf(root)])}`)
  }
  if (isPackage && home !== undefined) addPackage(home)
  const isLetBe = (path: string): boolean =>
    isWithin(path, ours) || (isPackage && home !== undefined && isWithin(path, home.root))
  const waiting = [start]
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    if (files.has(path)) continue
    const bytes = readFileSync(path)
    files.set(path, bytes)
    const hash = createHash('sha256').update(bytes).digest('hex')
    parts.add(`file ${JSON.stringify([placeOf(path), hash])}`)
    if (/\.(?:json|node|wasm)$/i.test(path)) continue
    for (const spot of spotsOf(path, bytes, shown, isLetBe(path))) {
      const found = followed(spot, path, shown, isLetBe(path))
      if (found === undefined) {
        // Were it there later, it would be brought in.
        parts.add(`missing ${JSON.stringify([placeOf(path), spot.specifier])}`)
        continue
      }
      const other = packageOf(found)
      if (other === undefined || other.root === home?.root) waiting.push(found)
      else addPackage(other)
    }
  }
  const digest = createHash('sha256')
    .update([...parts].sort().join('\n'))
    .digest('hex')
  return { digest, files, packages }
}

const spotsOf = (
  path: string,
  bytes: Buffer,
  shown: (path: string) => string,
  isLetBe: boolean,
): ReadonlyArray<ImportSpot> => {
  try {
    const { spots, unclear } = importsOf(path, bytes.toString('utf8'))
    const [first] = unclear
    if (first === undefined || isLetBe) return spots
    throw new UnclearError(
      `${shown(path)}:${first.line}: ${first.why}. All that an adapter brings in has to be known before it runs`,
    )
  } catch (cause) {
    if (cause instanceof UnclearError) throw cause
    if (isLetBe) return []
    const { message, loc } = cause as { readonly message?: string; readonly loc?: { readonly line: number } }
    const line = loc === undefined ? '' : `:${loc.line}`
    throw new Error(`${shown(path)}${line}: it can not be read as JavaScript or TypeScript: ${message}`, { cause })
  }
}

class UnclearError extends Error {
  override readonly name = 'UnclearError'
}

/** The file that an import leads to, its links followed; `undefined` for one that is not there, and need not be. */
const followed = (
  { specifier, by, line, mayBeMissing }: ImportSpot,
  from: string,
  shown: (path: string) => string,
  isLetBe: boolean,
): string | undefined => {
  try {
    const path =
      by === 'cjs'
        ? createRequire(from).resolve(specifier)
        : fileURLToPath(resolveModule(specifier, pathToFileURL(from).href))
    return realpathSync(path)
  } catch (cause) {
    if (mayBeMissing || isLetBe) return undefined
    const said = cause instanceof Error ? cause.message : String(cause)
    throw new Error(`${shown(from)}:${line}: "${specifier}" leads to no file: ${said}`, { cause })
  }
}

/** What is named by where it lies, and not as a package. */
export const isPath = (specifier: string): boolean => /^(?:\.{0,2}\/|\.{1,2}$|file:|[a-z]:[\\/])/i.test(specifier)

/** The folder of what this command is made of: it is trusted already, and counts by what it holds like any other file. */
const ours = ((): string => {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(dirname(folder), 'package.json')) && dirname(folder) !== folder) folder = dirname(folder)
  return folder
})()

const isWithin = (path: string, folder: string): boolean => path.startsWith(folder + sep)

interface Package {
  readonly name: string
  readonly version: string
  readonly root: string
}

/** The package below a `node_modules` that a file is part of; one without a version is no more than its files. */
const packageOf = (path: string): Package | undefined => {
  const mark = `${sep}node_modules${sep}`
  const at = path.lastIndexOf(mark)
  if (at < 0) return undefined
  const [first = '', second = ''] = path.slice(at + mark.length).split(sep)
  const root = join(path.slice(0, at + mark.length), first.startsWith('@') ? join(first, second) : first)
  try {
    const { name, version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
    return typeof name === 'string' && typeof version === 'string' && version !== ''
      ? { name, version, root }
      : undefined
  } catch {
    return undefined
  }
}
