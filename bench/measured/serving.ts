import { createServer, type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { PerRecord } from './claims.ts'

export type ServerKind = 'deletion' | 'bulk' | 'emulator'

export interface ServingSpec {
  readonly kind: ServerKind
  readonly records: number
  /** The process ends after this, whatever happens. */
  readonly lifetimeMs: number
  readonly latencyMs?: number
  /** What one kind of server is told besides. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** What a server knows at the end. */
export interface Ledger {
  /** How often each record was deleted: 0 is still there. */
  readonly deleted: PerRecord
  /** Counts by name: requests, refused, polls, tokens. */
  readonly counts: Readonly<Record<string, number>>
  /** From the first arrival to the last, in ms. */
  readonly spanMs: number
}

export interface Serving {
  readonly url: string
  readonly ledger: () => Ledger
  /** What a contestant has to know: credentials of an emulator. */
  readonly more?: Readonly<Record<string, unknown>>
}

/** On loopback, at any free port. */
export const listen = async (listener: RequestListener): Promise<string> => {
  const server = createServer({ keepAliveTimeout: 60_000 }, listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

export const readAll = (chunks: AsyncIterable<Buffer> & NodeJS.EventEmitter, then: (body: Buffer) => void): void => {
  const parts: Buffer[] = []
  chunks.on('data', (part: Buffer) => parts.push(part))
  chunks.on('end', () => then(parts.length === 1 ? (parts[0] as Buffer) : Buffer.concat(parts)))
}
