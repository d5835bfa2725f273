import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { mulberry32 } from '../../tests/support/random.ts'
import { idAt, idsTo, indexOf, shortIdAt } from './ids.ts'
import type { Ledger, Serving, ServingSpec } from './serving.ts'

/** `more.system`, with `more.settings`; every record exists but those `more.missingShare` takes out. */
export const startEmulator = async (spec: ServingSpec): Promise<Serving> => {
  const { system, settings = {}, missingShare = 0 } = (spec.more ?? {}) as unknown as EmulatedSpec
  const latency = spec.latencyMs === undefined ? {} : { latencyMs: spec.latencyMs }
  const emulator = await systems[system]({ ...settings, ...latency })
  const ids = [...idsTo(spec.records, system === 'datocms' ? shortIdAt : idAt)]
  const missing = drawn(Math.round(missingShare * ids.length), ids.length)
  emulator.seed(ids.filter((_, index) => !missing.has(index)))
  const ledger = (): Ledger => {
    const deleted = new Uint8Array(spec.records)
    // What never was, is gone.
    for (const index of missing) deleted[index] = 1
    const counts: Record<string, number> = { requests: 0, refused: 0, delete: 0, poll: 0, token: 0, read: 0 }
    for (const call of emulator.calls) {
      for (const id of call.applied) {
        const index = indexOf(id)
        deleted[index] = (deleted[index] ?? 0) + 1
      }
      counts['requests']!++
      if (call.status === 429) counts['refused']!++
      counts[purposeOf(call)]!++
    }
    const firstAt = emulator.calls[0]?.at ?? 0
    return { deleted, counts, spanMs: (emulator.calls.at(-1)?.at ?? 0) - firstAt }
  }
  return { url: emulator.url, more: { ...emulator.options }, ledger }
}

export interface EmulatedSpec {
  readonly system: keyof typeof systems
  readonly settings?: object
  /** 0 to 1, spread at random. */
  readonly missingShare?: number
}

const systems = { datocms: startDatoCms, opus: startAvePointOpus, 'uuid-list': startUuidList }

const drawn = (count: number, of: number): ReadonlySet<number> => {
  const random = mulberry32(7)
  const numbers = new Set<number>()
  while (numbers.size < count) numbers.add(Math.floor(random() * of))
  return numbers
}

const purposeOf = ({ method, url }: { readonly method: string; readonly url: string }): string => {
  if (url.includes('/token')) return 'token'
  if (url.includes('/job-results/')) return 'poll'
  return method === 'GET' ? 'read' : 'delete'
}
