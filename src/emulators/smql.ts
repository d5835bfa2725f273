/**
 * The ids that an SMQL filter asks for: `io_uuid in ('…','…')` or `io_uuid = '…'`. Spaces, letter case and the kind of
 * quotes don't matter; `undefined` for any other filter. The vendor's exact grammar is not documented.
 */
export const idsOfFilter = (filter: string): ReadonlyArray<string> | undefined => {
  const list = /^\s*\(*\s*io_uuid\s+in\s*[([]([^)\]]*)[)\]]\s*\)*\s*$/i.exec(filter)?.[1]
  if (list !== undefined) return unquoted(list)
  const single = /^\s*io_uuid\s*={1,2}\s*(.+?)\s*$/i.exec(filter)?.[1]
  return single === undefined ? undefined : unquoted(single)
}

const unquoted = (list: string): ReadonlyArray<string> =>
  list
    .split(',')
    .map((item) => item.trim().replace(/^(['"])(.*)\1$/, '$2'))
    .filter((item) => item !== '')
