/** Thrown by a case that fails: what the adapter did, and what was expected, in words for its author. */
export class ContractBreach extends Error {
  override readonly name = 'ContractBreach'
}

/** Ends the case as failed. Both are sentences without a subject: "called \"a\" deleted", "it to be called rejected". */
export const breach = (did: string, expected: string): never => {
  throw new ContractBreach(`the adapter ${did}; expected ${expected}`)
}

/** Ends the case as failed unless `holds`. */
export const expect = (holds: boolean, did: () => string, expected: string): void => {
  if (!holds) breach(did(), expected)
}

/** Ends the case for a mistake of the subject, not of the adapter. */
export const misfit = (what: string): never => {
  throw new ContractBreach(`the subject does not fit the kit: ${what}`)
}

/** A few ids, for a sentence. */
export const named = (ids: ReadonlyArray<string>): string => {
  const shown = ids.slice(0, 3).map((id) => JSON.stringify(id.length > 80 ? `${id.slice(0, 79)}…` : id))
  return ids.length > 3 ? `${shown.join(', ')} and ${ids.length - 3} more` : shown.join(', ')
}
