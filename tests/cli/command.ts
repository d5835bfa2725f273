import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { TestContext } from '../support/suite.ts'

/** What was built: a command is tested as it is shipped. */
export const built = join(import.meta.dirname, '../../dist/cli/main.js')

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** A folder with these files, which goes with the test. */
export const folderOf = (
  { after }: Pick<TestContext, 'after'>,
  files: Readonly<Record<string, string | Uint8Array>> = {},
): string => {
  const folder = mkdtempSync(join(tmpdir(), 'expunge-cli-'))
  after(() => rmSync(folder, { recursive: true, force: true }))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, dirname(name)), { recursive: true })
    writeFileSync(join(folder, name), text)
  }
  return folder
}

/** Starts the command in a folder, without a terminal. */
export const start = (
  folder: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): ChildProcessWithoutNullStreams => {
  const { FORCE_COLOR, NO_COLOR, NODE_OPTIONS, ...inherited } = process.env
  return spawn(process.execPath, [built, ...args], { cwd: folder, env: { ...inherited, ...env } })
}

/** What a child wrote, and how it ended. */
export const ended = (child: ChildProcessWithoutNullStreams): Promise<Ended> => {
  const texts = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (text: string) => {
      texts[name] += text
    })
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (code) => resolve({ code, ...texts }))
  })
}

/** Runs it to its end. */
export const expunge = (
  folder: string,
  args: ReadonlyArray<string>,
  {
    env = {},
    input = '',
  }: { readonly env?: Readonly<Record<string, string>>; readonly input?: string | Uint8Array } = {},
): Promise<Ended> => {
  const child = start(folder, args, env)
  child.stdin.on('error', () => {}).end(input)
  return ended(child)
}

/**
 * Runs it on a pseudo-terminal, as a person would: types each answer when its prompt has been shown. Everything that is
 * shown comes back, and the exit code.
 */
export const onTerminal = (
  folder: string,
  args: ReadonlyArray<string>,
  answers: ReadonlyArray<readonly [prompt: string, typed: string]>,
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> => {
  const words = JSON.stringify({ command: [process.execPath, built, ...args], answers })
  const child = spawn('python3', ['-c', terminal, words], {
    cwd: folder,
    env: { ...process.env, TERM: 'xterm', ...env },
  })
  return ended(child)
}

const terminal = `
import fcntl, json, os, pty, struct, sys, termios
words = json.loads(sys.argv[1])
pid, fd = pty.fork()
if pid == 0:
    os.execvp(words["command"][0], words["command"])
fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 120, 0, 0))
shown, answers = b"", list(words["answers"])
while True:
    try:
        piece = os.read(fd, 65536)
    except OSError:
        piece = b""
    if not piece:
        break
    shown += piece
    while answers and answers[0][0].encode() in shown:
        shown = shown[shown.index(answers[0][0].encode()) + len(answers[0][0].encode()):]
        os.write(fd, answers.pop(0)[1].encode())
    sys.stdout.buffer.write(piece)
    sys.stdout.flush()
_, status = os.waitpid(pid, 0)
sys.exit(os.waitstatus_to_exitcode(status))
`
