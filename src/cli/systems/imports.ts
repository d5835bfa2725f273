import { isBuiltin, stripTypeScriptTypes } from 'node:module'
import { type Node, type Options, parse } from 'acorn'

/** A place at which a file brings in another one. */
export interface ImportSpot {
  readonly specifier: string
  readonly by: 'esm' | 'cjs'
  readonly line: number
  /** The program may go on without it: what is imported while it runs, and what is required. */
  readonly mayBeMissing: boolean
}

/** A place at which a file could bring in what can't be told before it runs. */
export interface Unclear {
  readonly line: number
  readonly why: string
}

export interface ImportsOfFile {
  readonly spots: ReadonlyArray<ImportSpot>
  readonly unclear: ReadonlyArray<Unclear>
}

/** What a file of JavaScript or TypeScript imports, read without running it. Throws a sentence with a line for what can't be read. */
export const importsOf = (path: string, text: string): ImportsOfFile => {
  const code = /\.[cm]?ts$/i.test(path) ? withoutTypes(text) : text
  const { program, isModule } = parsed(path, code)
  const spots: ImportSpot[] = []
  const unclear: Unclear[] = []
  // Names that were looked at as a part of what stands around them.
  const seen = new Set<unknown>()
  const lineOf = (node: Node): number => node.loc?.start.line ?? 1
  const note = (node: Node, said: Said): void => {
    for (const each of said.seen ?? []) seen.add(each)
    if (said.why !== undefined) unclear.push({ line: lineOf(node), why: said.why })
    if (said.specifier === undefined) return
    const { specifier, by = 'esm', mayBeMissing = false } = said
    const why = neverTold(specifier)
    if (why !== undefined) unclear.push({ line: lineOf(node), why })
    else if (!isBuiltin(specifier)) spots.push({ specifier, by, line: lineOf(node), mayBeMissing })
  }
  const waiting: Node[] = [program]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (!seen.has(node)) note(node, lookAt(node as Node & Fields, isModule))
    for (const [name, part] of Object.entries(node))
      if (name !== 'loc') for (const each of Array.isArray(part) ? part : [part]) if (isNode(each)) waiting.push(each)
  }
  const inOrder = <A extends { readonly line: number }>(all: A[]): A[] =>
    all.sort((one, other) => one.line - other.line)
  return { spots: inOrder(spots), unclear: inOrder(unclear) }
}

type Fields = { readonly [name: string]: unknown }

/** What a node says of imports; `seen` are parts of it that say nothing more. */
interface Said {
  readonly specifier?: string
  readonly by?: 'esm' | 'cjs'
  readonly mayBeMissing?: boolean
  readonly why?: string
  readonly seen?: ReadonlyArray<unknown>
}

const lookAt = (node: Node & Fields, isModule: boolean): Said => {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportNamedDeclaration':
      return node.source ? { specifier: textOf(node.source) ?? '' } : {}
    case 'ImportExpression': {
      const specifier = textOf(node.source)
      return specifier === undefined ? { why: variable('import(…)') } : { specifier, mayBeMissing: true }
    }
    case 'CallExpression':
    case 'NewExpression':
      return lookAtCall(node, isModule)
    case 'UnaryExpression':
      return node.operator === 'typeof' ? { seen: [node.argument] } : {}
    case 'MemberExpression':
      return lookAtMember(node, isModule)
    case 'Property':
    case 'PropertyDefinition':
    case 'MethodDefinition':
      // The name of a member; `{ require }` stands for both.
      return node.computed === true || node.shorthand === true ? {} : { seen: [node.key] }
    case 'Identifier':
      return lookAtName(String(node.name), isModule)
    default:
      return {}
  }
}

const lookAtCall = ({ callee, arguments: given, type }: Node & Fields, isModule: boolean): Said => {
  const [first, ...others] = given as ReadonlyArray<Node & Fields>
  const name = nameOf(callee)
  if (name === 'require' && type === 'CallExpression' && !isModule) {
    const specifier = others.length === 0 ? textOf(first) : undefined
    if (specifier === undefined) return { why: variable('require(…)'), seen: [callee] }
    return { specifier, by: 'cjs', mayBeMissing: true, seen: [callee] }
  }
  if (name !== undefined && makers.test(name)) return { why: `${name}(…) ${makesCode}`, seen: [callee] }
  const member = memberOf(callee)
  // A module of Node by its name is as plain as an import of it.
  const asked = member === 'getBuiltinModule' ? textOf(first) : undefined
  if (asked !== undefined) return { specifier: asked, seen: [callee, (callee as Fields)['property']] }
  if (member === 'require' && !isModule) return { why: variable('.require(…)') }
  if (member === 'Function' || (member === 'constructor' && textOf(first) !== undefined))
    return { why: `.${member}(…) ${makesCode}` }
  return {}
}

