import { UsageError } from '../../http-provider.ts'

/** The primary key of a table. */
export interface Keys {
  /** The name of the attribute. */
  readonly partitionKey: string
  /** `S`, a text, or `N`, a number. Default `S`. UNKNOWN to this adapter: binary keys. */
  readonly partitionKeyType?: 'S' | 'N'
  readonly sortKey?: string
  readonly sortKeyType?: 'S' | 'N'
  /** Stands between the two values of an id; the first value never holds it. Needed with `sortKey`. */
  readonly separator?: string
}

/** A key as the API writes it: `{ id: { S: 'a' } }`. */
export type Key = Readonly<Record<string, unknown>>

/** How an id becomes the key of an item, and the other way round. */
export const keysOf = (name: string, keys: Keys) => {
  const { partitionKey, partitionKeyType = 'S', sortKey, sortKeyType = 'S', separator } = keys
  const wrong = (what: string) => new UsageError(`${name}: ${what}`)
  if (typeof partitionKey !== 'string' || partitionKey === '')
    throw wrong('partitionKey must be the name of an attribute')
  for (const type of [partitionKeyType, sortKeyType]) {
    if (type !== 'S' && type !== 'N') throw wrong("partitionKeyType and sortKeyType must be 'S' or 'N'")
  }
  if ((sortKey === undefined) !== (separator === undefined))
    throw wrong('sortKey and separator come together: an id is both values with the separator between them')
  if (sortKey === '' || separator === '') throw wrong('sortKey and separator must not be empty')

  const valuesOf = (id: string): ReadonlyArray<string> => {
    const at = separator === undefined ? -1 : id.indexOf(separator)
    return at < 0 || separator === undefined ? [id] : [id.slice(0, at), id.slice(at + separator.length)]
  }
  const parts = [
    { attribute: partitionKey, type: partitionKeyType, mostBytes: 2_048 },
    ...(sortKey === undefined ? [] : [{ attribute: sortKey, type: sortKeyType, mostBytes: 1_024 }]),
  ]
  return {
    isValidId: (id: string): boolean => {
      const values = valuesOf(id)
      return values.length === parts.length && parts.every((part, at) => isValue(values[at] ?? '', part))
    },
    keyOf: (id: string): Key => {
      const values = valuesOf(id)
      return Object.fromEntries(parts.map(({ attribute, type }, at) => [attribute, { [type]: values[at] ?? '' }]))
    },
    idOf: (key: Key): string =>
      parts
        .map(({ attribute, type }) => String((key[attribute] as Readonly<Record<string, unknown>> | undefined)?.[type]))
        .join(separator),
    /** Asks for no other attributes than the key; names may be words that the API keeps for itself. */
    attributes: {
      ProjectionExpression: parts.map((_, at) => `#k${at}`).join(','),
      ExpressionAttributeNames: Object.fromEntries(parts.map(({ attribute }, at) => [`#k${at}`, attribute])),
    },
  }
}

/** A number in one way of writing it only, the one that DynamoDB answers with: two of one item must not share a batch. */
const isValue = (
  value: string,
  { type, mostBytes }: { readonly type: 'S' | 'N'; readonly mostBytes: number },
): boolean =>
  type === 'N'
    ? /^(?:0|-?(?:[1-9]\d*(?:\.\d*[1-9])?|0\.\d*[1-9]))$/.test(value) && value.replace(/\D/g, '').length <= 38
    : value !== '' && new TextEncoder().encode(value).length <= mostBytes
