/** Reads the imports out of source texts and holds them against the rules; the rules are in `tests/architecture.test.ts`. */
import { posix } from 'node:path'

/** A file below `src/`; `path` is relative to it. */
export interface Source {
  readonly path: string
  readonly text: string
}

/** What stands in a row of the table. */
export interface Room {
  /** The rooms that it may import from, besides itself. */
  readonly mayImport: ReadonlyArray<string>
  /** Packages; `node:` stands for all of Node's, `fp-ts/lib/` for every module below it. */
  readonly packages: ReadonlyArray<string>
}

export interface Rules {
  /**
   * By place: a folder, ending in a slash, with the files that lie directly in it; or a file. A star for the name of a
   * folder: each folder there is a room of its own, and this is the row of all of them.
   */
  readonly rooms: Readonly<Record<string, Room>>
  /** What one file alone may import, or one folder that ends in a slash. */
  readonly soleImporters: Readonly<Record<string, string>>
  /** What is written in one file alone; `except` names the folders that the rule leaves free. */
  readonly soleUsers: ReadonlyArray<{
    readonly word: RegExp
    readonly file: string
    readonly except: ReadonlyArray<string>
  }>
  readonly forbiddenNames: RegExp
  readonly forbiddenSyntax: Readonly<Record<string, RegExp>>
  /** Folders without a barrel and without a long file; lines that are blank or comment do not count. */
  readonly plain: { readonly folders: ReadonlyArray<string>; readonly maxLines: number }
  /** Of every file, with all of its lines. */
  readonly maxLines: number
  /** Directly in one folder. */
  readonly maxFiles: number
}

/** Every breach of the rules, one sentence each. */
export const breaches = (sources: ReadonlyArray<Source>, rules: Rules): ReadonlyArray<string> => {
  const files = sources.map(parsed)
  const paths = new Set(sources.map(({ path }) => path))
  const measured = arrowsBetween(sources, placeOf)
  return [
    ...files.flatMap((file) => [...importBreaches(file, paths, rules), ...styleBreaches(file, rules)]),
    ...crowdedFolders(sources, rules),
    ...staleRows(sources, measured, rules),
    ...circles(new Map(files.map((file) => [file.path, file.internal]))).map((way) => `a circle of imports: ${way}`),
    ...circles(measured).map((way) => `a circle of rooms: ${way}`),
    ...circles(new Map(Object.entries(rules.rooms).map(([place, { mayImport }]) => [place, mayImport]))).map(
      (way) => `a circle in the table: ${way}`,
    ),
  ]
}

/** Which places import which, where `placeOf` says what place a file is in; a file that is in none does not count. */
export const arrowsBetween = (
  sources: ReadonlyArray<Source>,
  placeOf: (path: string) => string | undefined,
): ReadonlyMap<string, ReadonlyArray<string>> => {
  const arrows = new Map<string, Set<string>>()
  for (const source of sources) {
    const from = placeOf(source.path)
    if (from === undefined) continue
    const targets = arrows.get(from) ?? new Set()
    arrows.set(from, targets)
    for (const target of parsed(source).internal) {
      const to = placeOf(target)
      if (to !== undefined && to !== from) targets.add(to)
    }
  }
  return new Map(Array.from(arrows, ([from, targets]) => [from, [...targets]]))
}

/** The room that a file is in: its folder, or itself where it lies directly in `src/`. */
export const placeOf = (path: string): string => (path.includes('/') ? `${posix.dirname(path)}/` : path)

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

const cache = new WeakMap<Source, File>()