const lookAtMember = (node: Node & Fields, isModule: boolean): Said => {
  const member = memberOf(node)
  const seen = node.computed === true ? [] : [node.property]
  if (member !== undefined && loaders.has(member)) return { why: `${member} ${bringsIn}`, seen }
  if (member === 'constructor' && nameOf(node.object) === 'module' && !isModule)
    return { why: `module.constructor ${bringsIn}`, seen }
  if (member === 'eval' && globals.has(nameOf(node.object) ?? '')) return { why: `eval ${makesCode}`, seen }
  // Of `require` itself, these bring in nothing.
  const isPlain = nameOf(node.object) === 'require' && ['resolve', 'main', 'cache'].includes(member ?? '')
  return { seen: isPlain && !isModule ? [...seen, node.object] : seen }
}

const lookAtName = (name: string, isModule: boolean): Said => {
  if (name === 'require' && !isModule) return { why: 'require under another name, or handed on, can load anything' }
  if (name === 'eval') return { why: `eval ${makesCode}` }
  return name === 'createRequire' ? { why: `createRequire ${bringsIn}` } : {}
}

const makers = /^(?:Function|AsyncFunction|GeneratorFunction|AsyncGeneratorFunction)$/
const loaders: ReadonlySet<string> = new Set(['createRequire', 'getBuiltinModule', 'dlopen', 'mainModule'])
const globals: ReadonlySet<string> = new Set(['globalThis', 'global', 'window', 'self'])

const makesCode = 'runs code that is only known while it runs'
const bringsIn = 'can load what is only known while it runs'

const variable = (form: string): string =>
  `${form} of what is only known while it runs: write the path or the name as a text`

/** Why what a specifier stands for can't be told beforehand, or by nobody. */
const neverTold = (specifier: string): string | undefined => {
  if (/^(?:data|blob|https?):/i.test(specifier))
    return `${specifier.slice(0, 40)} is no file: import a file or a package`
  return /^(?:node:)?(?:module|vm|worker_threads|cluster|repl|inspector)(?:\/promises)?$/.test(specifier)
    ? `${specifier} ${bringsIn}`
    : undefined
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && typeof (value as { readonly type?: unknown }).type === 'string'

const nameOf = (node: unknown): string | undefined => {
  const { type, name } = (node ?? {}) as Fields
  return type === 'Identifier' ? String(name) : undefined
}

/** `x.name`, `x['name']` */
const memberOf = (node: unknown): string | undefined => {
  const { type, property, computed } = (node ?? {}) as Fields
  if (type !== 'MemberExpression') return undefined
  return computed === true ? textOf(property) : nameOf(property)
}

/** A text that stands there as it is. */
const textOf = (node: unknown): string | undefined => {
  const { type, value, quasis } = (node ?? {}) as Fields
  if (type === 'Literal' && typeof value === 'string') return value
  const parts = quasis as ReadonlyArray<{ readonly value: { readonly cooked?: string } }> | undefined
  return type === 'TemplateLiteral' && parts?.length === 1 ? parts[0]?.value.cooked : undefined
}

/** As Node tells it: what has the syntax of a module, or its ending, is one, and knows no `require`. */
const parsed = (path: string, code: string): { readonly program: Node; readonly isModule: boolean } => {
  const isNever = /\.c[jt]s$/i.test(path)
  let said: unknown
  for (const sourceType of isNever ? (['script'] as const) : (['module', 'script'] as const)) {
    try {
      const options: Options = {
        ecmaVersion: 'latest',
        sourceType,
        locations: true,
        allowHashBang: true,
        allowReturnOutsideFunction: sourceType === 'script',
      }
      const program = parse(code, options)
      const isModule = sourceType === 'module' && (/\.m[jt]s$/i.test(path) || program.body.some(isOfModule))
      return { program, isModule }
    } catch (cause) {
      said ??= cause
    }
  }
  throw said
}

const isOfModule = ({ type }: Node): boolean => /^(?:Import|Export\w+)Declaration$/.test(type)

/** Types become blanks, so that every line stays where it is. */
const withoutTypes = (text: string): string => {
  const { emitWarning } = process
  // Node says of this function that it may change; whoever wrote the adapter in TypeScript can do nothing about it.
  process.emitWarning = ((...given: unknown[]): void => {
    if (!String(given[0]).startsWith('stripTypeScriptTypes')) Reflect.apply(emitWarning, process, given)
  }) as typeof emitWarning
  try {
    // As Node does when it runs the file.
    return stripTypeScriptTypes(text, { mode: process.features.typescript === 'transform' ? 'transform' : 'strip' })
  } finally {
    process.emitWarning = emitWarning
  }
}
