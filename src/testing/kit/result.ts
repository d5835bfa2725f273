/** There is nothing that the case could show of this subject. */
export interface NotApplicable {
  readonly result: 'not-applicable'
  /** A sentence without a capital: `its provider follows no jobs`. */
  readonly reason: string
}

/** What came of a case that did not fail. */
export type CaseResult = { readonly result: 'passed' } | NotApplicable

export const notApplicable = (reason: string): NotApplicable => ({ result: 'not-applicable', reason })

export const isNotApplicable = (told: unknown): told is NotApplicable =>
  typeof told === 'object' && told !== null && 'reason' in told
