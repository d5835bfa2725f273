import { spanOf } from './figures.ts'
import type { Messages } from './messages.ts'
import { canRedraw, widthOf } from './output.ts'

/** Says on a terminal what a command is at, while it has nothing else to say: one line, drawn over and taken away at the end. */
export interface Activity {
  /** What it is at from now on; asked again whenever the line is drawn. */
  readonly at: (what: () => string) => void
  /** For work that gives timers no turn: draws when it is time. */
  readonly look: () => void
  readonly end: () => void
}

const usualPace = { silentMs: 2_000, everyMs: 1_000 }

/** Drawn after a silence, and then again and again. */
export const openActivity = (messages: Messages, { silentMs, everyMs } = usualPace): Activity => {
  const { output, isQuiet, isJson } = messages
  if (isQuiet || isJson || !canRedraw(output)) return { at: () => {}, look: () => {}, end: () => {} }
  let what: (() => string) | undefined
  let since = Date.now()
  let drawnAt = since + silentMs - everyMs
  let isDrawn = false
  const clear = (): void => {
    if (isDrawn) output.write('\r\u001b[2K')
    isDrawn = false
  }
  const look = (): void => {
    const now = Date.now()
    if (what === undefined || now - drawnAt < everyMs) return
    clear()
    drawnAt = now
    isDrawn = true
    output.write(`${what()}, ${spanOf(now - since)}`.slice(0, widthOf(output) - 1))
  }
  const timer = setInterval(look, everyMs / 4)
  messages.via((text) => {
    clear()
    output.write(text)
  })
  return {
    at: (next) => {
      what = next
      since = Date.now()
      look()
    },
    look,
    end: () => {
      clearInterval(timer)
      clear()
      messages.via()
    },
  }
}
