/** Wakes one who waits for something to change; a ring while nobody waits is kept for the next one. */
export interface Bell {
  readonly ring: () => void
  readonly heard: () => Promise<void>
}

export const openBell = (): Bell => {
  let rung = false
  let listener: (() => void) | undefined
  return {
    ring: () => {
      if (listener === undefined) {
        rung = true
        return
      }
      const wake = listener
      listener = undefined
      wake()
    },
    heard: () => {
      if (rung) {
        rung = false
        return Promise.resolve()
      }
      return new Promise((resolve) => {
        listener = resolve
      })
    },
  }
}
