import { type Output, paintFor } from './output.ts'

/** What a command tells on its way, on stderr: the result alone goes to stdout. */
export interface Messages {
  readonly info: (message: string) => void
  readonly warn: (message: string) => void
  readonly error: (message: string) => void
  /** Left out where only what is wrong is told. */
  readonly isQuiet: boolean
  readonly isJson: boolean
  /** Text goes through this while something is drawn on the same terminal; left out: straight to it again. */
  readonly via: (write?: (text: string) => void) => void
  readonly output: Output
}

export interface MessageOptions {
  readonly quiet?: boolean
  readonly logFormat?: 'text' | 'json'
}

/** `json`: each message is a line with `at`, `level` and `message`. */
export const openMessages = (
  { quiet: isQuiet = false, logFormat = 'text' }: MessageOptions,
  output: Output = process.stderr,
): Messages => {
  const paint = paintFor(output)
  const straight = (text: string): void => void output.write(text)
  let sink = straight
  const write = (level: 'info' | 'warn' | 'error', message: string, text: string): void => {
    const line = { at: new Date().toISOString(), level, message }
    sink(logFormat === 'json' ? `${JSON.stringify(line)}\n` : `${text}\n`)
  }
  return {
    info: (message) => {
      if (!isQuiet) write('info', message, message)
    },
    warn: (message) => write('warn', message, `${paint.bad('warning:')} ${message}`),
    error: (message) => write('error', message, `${paint.bad('error:')} ${message}`),
    isQuiet,
    isJson: logFormat === 'json',
    via: (next = straight) => {
      sink = next
    },
    output,
  }
}
