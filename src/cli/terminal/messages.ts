import { type Output, paintFor, visible } from './output.ts'

/** What a line of JSON has besides its words. */
export type Fields = Readonly<Record<string, string | number | boolean>>

/** What a command tells on its way, on stderr: the result alone goes to stdout. */
export interface Messages {
  readonly info: (message: string, fields?: Fields) => void
  readonly warn: (message: string, fields?: Fields) => void
  readonly error: (message: string, fields?: Fields) => void
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

/** `json`: each message is a line with `at`, `level`, `message`, and fields for programs. */
export const openMessages = (
  { quiet: isQuiet = false, logFormat = 'text' }: MessageOptions,
  output: Output = process.stderr,
): Messages => {
  const paint = paintFor(output)
  const straight = (text: string): void => void output.write(text)
  let sink = straight
  const write = (level: 'info' | 'warn' | 'error', message: string, text: string, fields: Fields = {}): void => {
    const line = { at: new Date().toISOString(), level, message, ...fields }
    sink(logFormat === 'json' ? `${visible(JSON.stringify(line))}\n` : `${text}\n`)
  }
  return {
    info: (message, fields) => {
      if (!isQuiet) write('info', message, visible(message), fields)
    },
    warn: (message, fields) => write('warn', message, `${paint.bad('warning:')} ${visible(message)}`, fields),
    error: (message, fields) => write('error', message, `${paint.bad('error:')} ${visible(message)}`, fields),
    isQuiet,
    isJson: logFormat === 'json',
    via: (next = straight) => {
      sink = next
    },
    output,
  }
}
