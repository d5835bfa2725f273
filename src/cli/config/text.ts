import jsonc, { type Node } from 'jsonc-parser'
import { CommandError } from '../terminal/command-error.ts'

/** What JSON can say. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | { readonly [name: string]: Json }

export type JsonObject = { readonly [name: string]: Json }

/** A place in a configuration: names and indexes, from the outside in. */
export type Path = ReadonlyArray<string | number>

/** A configuration as it was read: its value, and where in the text each part of it stands. */
export interface ConfigText {
  readonly value: unknown
  /** `cleanup.json:5:12 targets[1].ids`: where that stands, or where it should. */
  readonly spot: (path: Path) => string
}

/** JSON with comments and trailing commas. Throws a `CommandError` that points at each line that can't be read. */
export const parseConfigText = (given: string, file: string): ConfigText => {
  const text = given.replace(/^\ufeff/, '')
  const errors: jsonc.ParseError[] = []
  const root = jsonc.parseTree(text, errors, { allowTrailingComma: true })
  const problems = errors.map(({ error, offset }) => `${positionIn(file, text, offset)} ${saidBy(error)}`)
  if (root === undefined && problems.length === 0) problems.push(`${file}: it is empty`)
  const value = root === undefined || problems.length > 0 ? undefined : plainOf(root, [], problems, file, text)
  if (problems.length > 0) throw new CommandError(problems.join('\n'))
  return {
    value,
    spot: (path) => {
      const offset = root === undefined ? 0 : offsetOf(root, path)
      return [positionIn(file, text, offset), pathText(path)].join(' ').trimEnd()
    },
  }
}

/** `targets[1].options.apiToken` */
export const pathText = (path: Path): string =>
  path.map((step, index) => (typeof step === 'number' ? `[${step}]` : index === 0 ? step : `.${step}`)).join('')

/** Plain data without prototypes; a name that stands twice in one object is a problem, because only one of them would count. */
const plainOf = (node: Node, path: Path, problems: string[], file: string, text: string): unknown => {
  const children = node.children ?? []
  if (node.type === 'array') {
    return children.map((child, index) => plainOf(child, [...path, index], problems, file, text))
  }
  if (node.type !== 'object') return node.value
  const value: Record<string, unknown> = Object.create(null)
  for (const { children: pair = [], offset } of children) {
    const [name, of] = [String(pair[0]?.value), pair[1]]
    const at = [...path, name]
    if (name in value) problems.push(`${positionIn(file, text, offset)} ${pathText(at)}: it stands there twice`)
    if (of !== undefined) value[name] = plainOf(of, at, problems, file, text)
  }
  return value
}

/** Of the nearest part that is there. */
const offsetOf = (root: Node, path: Path): number => {
  for (let length = path.length; length > 0; length--) {
    const node = jsonc.findNodeAtLocation(root, [...path.slice(0, length)])
    if (node !== undefined) return node.parent?.type === 'property' ? node.parent.offset : node.offset
  }
  return root.offset
}

const positionIn = (file: string, text: string, offset: number): string => {
  const before = text.slice(0, offset).split('\n')
  return `${file}:${before.length}:${(before.at(-1)?.length ?? 0) + 1}`
}

/** `PropertyNameExpected`: property name expected. */
const saidBy = (error: jsonc.ParseErrorCode): string =>
  jsonc
    .printParseErrorCode(error)
    .replaceAll(/(?<=[a-z])(?=[A-Z])/g, ' ')
    .toLowerCase()
