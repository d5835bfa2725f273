import { randomBytes, randomUUID } from 'node:crypto'
import {
  type Emulator,
  type EmulatorOptions,
  type EmulatorRate,
  startAvePointOpus,
  startDatoCms,
  startUuidList,
} from '../../emulators/index.ts'

import { type Fault, type Part, spread } from './said.ts'

/** How a system is emulated: under the name of the provider that deletes there. */
export interface EmulatedSystem {
  readonly provider: string
  readonly start: (settings: EmulatorOptions) => Promise<Emulator<unknown>>
  readonly newId: () => string
  /** It deletes by jobs. */
  readonly hasJobs?: true
  /** Options that the emulator does not need, and a configuration does. */
  readonly options: Readonly<Record<string, unknown>>
}

export const emulatedSystems: ReadonlyArray<EmulatedSystem> = [
  {
    provider: 'datocms',
    start: (settings) =>
      startDatoCms({
        ...settings,
        jobMs: 400,
        record: (id) => ({ attributes: { title: `Article ${id.slice(0, 4)}` } }),
      }),
    newId: () => randomBytes(16).toString('base64url'),
    hasJobs: true,
    options: {},
  },
  {
    provider: 'uuid-list',
    start: (settings) => startUuidList(settings),
    newId: randomUUID,
    options: { permanentDelete: true },
  },
  {
    provider: 'avepoint-opus',
    start: (settings) => startAvePointOpus({ ...settings, leafName: (key) => `${key}.pdf` }),
    newId: () => `Contract ${randomUUID().slice(0, 8)}`,
    options: {},
  },
]

/** An emulator that runs, with its records. */
export interface Emulated {
  readonly system: EmulatedSystem
  readonly emulator: Emulator<unknown>
  readonly ids: ReadonlyArray<string>
  /** Of them, those that it will not delete. */
  readonly refused: ReadonlyArray<string>
}

export interface EmulateSettings {
  readonly records: number
  readonly port: number
  readonly rate?: EmulatorRate | 'none'
  readonly latencyMs: number
  readonly faults: ReadonlyArray<Fault>
  readonly refuse: Part
}

export const startEmulated = async (
  system: EmulatedSystem,
  { records, port, rate, latencyMs, faults, refuse }: EmulateSettings,
): Promise<Emulated> => {
  const emulator = await system.start({ port, latencyMs, ...(rate !== undefined && { rate }) })
  const ids = [...new Set(Array.from({ length: records }, system.newId))]
  emulator.seed(ids)
  const refused = spread(ids, refuse)
  if (refused.length > 0) emulator.refuse(refused)
  for (const { kind, when } of faults) emulator.fault(kind, when)
  return { system, emulator, ids, refused }
}
