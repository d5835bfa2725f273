/**
 * What every entry point of the built package exports, as declarations without comments. `npm run api` writes it to
 * `docs/api.md`, where whoever changes a signature sees it, and so does whoever reviews the change; a test compares.
 *
 * It asks the compiler that the package is built with; that part of it may change with any version, and the lock file
 * keeps it still.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve, sep } from 'node:path'
import { type Node, type SourceFile, SyntaxKind } from 'typescript/unstable/ast'
import { API, type Project, SymbolFlags, type Symbol as TsSymbol } from 'typescript/unstable/sync'

const root = resolve(import.meta.dirname, '..')
const dist = join(root, 'dist')
const page = join(root, 'docs', 'api.md')

interface Entry {
  /** `expunge/fp`. */
  readonly name: string
  /** Its declarations, from the root of the package. */
  readonly types: string
}

interface Declared {
  readonly name: string
  /** Where it is declared: two names with the same place are the same thing. */
  readonly place: string
  readonly nodes: ReadonlyArray<Node>
}

/** The text of `docs/api.md` for what stands in `dist`. */
export const apiListing = (): string => {
  const folder = join(root, '.tmp', `api-${process.pid}`)
  mkdirSync(folder, { recursive: true })
  const api = new API({ cwd: root })
  try {
    const config = join(folder, 'tsconfig.json')
    writeFileSync(config, JSON.stringify(configFor(folder)))
    const project = api.updateSnapshot({ openProjects: [config] }).getProject(config)
    if (project === undefined) throw new Error('the compiler did not open the project')
    return listing(project)
  } finally {
    api.close()
    rmSync(folder, { recursive: true, force: true })
  }
}

const entries = (): ReadonlyArray<Entry> => {
  const { name, exports } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))
  return Object.entries<{ readonly types?: string }>(exports)
    .flatMap(([key, { types }]) => (types === undefined ? [] : [{ name: name + key.slice(1), types }]))
    .sort((one, other) => (one.name < other.name ? -1 : 1))
}

const configFor = (folder: string) => ({
  compilerOptions: { target: 'es2024', lib: ['es2024', 'dom'], module: 'nodenext', types: ['node'], noEmit: true },
  files: entries().map(({ types }) => relative(folder, join(root, types))),
})

const listing = (project: Project): string => {
  const exports = entries().map((entry) => ({ entry, exported: exportsOf(entry, project) }))
  const homes = homesOf(exports)
  const sections = exports.map(({ entry, exported }) => sectionOf(entry, exported, homes, project))
  const hidden = reachable(
    exports.flatMap(({ exported }) => exported),
    project,
  )
  const others = hidden.map((declared) => textOf(declared, project)).join('\n\n')
  return [
    preface,
    ...sections,
    ...(hidden.length === 0 ? [] : [`## Named by these, exported by none\n\n${fenced(others)}`]),
  ].join('\n\n')
}

const preface = `# Signatures

Every export of every entry point, and the types that they name. Generated: after a change of any of them run \`npm run api\`,
and read what has changed here as your users will, beside [what counts as breaking](versions.md).`

interface Exports {
  readonly entry: Entry
  readonly exported: ReadonlyArray<Declared>
}

/** Where a thing is shown, by its place: at the entry that declares it, else at the first that exports it. */
const homesOf = (all: ReadonlyArray<Exports>): ReadonlyMap<string, Entry> => {
  const homes = new Map<string, Entry>()
  for (const { entry, exported } of all) {
    for (const { place } of exported) {
      if (!homes.has(place) || place.startsWith(`${join(root, entry.types)}:`)) homes.set(place, entry)
    }
  }
  return homes
}

const sectionOf = (
  entry: Entry,
  exported: ReadonlyArray<Declared>,
  homes: ReadonlyMap<string, Entry>,
  project: Project,
): string => {
  const own = exported.filter(({ place }) => homes.get(place) === entry)
  const elsewhere = new Map<string, string[]>()
  for (const { name, place } of exported) {
    const home = homes.get(place)
    if (home !== undefined && home !== entry) elsewhere.set(home.name, [...(elsewhere.get(home.name) ?? []), name])
  }
  return [
    `## ${entry.name}`,
    ...(own.length === 0 ? [] : [fenced(own.map((declared) => textOf(declared, project)).join('\n\n'))]),
    ...[...elsewhere].map(([home, names]) => `As in \`${home}\`: ${names.map(quoted).join(', ')}.`),
  ].join('\n\n')
}

