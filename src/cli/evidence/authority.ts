import { timestampOf, timestampRequest } from '../../evidence/time/timestamp.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'

const timeoutMs = 30_000

/** Has an authority of time (RFC 3161) sign when it has seen some bytes. */
export const timestampBy = async (given: string, data: Uint8Array): Promise<Uint8Array> => {
  const refuse = (why: string, cause?: unknown): never => {
    throw new CommandError(`--tsa ${given}: ${why}`, exitCodes.system, cause)
  }
  const body = await timestampRequest(data).catch((cause: unknown) => refuse((cause as Error).message, cause))
  const headers = { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' }
  const answer = { method: 'POST', headers, body: Uint8Array.from(body), signal: AbortSignal.timeout(timeoutMs) }
  let reply: Uint8Array
  try {
    const response = await fetch(given, { ...answer, redirect: 'error' })
    if (!response.ok) return refuse(`it has answered with HTTP ${response.status}`)
    reply = new Uint8Array(await response.arrayBuffer())
  } catch (cause) {
    if (cause instanceof CommandError) throw cause
    return refuse(`it can't be reached: ${(cause as Error).message}`, cause)
  }
  const stamped = await timestampOf(reply, data)
  return typeof stamped === 'string' ? refuse(stamped) : reply
}