const parsed = (source: Source): File => {
  const known = cache.get(source)
  if (known !== undefined) return known
  const file = parse(source)
  cache.set(source, file)
  return file
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

/** The row of the table for a room. */
const rowOf = (place: string, rules: Rules): string | undefined => {
  if (rules.rooms[place] !== undefined) return place
  const anyFolder = place.replace(/[^/]+\/$/, '*/')
  return rules.rooms[anyFolder] === undefined ? undefined : anyFolder
}

const importBreaches = (file: File, paths: ReadonlySet<string>, rules: Rules): ReadonlyArray<string> => {
  const place = placeOf(file.path)
  const room = rules.rooms[rowOf(place, rules) ?? '']
  if (room === undefined) return [`${file.path} is in no room: add ${place} to the table, or move it`]
  const found: string[] = []
  for (const target of file.internal) {
    const to = placeOf(target)
    const row = rowOf(to, rules)
    if (!paths.has(target)) found.push(`${file.path} imports ${target}, which does not exist`)
    else if (row !== undefined && to !== place && !room.mayImport.includes(row))
      found.push(`${file.path} may not import ${target}: the table has no arrow from ${place} to ${to}`)
  }
  for (const target of file.external) {
    const known = room.packages.some((allowed) =>
      /[:/]$/.test(allowed) ? target.startsWith(allowed) : target === allowed,
    )
    const sole = rules.soleImporters[target]
    if (/^fp-ts(\/|$)/.test(target) && !/^fp-ts\/lib\/\w+\.js$/.test(target))
      found.push(`${file.path} imports ${target}: Node finds fp-ts/lib/X.js only`)
    else if (!known) found.push(`${file.path} may not import ${target}: it is no package of ${place}`)
    else if (sole !== undefined && !covers(sole, file.path))
      found.push(`${file.path} may not import ${target}: only ${sole} does`)
  }
  for (const { word, file: sole, except } of rules.soleUsers) {
    const [used] = word.exec(file.skeleton) ?? []
    if (used !== undefined && file.path !== sole && !except.some((folder) => covers(folder, file.path)))
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
  const all = file.text.replace(/\n$/, '').split('\n').length
  if (all > rules.maxLines) found.push(`${file.path} is ${all} lines long, over ${rules.maxLines}`)
  if (!rules.plain.folders.some((folder) => covers(folder, file.path))) return found
  const lines = file.code.split('\n').filter((line) => line.trim() !== '').length
  if (lines > rules.plain.maxLines) found.push(`${file.path} has ${lines} lines of code: one idea per file`)
  if (posix.basename(file.path) === 'index.ts' || /\bexport\s+(?:type\s+)?(?:\*|\{[^}]*\}\s*from)/.test(file.skeleton))
    found.push(`${file.path} is a barrel: import from where a thing is written`)
  return found
}

const crowdedFolders = (sources: ReadonlyArray<Source>, rules: Rules): ReadonlyArray<string> => {
  const counts = new Map<string, number>()
  for (const { path } of sources) counts.set(posix.dirname(path), (counts.get(posix.dirname(path)) ?? 0) + 1)
  return Array.from(counts)
    .filter(([, count]) => count > rules.maxFiles)
    .map(([folder, count]) => `${folder}/ is crowded: ${count} files, over ${rules.maxFiles}`)
}

/** Rows of the table without a file, and arrows that no import uses. */
const staleRows = (
  sources: ReadonlyArray<Source>,
  measured: ReadonlyMap<string, ReadonlyArray<string>>,
  rules: Rules,
): ReadonlyArray<string> => {
  const rows = new Set(sources.map(({ path }) => rowOf(placeOf(path), rules)))
  const used = new Set<string>()
  for (const [from, targets] of measured)
    for (const to of targets) used.add(`${rowOf(from, rules)} -> ${rowOf(to, rules)}`)
  return Object.entries(rules.rooms).flatMap(([row, { mayImport }]) =>
    rows.has(row)
      ? mayImport
          .filter((to) => !used.has(`${row} -> ${to}`))
          .map((to) => `the arrow of the table from ${row} to ${to} is stale: no import uses it`)
      : [`${row} is in the table and holds no file`],
  )
}

/** One circle for each node that closes one. */
const circles = (graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const found: string[] = []
  const done = new Set<string>()
  const walk = (node: string, trail: ReadonlyArray<string>) => {
    const from = trail.indexOf(node)
    if (from >= 0) found.push([...trail.slice(from), node].join(' -> '))
    if (from >= 0 || done.has(node)) return
    for (const target of graph.get(node) ?? []) walk(target, [...trail, node])
    done.add(node)
  }
  for (const node of graph.keys()) walk(node, [])
  return found
}