const quoted = (name: string): string => `\`${name}\``

const fenced = (text: string): string => `\`\`\`cts\n${text}\n\`\`\``

const exportsOf = ({ types }: Entry, project: Project): ReadonlyArray<Declared> => {
  const file = project.program.getSourceFile(join(root, types))
  const module = file && project.checker.getSymbolAtLocation(file)
  if (module === undefined) throw new Error(`${types} is not there, or exports nothing: run npm run build`)
  return project.checker
    .getExportsOfModule(module)
    .map((symbol) => declaredBy(symbol, project))
    .sort(byName)
}

const byName = (one: Declared, other: Declared): number => (one.name < other.name ? -1 : 1)

const declaredBy = (symbol: TsSymbol, project: Project): Declared => {
  const real = (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : project.checker.getAliasedSymbol(symbol)
  const nodes = real.declarations.flatMap((handle) => handle.resolve() ?? [])
  const [first] = nodes
  if (first === undefined) throw new Error(`${symbol.name} is declared nowhere`)
  return { name: symbol.name, place: `${fileOf(first).fileName}:${first.pos}`, nodes }
}

const fileOf = (node: Node): SourceFile => {
  let file = node
  while (file.kind !== SyntaxKind.SourceFile) file = file.parent
  return file as SourceFile
}

/** As the compiler prints it, which leaves out comments; with the name that it is exported by, where that is another. */
const textOf = ({ name, nodes }: Declared, project: Project): string => {
  const texts = nodes
    .map((node) => project.emitter.printNode(node.kind === SyntaxKind.VariableDeclaration ? node.parent.parent : node))
    .map((text) => text.replace(/^(?:export )?(?:declare )?/, '').replace(/;$/, ''))
  const named = new RegExp(`^(?:\\w+ )+${name}\\b`).test(texts[0] ?? '')
  return [...(named ? [] : [`// exported as ${name}`]), ...texts].join('\n')
}

/** What the exports name, and what that names in turn, of ours. */
const reachable = (exported: ReadonlyArray<Declared>, project: Project): ReadonlyArray<Declared> => {
  const seen = new Set(exported.map(({ place }) => place))
  const found: Declared[] = []
  const queue = exported.flatMap(({ nodes }) => nodes)
  for (let node = queue.pop(); node !== undefined; node = queue.pop()) {
    for (const symbol of namedIn(node, project)) {
      if (symbol.declarations.length === 0) continue
      const declared = declaredBy(symbol, project)
      const [first] = declared.nodes as [Node]
      const ours = fileOf(first).fileName.startsWith(dist + sep)
      if (!ours || !topLevel.has(first.kind) || seen.has(declared.place)) continue
      seen.add(declared.place)
      found.push(declared)
      queue.push(...declared.nodes)
    }
  }
  return found.sort(byName)
}

const topLevel: ReadonlySet<SyntaxKind> = new Set([
  SyntaxKind.InterfaceDeclaration,
  SyntaxKind.TypeAliasDeclaration,
  SyntaxKind.ClassDeclaration,
  SyntaxKind.VariableDeclaration,
  SyntaxKind.FunctionDeclaration,
])

const namedIn = (node: Node, project: Project): ReadonlyArray<TsSymbol> => {
  const names: Node[] = []
  const walk = (part: Node): void => {
    if (part.kind === SyntaxKind.Identifier) names.push(part)
    part.forEachChild(walk)
  }
  walk(node)
  return names.length === 0 ? [] : project.checker.getSymbolAtLocation(names).filter((symbol) => symbol !== undefined)
}

if (process.argv[1] === import.meta.filename) {
  writeFileSync(page, `${apiListing()}\n`)
  console.log(`wrote ${relative(root, page)}`)
}
