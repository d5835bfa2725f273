import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  type Emulator,
  type EmulatorCall,
  startAvePointOpus,
  startDatoCms,
  startUuidList,
} from '../../src/emulators/index.ts'
import { expunge } from '../cli/child.ts'
import { newFolder } from '../cli/made-run.ts'

/** One emulated system, and what a run of it is handed. */
export interface System {
  readonly name: string
  readonly provider: string
  readonly emulator: Emulator
  /** What stands in the file of ids, in order. */
  readonly ids: ReadonlyArray<string>
  /** Of these: there, there and refused, and never there. The rest is no id at all. */
  readonly plain: ReadonlyArray<string>
  readonly refused: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
  /** There, and on no list. */
  readonly bystanders: ReadonlyArray<string>
}

/** Three systems that run, and a folder with a configuration for them. */
export interface Scene {
  readonly folder: string
  readonly config: string
  readonly systems: ReadonlyArray<System>
  /** Every record is there again, as before the first run. */
  readonly seed: () => void
  /** Hears of each request as it arrives, before it is carried out. The answer ends that. */
  readonly onRequest: (heard: (system: System) => void) => () => void
}

type After = (closer: () => unknown) => void

export const startScene = async (after: After): Promise<Scene> => {
  const { folder, remove } = newFolder()
  after(remove)
  const [cms, max, opus] = await Promise.all([
    startDatoCms({ rate: 'none', jobMs: 40, latencyMs: 3 }),
    startUuidList({ latencyMs: 3 }),
    startAvePointOpus({ latencyMs: 3 }),
  ])
  const systems = [
    systemOf('cms', 'datocms', cms, 96, (at) => `${at}`.padStart(22, 'item-')),
    systemOf('max', 'uuid-list', max, 120, (at) => `84a33b7e-833a-47da-95ed-${`${at}`.padStart(12, '0')}`),
    systemOf('opus', 'avepoint-opus', opus, 75, (at) => `Contract ${at}`),
  ]
  for (const { emulator } of systems) after(emulator.close)
  for (const { emulator, refused } of systems) emulator.refuse(refused)
  const heard = new Set<(system: System) => void>()
  for (const system of systems) {
    onArrival(system.emulator, () => {
      for (const hear of heard) hear(system)
    })
  }
  const seed = (): void => {
    for (const { emulator, plain, refused, bystanders } of systems) emulator.seed([...plain, ...refused, ...bystanders])
  }
  seed()
  return {
    folder,
    config: writeConfig(folder, systems),
    systems,
    seed,
    onRequest: (hear) => {
      heard.add(hear)
      return () => heard.delete(hear)
    },
  }
}

/** A plan that was made by the command. */
export interface Plan {
  readonly path: string
  readonly digest: string
  readonly phrase: string
}

export const planned = async ({ folder, config }: Scene): Promise<Plan> => {
  const path = join(folder, 'planned.db')
  const { code, stdout, stderr } = await expunge('plan', config, '-o', path, '--json')
  if (code !== 0) throw new Error(`plan ended with ${code}: ${stderr}`)
  const { digest, phrase } = JSON.parse(stdout) as Plan
  return { path, digest, phrase }
}

const systemOf = (
  name: string,
  provider: string,
  emulator: Emulator<unknown>,
  count: number,
  idOf: (at: number) => string,
): System => {
  const all = Array.from({ length: count }, (_, at) => idOf(at))
  const refused = all.filter((_, at) => at % 37 === 20)
  const missing = all.filter((_, at) => at % 41 === 33)
  const plain = all.filter((id) => !refused.includes(id) && !missing.includes(id))
  const invalid = name === 'opus' ? [] : ['no such id']
  const ids = [...all.slice(0, 30), ...invalid, ...all.slice(5, 8), ...all.slice(30)]
  const bystanders = Array.from({ length: 5 }, (_, at) => idOf(count + at))
  return { name, provider, emulator, ids, plain, refused, missing, bystanders }
}

/** The log of an emulator is live: what is added to it has just arrived, and was not carried out yet. */
export const onArrival = ({ calls }: Emulator, heard: (call: EmulatorCall) => void): void => {
  const log = calls as EmulatorCall[]
  const add = log.push.bind(log)
  log.push = (...arrived) => {
    const length = add(...arrived)
    for (const call of arrived) heard(call)
    return length
  }
}

const writeConfig = (folder: string, systems: ReadonlyArray<System>): string => {
  const targets = systems.map(({ name, provider, emulator, ids }) => {
    writeFileSync(join(folder, `${name}.txt`), ids.map((id) => `${id}\n`).join(''))
    const options = {
      ...(emulator.options as Readonly<Record<string, unknown>>),
      ...(provider === 'uuid-list' ? { permanentDelete: true } : {}),
    }
    const batchSize = { cms: 12, max: 10, opus: 5 }[name]
    return {
      name,
      provider,
      ids: `${name}.txt`,
      options,
      production: true,
      concurrency: atOnce,
      batchSize,
      // Doubt takes three times as long to settle, on resume; nothing of Opus can be read back, so nothing waits there.
      callTimeout: provider === 'avepoint-opus' ? '30s' : '800ms',
      attempts: 10,
    }
  })
  const path = join(folder, 'cleanup.json')
  writeFileSync(path, JSON.stringify({ targets, rate: { share: 1 } }))
  return path
}

/** Requests of a target that are in flight at most. */
export const atOnce = 2
