import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import type { Ledger, ServingSpec } from './measured/serving.ts'
import type { ClientResult, Task } from './measured/task.ts'

const compiled = join(import.meta.dirname, 'dist/bench')

/** A server process, from when it listens to when it is stopped. */
export interface ServerProcess {
  readonly url: string
  /** What a client has to know besides: credentials of an emulator. */
  readonly more: Readonly<Record<string, unknown>>
  readonly ledger: () => Promise<Ledger>
  readonly stop: () => void
}

/** Starts a server with a ledger, in a process of its own. */
export const startServer = async (spec: ServingSpec): Promise<ServerProcess> => {
  const child = fork(join(compiled, 'measured/server.js'), [JSON.stringify(spec)], { serialization: 'advanced' })
  const { url, more = {} } = await message<Pick<ServerProcess, 'url' | 'more'>>(child)
  return {
    url,
    more,
    ledger: () => {
      child.send('ledger')
      return message<Ledger>(child)
    },
    stop: () => child.kill(),
  }
}

export interface ClientSpec {
  /** `file#member` below `contestants/`. */
  readonly contestant: string
  readonly task: Task
  /** The process is killed after this. */
  readonly timeoutMs: number
  readonly execArgv?: ReadonlyArray<string>
}

/** Runs one contestant in a process of its own. Rejects when it fails or takes too long. */
export const runClient = async ({ contestant, task, timeoutMs, execArgv = [] }: ClientSpec): Promise<ClientResult> => {
  const child = fork(join(compiled, 'measured/client.js'), [contestant, JSON.stringify(task)], {
    serialization: 'advanced',
    execArgv: ['--max-semi-space-size=16', ...execArgv],
  })
  const deadline = setTimeout(() => child.kill('SIGKILL'), timeoutMs)
  try {
    return await message<ClientResult>(child)
  } finally {
    clearTimeout(deadline)
  }
}

const message = <Message>(child: ChildProcess): Promise<Message> =>
  new Promise((resolve, reject) => {
    const onExit = (code: number | null, signal: string | null) =>
      reject(new Error(`a process of the bench ended early: ${signal ?? code}`))
    child.once('exit', onExit)
    child.once('message', (told) => {
      child.off('exit', onExit)
      resolve(told as Message)
    })
  })
