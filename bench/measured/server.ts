/** A process that is one server with a ledger. It ends when it is told to, when whoever started it is gone, or in time. */
import { startBulkApi } from './bulk-api.ts'
import { startDeletionApi } from './deletion-api.ts'
import { startEmulator } from './emulated.ts'
import type { ServerKind, Serving, ServingSpec } from './serving.ts'

const kinds: Readonly<Record<ServerKind, (spec: ServingSpec) => Promise<Serving>>> = {
  deletion: startDeletionApi,
  bulk: startBulkApi,
  emulator: startEmulator,
}

const spec: ServingSpec = JSON.parse(process.argv[2] ?? '{}')
process.on('disconnect', () => process.exit(0))
setTimeout(() => process.exit(1), spec.lifetimeMs)

const serving = await kinds[spec.kind](spec)
process.on('message', () => process.send?.(serving.ledger()))
process.send?.({ url: serving.url, more: serving.more })
