/** A reader that goes, as `head` does, is no failure: what it wanted it has. */
export const isReaderGone = (cause: unknown): boolean =>
  readerGone.has((cause as NodeJS.ErrnoException | undefined)?.code)

const readerGone: ReadonlySet<string | undefined> = new Set([
  'EPIPE',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
])

/** Keeps what goes wrong with an output, which would end the process else: a run goes on, and its journal has everything. */
export const watchOutput = (output: NodeJS.WriteStream): { readonly failure: () => Promise<unknown> } => {
  let failed: unknown
  output.on('error', (cause) => {
    if (!isReaderGone(cause)) failed ??= cause
  })
  return {
    /** Once all that was written is out, or can't be: why it can't. */
    failure: async () => {
      await new Promise<void>((resolve) => output.write('', () => resolve()))
      // The error is told after the write that it ended.
      await new Promise<void>((resolve) => setImmediate(resolve))
      return failed
    },
  }
}

/** Writes a result, and waits until it is out; for a command that goes on afterwards. */
export const print = (text: string): Promise<void> =>
  new Promise((resolve, reject) => {
    process.stdout.write(text, (cause) => {
      if (cause instanceof Error && !isReaderGone(cause)) reject(cause)
      else resolve()
    })
  })
