import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { join } from 'node:path'

/** The built command. */
export const builtCommand = join(import.meta.dirname, '../../dist/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs the built command in a process of its own, to its end. */
export const expunge = async (...words: ReadonlyArray<string>): Promise<Ended> => startExpunge(...words).ended

/** Starts it, and lets it run. */
export const startExpunge = (...words: ReadonlyArray<string>) => {
  const { FORCE_COLOR, NODE_OPTIONS, ...env } = process.env
  const child: ChildProcessWithoutNullStreams = spawn(process.execPath, [builtCommand, ...words], {
    env: { ...env, NO_COLOR: '1' },
  })
  child.stdin.end()
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  const ended = new Promise<Ended>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
  })
  /** What it has written so far, once that holds a text. */
  const says = async (text: string): Promise<string> => {
    while (!texts.stdout.includes(text)) {
      if (child.exitCode !== null) throw new Error(`it ended without "${text}": ${texts.stdout}${texts.stderr}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
    return texts.stdout
  }
  return { child, ended, says }
}
