/** Which forms of reading are proven, and who waits for that. */
export interface Proofs {
  readonly isProven: (form: string) => boolean
  readonly prove: (form: string) => void
  readonly any: () => boolean
  /** Resolves with true when some form is proven, with false when nothing is left that could prove one. */
  readonly wait: () => Promise<boolean>
  readonly waiting: () => number
  readonly giveUp: () => void
}

/** `onWait` is called when one more waits: perhaps nothing is left that could prove anything. `onProof` hears of each new one. */
export const openProofs = (onWait: () => void, onProof: (form: string) => void): Proofs => {
  const proven = new Set<string>()
  let waiters: Array<(proven: boolean) => void> = []
  const release = (outcome: boolean): void => {
    const released = waiters
    waiters = []
    for (const resolve of released) resolve(outcome)
  }
  return {
    isProven: (form) => proven.has(form),
    prove: (form) => {
      if (proven.has(form)) return
      proven.add(form)
      onProof(form)
      release(true)
    },
    any: () => proven.size > 0,
    wait: () => {
      if (proven.size > 0) return Promise.resolve(true)
      return new Promise((resolve) => {
        waiters.push(resolve)
        onWait()
      })
    },
    waiting: () => waiters.length,
    giveUp: () => release(false),
  }
}
