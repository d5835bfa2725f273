/**
 * The ids that an SMQL filter asks for: `io_uuid in ('…','…')` or `io_uuid = '…'`. Spaces, letter case and the kind of
 * quotes don't matter; `undefined` for any other filter. The vendor's exact grammar is not documented.
 */
export const idsOfFilter = (filter: string): ReadonlyArray<string> | undefined => {
  const list = /^\s*\(*\s*io_uuid\s+in\s*[([]([^)\]]*)[)\]]\s*\)*\s*$/i.exec(filter)?.[1]
  if (list !== undefined) return unquoted(list)
  const single = /^\s*io_uuid\s*={1,2}\s*('[^']*'|"[^"]*"|[^\s'"]+)\s*$/i.exec(filter)?.[1]
  return single === undefined ? undefined : unquoted(single)
}

/** Comparisons of fields joined by `and`: `io_name = 'x' and io_modified < '2024-01-01'`; `undefined` for what is none. */
export const testOfFilter = (filter: string): ((record: Readonly<Record<string, unknown>>) => boolean) | undefined => {
  const tests = filter.split(/\s+and\s+/i).map((part) => {
    const [, field = '', operator = '', value = ''] = comparison.exec(part) ?? []
    const compare = comparisons[operator]
    const [wanted] = unquoted(value)
    if (compare === undefined || wanted === undefined) return undefined
    return (record: Readonly<Record<string, unknown>>) => compare(String(record[field] ?? ''), wanted)
  })
  return tests.every((test) => test !== undefined) ? (record) => tests.every((test) => test(record)) : undefined
}

const comparison = /^\s*(\w+)\s*(==?|!=|<=?|>=?)\s*('[^']*'|"[^"]*"|[^\s'"]+)\s*$/

const comparisons: Readonly<Record<string, (one: string, other: string) => boolean>> = {
  '=': (one, other) => one === other,
  '==': (one, other) => one === other,
  '!=': (one, other) => one !== other,
  '<': (one, other) => one < other,
  '<=': (one, other) => one <= other,
  '>': (one, other) => one > other,
  '>=': (one, other) => one >= other,
}

const unquoted = (list: string): ReadonlyArray<string> =>
  list
    .split(',')
    .map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'))
    .filter((item) => item !== '')
