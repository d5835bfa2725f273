/** Reads the imports out of source texts and holds them against the rules; the rules are in `tests/architecture.test.ts`. */
import { posix } from 'node:path'

/** A file below `src/`; `path` is relative to it. */
export interface Source {
  readonly path: string
  readonly text: string
}

export interface Room {
  /** Files, and folders that end in a slash. */
  readonly holds: ReadonlyArray<string>
  /** Rooms that it may import from, besides itself. */
  readonly mayImport: ReadonlyArray<string>
  /** Packages; `node:` stands for all of Node's, `fp-ts/lib/` for every module below it. */
  readonly packages: ReadonlyArray<string>
}

export interface Rules {
  readonly rooms: Readonly<Record<string, Room>>
  /** What one file alone may import, or one folder that ends in a slash. */
  readonly soleImporters: Readonly<Record<string, string>>
  /** What is written in one file alone; `except` names the rooms that the rule leaves free. */
  readonly soleUsers: ReadonlyArray<{
    readonly word: RegExp
    readonly file: string
    readonly except: ReadonlyArray<string>
  }>
  readonly forbiddenNames: RegExp
  readonly forbiddenSyntax: Readonly<Record<string, RegExp>>
  /** Folders without a barrel and without a long file; lines that are blank or comment do not count. */
  readonly plain: { readonly folders: ReadonlyArray<string>; readonly maxLines: number }
}

/** Every breach of the rules, one sentence each. */
export const breaches = (sources: ReadonlyArray<Source>, rules: Rules): ReadonlyArray<string> => {
  const files = sources.map((source) => parse(source))
  return [
    ...files.flatMap((file) => [...roomBreaches(file, files, rules), ...styleBreaches(file, rules)]),
    ...cycles(files).map((cycle) => `a circle of imports: ${cycle.join(' -> ')}`),
  ]
}

/** Every module that a text imports, re-exports or names in a type. */
export const importsOf = (text: string): ReadonlyArray<string> => {
  const code = withoutComments(text)
  const clause = String.raw`(?:[\w$*]+(?:\s+as\s+[\w$]+)?\s*,?\s*)?(?:\{[^}]*\}\s*)?`
  const statements = new RegExp(
    String.raw`\b(?:import|export)\s+(?:type\s+)?${clause}from\s*['"]([^'"]+)['"]|\bimport\s*\(?\s*['"]([^'"]+)['"]`,
    'g',
  )
  return Array.from(code.matchAll(statements), (match) => match[1] ?? match[2] ?? '')
}

interface File extends Source {
  /** Without comments. */
  readonly code: string
  /** Without comments, and with empty strings. */
  readonly skeleton: string
  readonly internal: ReadonlyArray<string>
  readonly external: ReadonlyArray<string>
}

const parse = ({ path, text }: Source): File => {
  const code = withoutComments(text)
  const imports = importsOf(text)
  return {
    path,
    text,
    code,
    skeleton: code.replace(/'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"/g, "''"),
    internal: imports.filter((name) => name.startsWith('.')).map((name) => posix.join(posix.dirname(path), name)),
    external: imports.filter((name) => !name.startsWith('.')),
  }
}

const withoutComments = (text: string): string =>
  text.replace(
    /('(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`)|\/\*[\s\S]*?\*\/|\/\/[^\n]*/g,
    (_, quoted?: string) => quoted ?? '',
  )

const covers = (place: string, path: string): boolean => (place.endsWith('/') ? path.startsWith(place) : place === path)

const roomsOf = (path: string, rules: Rules): ReadonlyArray<string> =>
  Object.keys(rules.rooms).filter((name) => rules.rooms[name]?.holds.some((place) => covers(place, path)))

const roomBreaches = (file: File, files: ReadonlyArray<File>, rules: Rules): ReadonlyArray<string> => {
  const [name, ...others] = roomsOf(file.path, rules)
  const room = name === undefined ? undefined : rules.rooms[name]
  if (name === undefined || room === undefined) return [`${file.path} is in no room: add it to the table`]
  if (others.length > 0) return [`${file.path} is in several rooms: ${[name, ...others].join(', ')}`]
  const found: string[] = []
  for (const target of file.internal) {
    const [targetRoom] = roomsOf(target, rules)
    if (!files.some(({ path }) => path === target)) found.push(`${file.path} imports ${target}, which does not exist`)
    else if (targetRoom !== undefined && targetRoom !== name && !room.mayImport.includes(targetRoom))
      found.push(`${file.path} (${name}) may not import ${target} (${targetRoom})`)
  }
  for (const target of file.external) {
    const known = room.packages.some((allowed) =>
      /[:/]$/.test(allowed) ? target.startsWith(allowed) : target === allowed,
    )
    const sole = rules.soleImporters[target]
    if (/^fp-ts(\/|$)/.test(target) && !/^fp-ts\/lib\/\w+\.js$/.test(target))
      found.push(`${file.path} imports ${target}: Node finds fp-ts/lib/X.js only`)
    else if (!known) found.push(`${file.path} (${name}) may not import ${target}`)
    else if (sole !== undefined && !covers(sole, file.path))
      found.push(`${file.path} may not import ${target}: only ${sole} does`)
  }
  for (const { word, file: sole, except } of rules.soleUsers) {
    const [used] = word.exec(file.skeleton) ?? []
    if (used !== undefined && file.path !== sole && !except.includes(name))
      found.push(`${file.path} may not use ${used}: only ${sole} does`)
  }
  return found
}

const styleBreaches = (file: File, rules: Rules): ReadonlyArray<string> => {
  const found: string[] = []
  if (rules.forbiddenNames.test(file.path)) found.push(`${file.path}: a name that says nothing`)
  for (const [what, pattern] of Object.entries(rules.forbiddenSyntax)) {
    if (pattern.test(file.skeleton)) found.push(`${file.path} has ${what}`)
  }
  if (!rules.plain.folders.some((folder) => covers(folder, file.path))) return found
  const lines = file.code.split('\n').filter((line) => line.trim() !== '').length
  if (lines > rules.plain.maxLines) found.push(`${file.path} has ${lines} lines of code: one idea per file`)
  if (posix.basename(file.path) === 'index.ts' || /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from)/.test(file.skeleton))
    found.push(`${file.path} is a barrel: import from where a thing is written`)
  return found
}

/** One circle for each file that closes one. */
const cycles = (files: ReadonlyArray<File>): ReadonlyArray<ReadonlyArray<string>> => {
  const targets = new Map(files.map((file) => [file.path, file.internal]))
  const found: string[][] = []
  const done = new Set<string>()
  const walk = (path: string, trail: ReadonlyArray<string>) => {
    const from = trail.indexOf(path)
    if (from >= 0) found.push([...trail.slice(from), path])
    if (from >= 0 || done.has(path)) return
    for (const target of targets.get(path) ?? []) walk(target, [...trail, path])
    done.add(path)
  }
  for (const { path } of files) walk(path, [])
  return found
}
