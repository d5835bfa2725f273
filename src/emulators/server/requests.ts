import type { Arrival } from './system.ts'

/** The value that a text stands for; `undefined` for what is no JSON. */
export const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The member of an object; `undefined` for anything that has none. */
export const propertyOf = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined

/** A header of a request, unless it was sent twice. */
export const headerOf = ({ headers }: Arrival, name: string): string | undefined => {
  const value = headers[name]
  return typeof value === 'string' ? value : undefined
}

/** A path segment as it was before it was encoded; as it is, when it can't be decoded. */
export const decodeSegment = (segment: string): string => {
  try {
    return decodeURIComponent(segment)
  } catch {
    return segment
  }
}

/** A whole number in a query: `fallback` when it is missing, `NaN` when it is no whole number from 0 up. */
export const wholeNumber = (query: URLSearchParams, name: string, fallback: number): number => {
  const text = query.get(name)
  if (text === null) return fallback
  return /^\d+$/.test(text) ? Number(text) : Number.NaN
}

/** A page of a collection, without copying the rest. */
export const pageOf = (ids: Iterable<string>, offset: number, limit: number): ReadonlyArray<string> => {
  const page: Array<string> = []
  if (limit <= 0) return page
  let index = 0
  for (const id of ids) {
    if (index >= offset) page.push(id)
    index += 1
    if (page.length >= limit) break
  }
  return page
}
