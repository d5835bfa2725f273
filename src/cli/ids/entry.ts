/** An id exactly as it was given, and what stood beside it. */
export interface IdEntry {
  readonly id: string
  readonly columns?: Readonly<Record<string, string>>
}
