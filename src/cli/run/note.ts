import { type RunState, speedOf } from './progress-state.ts'

/** What a run that goes on says of itself in the journal, for `expunge status`. Times in ms since the epoch. */
export interface ProgressNote {
  /** HTTP exchanges since this process began. */
  readonly requests: number
  /** Since this process began. */
  readonly recordsPerSecond: number
  /** All requests wait, until then, and why. */
  readonly pause?: { readonly until: number; readonly why: string }
  /** Nothing more is sent: what is in flight is settled. */
  readonly stopping?: string
}

/** The note that goes with a state: for `target.saveProgress`, once a second at most. */
export const progressNoteOf = (state: RunState, now: number): ProgressNote => ({
  requests: state.requests,
  recordsPerSecond: Math.round(speedOf(state, now) * 10) / 10,
  ...(state.pause === undefined || state.pause.until <= now ? {} : { pause: state.pause }),
  ...(state.stopped === undefined ? {} : { stopping: state.stopped.detail }),
})
