import { PassThrough } from 'node:stream'
import { WriteStream } from 'node:tty'
import type { Output } from '../../src/cli/terminal/output.ts'

/** An output that keeps what is written to it; with `columns` it says that it is a terminal. */
export const keptOutput = (columns?: number): { readonly output: Output; readonly text: () => string } => {
  const stream = new PassThrough()
  const chunks: Array<string> = []
  stream.on('data', (chunk: Buffer) => chunks.push(chunk.toString('utf8')))
  const terminal = { isTTY: true, columns, rows: 24, getColorDepth: WriteStream.prototype.getColorDepth }
  return { output: columns === undefined ? stream : Object.assign(stream, terminal), text: () => chunks.join('') }
}

/** Sets variables of the environment until the function that comes back is called. */
export const withEnvironment = (variables: Readonly<Record<string, string | undefined>>): (() => void) => {
  const before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  const set = (values: Readonly<Record<string, string | undefined>>): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  }
  set(variables)
  return () => set(before)
}
