import { randomBytes, randomUUID } from 'node:crypto'
import { type Emulator, startAvePointOpus, startDatoCms, startUuidList } from '../../emulators/index.ts'
import { avePointOpus, type BulkRecordProvider, datoCms, uuidList } from '../../index.ts'

/** An emulated system, what is to be deleted there, and what stays. */
export interface DemoSystem {
  readonly name: string
  readonly emulator: Emulator
  readonly provider: BulkRecordProvider
  /** What is handed in: most exist, some never did. */
  readonly ids: ReadonlyArray<string>
  /** Exist, too, and are not handed in. */
  readonly bystanders: ReadonlyArray<string>
  /** How many of `ids` the system refuses to delete. */
  readonly refused: number
  /** How many of `ids` never existed. */
  readonly missing: number
}

/** Records to hand in. */
export interface DemoSizes {
  readonly datoCms: number
  readonly uuidList: number
  readonly opus: number
}

export const demoSizes: DemoSizes = { datoCms: 10_000, uuidList: 5_000, opus: 1_500 }

/** Starts and fills the three emulators, and sets one throttle and one lost answer for the run to meet. */
export const startDemoSystems = async (sizes: DemoSizes = demoSizes): Promise<ReadonlyArray<DemoSystem>> =>
  Promise.all([startDemoDatoCms(sizes.datoCms), startDemoUuidList(sizes.uuidList), startDemoOpus(sizes.opus)])

/** Its rate limit of 60 requests per 3 s decides how long the demo takes. Its jobs answer with two counts only. */
const startDemoDatoCms = async (size: number): Promise<DemoSystem> => {
  const emulator = await startDatoCms({ latencyMs: 40, jobMs: 400 })
  const { ids, bystanders } = newIds(size, () => randomBytes(16).toString('base64url'))
  const refused = everyNth(ids, 900, 450)
  const missing = everyNth(ids, 900, 455)
  fill(emulator, { ids, bystanders, missing })
  const reasons = ['DELETE_RESTRICTION', 'REQUIRED_BY_ASSOCIATION', 'ITEM_LOCKED']
  reasons.forEach((reason, index) => {
    emulator.refuse(everyNth(refused, reasons.length, index), reason)
  })
  emulator.fault('429', { route: 'bulk', nth: 8 })
  const provider = datoCms(emulator.options)
  return { name: 'DatoCMS', emulator, provider, ids, bystanders, refused: refused.length, missing: missing.length }
}

/** A transaction for each batch; an error rolls it back and names one culprit at a time. */
const startDemoUuidList = async (size: number): Promise<DemoSystem> => {
  const emulator = await startUuidList({ latencyMs: 40 })
  const { ids, bystanders } = newIds(size, () => randomUUID())
  const refused = everyNth(ids, 250, 2_100)
  const missing = everyNth(ids, 250, 2_150)
  fill(emulator, { ids, bystanders, missing })
  emulator.refuse(refused)
  // No culprit among the first records: what the third call asks for is done, and only its answer is lost.
  emulator.fault('lost-after', { route: 'delete', nth: 3 })
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  return { name: 'UUID list', emulator, provider, ids, bystanders, refused: refused.length, missing: missing.length }
}

/** 15 records a request, and a list of those that failed. It can't tell a refused record from one that it never had. */
const startDemoOpus = async (size: number): Promise<DemoSystem> => {
  const emulator = await startAvePointOpus({ latencyMs: 80, failedItems: 'rowKey' })
  const { ids, bystanders } = newIds(size, (number) => `Contract 2014/${String(number).padStart(5, '0')}, signed`)
  const refused = everyNth(ids, 125, 60)
  fill(emulator, { ids, bystanders, missing: [] })
  emulator.refuse(refused)
  const provider = avePointOpus(emulator.options)
  return { name: 'Opus', emulator, provider, ids, bystanders, refused: refused.length, missing: 0 }
}

const newIds = (size: number, newId: (number: number) => string) => {
  const all = Array.from({ length: size + bystanderCount }, (_, index) => newId(index + 1))
  return { ids: all.slice(0, size), bystanders: all.slice(size) }
}

const bystanderCount = 100

const everyNth = (ids: ReadonlyArray<string>, nth: number, from: number): ReadonlyArray<string> =>
  ids.filter((_, index) => index >= from && (index - from) % nth === 0)

const fill = (
  emulator: Emulator,
  { ids, bystanders, missing }: Pick<DemoSystem, 'ids' | 'bystanders'> & { readonly missing: ReadonlyArray<string> },
): void => {
  const never = new Set(missing)
  emulator.seed(ids.filter((id) => !never.has(id)))
  emulator.seed(bystanders)
}
