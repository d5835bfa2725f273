/** An id exactly as it was given, what stood beside it, and the line in which it begins, where there are lines. */
export interface IdEntry {
  readonly id: string
  readonly columns?: Readonly<Record<string, string>>
  readonly line?: number
}

/** Told of each row that was passed over because it holds nothing but separators. */
export type OnEmptyRow = () => void
