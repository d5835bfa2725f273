import { UsageError } from '../core/contract/error.ts'

/**
 * What a column holds, in the words of the file that Opus gives out for a connection (Settings > Connector). Source:
 * learn.avepoint.com, "Submit Records" and "Create a Connection".
 */
export type ColumnKind = keyof typeof kinds

/** The built-in columns of a record. It may have any others of its connection, by their internal names. */
export interface OpusRecord {
  /** The unique key, by which the record is destroyed later: any text. */
  readonly rowKey: string
  readonly leafName: string
  /** The full path of a term. */
  readonly termFullPath?: string
  /** In the date and time format of the tenant's settings. */
  readonly timeCreated: string
  readonly timeModified: string
  readonly createdBy: string
  readonly modifiedBy: string
}

/** A value that would not be understood, and why. The value itself is not told. */
export interface WrongField {
  readonly field: string
  readonly why: string
}

/** What is wrong with a record; empty where nothing is. */
export type FieldCheck = (record: unknown) => ReadonlyArray<WrongField>

/**
 * Checks records before they are sent. Without `columns` only the built-in ones can be checked; with it, what is no column
 * of the connection is wrong, too: it may be a misspelt one.
 */
export const openFieldCheck = (columns: Readonly<Record<string, ColumnKind>> | undefined): FieldCheck => {
  if (columns !== undefined) checkColumns(columns)
  const known = new Map<string, ColumnKind>(Object.entries({ ...builtIn, ...columns }))
  return (record) => {
    if (typeof record !== 'object' || record === null || Array.isArray(record))
      return [{ field: '', why: 'a record must be an object' }]
    const values = record as Readonly<Record<string, unknown>>
    const wrong = required.flatMap((field) => (isThere(values[field]) ? [] : [{ field, why: 'is required' }]))
    for (const [field, value] of Object.entries(values)) {
      const kind = known.get(field)
      if (kind === undefined && columns !== undefined)
        wrong.push({ field, why: 'is no column of the connection, as `columns` has it' })
      if (kind === undefined || !isThere(value)) continue
      const why = kinds[kind](value)
      if (why !== undefined) wrong.push({ field, why })
    }
    return wrong
  }
}

const builtIn: Readonly<Record<string, ColumnKind>> = {
  rowKey: 'SingleText',
  leafName: 'SingleText',
  termFullPath: 'Taxonomy',
  timeCreated: 'DateTime',
  timeModified: 'DateTime',
  createdBy: 'SingleText',
  modifiedBy: 'SingleText',
}

const required = ['rowKey', 'leafName', 'timeCreated', 'timeModified', 'createdBy', 'modifiedBy']

const isThere = (value: unknown): boolean => value !== undefined && value !== null && value !== ''

const checkColumns = (columns: Readonly<Record<string, unknown>>): void => {
  if (typeof columns !== 'object' || columns === null || Array.isArray(columns))
    throw new UsageError('columns must be an object: the internal name of each column, and what it holds')
  for (const [column, kind] of Object.entries(columns)) {
    if (typeof kind !== 'string' || !Object.hasOwn(kinds, kind))
      throw new UsageError(`columns["${column}"] must be one of ${Object.keys(kinds).join(', ')}`)
  }
}

type Check = (value: unknown) => string | undefined

const demand =
  (why: string, holds: (value: unknown) => boolean): Check =>
  (value) =>
    holds(value) ? undefined : why

const isText = (value: unknown): value is string => typeof value === 'string'

const isLine = (value: unknown): boolean => isText(value) && !/[\r\n]/.test(value)

/** Which format is the tenant's can't be known here: three numbers make a date in each. */
const isDate = (value: unknown): boolean => isLine(value) && /\d+\D+\d+\D+\d+|\d{8}/.test(String(value))

const isOrder = (value: unknown): boolean =>
  /^\s*\d+\s*$/.test(typeof value === 'number' ? String(value) : textOf(value))

const isEmail = (value: unknown): boolean => /^\s*[^\s@,[\]]+@[^\s@,[\]]+\s*$/.test(textOf(value))

const isNumber = (value: unknown): boolean =>
  typeof value === 'number' ? Number.isFinite(value) : /^\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)\s*$/.test(textOf(value))

const textOf = (value: unknown): string => (isText(value) ? value : '')

/** A list, or a text that is one: the parts of `[a,b]`. */
const isListOf =
  (holds: (part: unknown) => boolean) =>
  (value: unknown): boolean => {
    if (Array.isArray(value)) return value.length > 0 && value.every(holds)
    const [, inner] = /^\s*\[([^[\]]*)\]\s*$/.exec(textOf(value)) ?? []
    return inner?.split(',').every(holds) ?? false
  }

const kinds = {
  SingleText: demand('must be a text of one line', isLine),
  MultipleText: demand('must be a text', isText),
  DateTime: demand("must be a text with a date, in the tenant's format", isDate),
  Taxonomy: demand('must be the full path of a term, a text of one line', isLine),
  Number: demand('must be a number', isNumber),
  SingleChoice: demand("must be the option's order, a whole number, not its name", isOrder),
  MultipleChoice: demand('must be the orders of the options, as a list or as a text such as [1,3]', isListOf(isOrder)),
  PeopleOrGroup: demand(
    'must be full e-mail addresses, as a list or as a text such as [one@example.com,two@example.com]',
    isListOf(isEmail),
  ),
} as const
