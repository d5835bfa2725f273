/** A pace of somebody's own; what is left out stays as it is. */
export interface PaceWish {
  /** The part of the backend's rate limit that may be used, over 0 to 1. */
  readonly share?: number
  /** Requests a second at most; infinite: no limit of one's own. */
  readonly requestsPerSecond?: number
  /** HTTP exchanges in flight at most. */
  readonly concurrency?: number
}

/** What a run may be told while it goes on. */
export type Control =
  | { readonly what: 'pause' | 'continue' | 'stop' }
  /** `until`: the pace holds until then, in ms since the epoch. */
  | ({ readonly what: 'rate'; readonly until?: number } & PaceWish)
  /** Back to the pace that the run was planned with. */
  | { readonly what: 'planned-rate' }

/** A control with who asked for it, and when, in ms since the epoch. */
export type AskedControl = Control & { readonly at: number; readonly asker?: string; readonly host?: string }

/** What all that was asked so far comes to. */
export interface Steered {
  /** The pause that lasts. */
  readonly paused?: AskedControl
  /** The pace that was asked for and holds now. */
  readonly pace: PaceWish
  /** When a part of that pace ends, the first of them. */
  readonly paceUntil?: number
  /** Who asked for the pace last. */
  readonly pacedBy?: AskedControl
}

/** Adds up what was asked, in its order. A stop is about the run that it was told to, and lasts no longer. */
export const steeredBy = (asked: Iterable<AskedControl>, now: number): Steered => {
  let paused: AskedControl | undefined
  let rates: Array<AskedControl & { readonly what: 'rate' }> = []
  for (const control of asked) {
    if (control.what === 'pause') paused ??= control
    else if (control.what === 'continue') paused = undefined
    else if (control.what === 'planned-rate') rates = []
    else if (control.what === 'rate' && (control.until === undefined || control.until > now)) rates.push(control)
  }
  const pace: { -readonly [name in keyof PaceWish]: PaceWish[name] } = {}
  for (const { share, requestsPerSecond, concurrency } of rates) {
    if (share !== undefined) pace.share = share
    if (requestsPerSecond !== undefined) pace.requestsPerSecond = requestsPerSecond
    if (concurrency !== undefined) pace.concurrency = concurrency
  }
  const ends = rates.flatMap(({ until }) => until ?? [])
  const last = rates.at(-1)
  return {
    ...(paused && { paused }),
    pace,
    ...(ends.length > 0 && { paceUntil: Math.min(...ends) }),
    ...(last && { pacedBy: last }),
  }
}
