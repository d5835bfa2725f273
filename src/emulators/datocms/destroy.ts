import { decodeSegment, headerOf, parseJson, propertyOf } from '../server/requests.ts'
import type { Arrival, JobFault, OpenCall, Reply, Route, Task } from '../server/system.ts'
import { entitiesOf } from './entities.ts'
import { apiError, refusal } from './errors.ts'
import type { JobEnd, Jobs } from './jobs.ts'
import type { DatoCmsEmulatorSettings } from './options.ts'
import { type DatoCmsState, erase, type Store } from './state.ts'

const mostRecords = 200

/** `POST /items/bulk/destroy` (1 to 200 records) and `DELETE /items/:id`: both answer 202 and start a job. */
export const destroyRoutes = (state: DatoCmsState, jobs: Jobs, settings: DatoCmsEmulatorSettings) => {
  const { missing = 'failed', refusalStatus = 422, jobPayload = 'counts', brokenJob = 'nothing' } = settings
  const { item } = entitiesOf(settings)
  const refusalCode = refusalStatus === 404 ? 'NOT_FOUND' : 'INVALID_RELATIONSHIP'
  const doneWhenBroken = { nothing: 0, half: 0.5, everything: 1 }[brokenJob]

  const bulk: Route = {
    words: ['delete', 'bulk'],
    startsJob: true,
    open: (arrival) => {
      const ids = idsOf(arrival.body)
      if (ids === undefined) return malformed([], 'Not an item_bulk_destroy_operation')
      if (ids.length === 0) return malformed(ids, 'No items')
      if (ids.length > mostRecords) return malformed(ids, `More than ${mostRecords} items`)
      return { ids, run: (fault) => startBulk(storeOf(arrival), ids, arrival.call, fault) }
    },
  }

  const single: Route = {
    words: ['delete', 'single'],
    startsJob: true,
    open: (arrival) => {
      const id = decodeSegment(arrival.path.slice('/items/'.length))
      return { ids: [id], run: (fault) => startSingle(storeOf(arrival), id, arrival.call, fault) }
    },
  }

  const storeOf = (arrival: Arrival): Store => state.store(state.resolve(headerOf(arrival, 'x-environment')))

  const startBulk = (store: Store, ids: ReadonlyArray<string>, call: OpenCall, fault?: JobFault): Reply => {
    const lacksOne = () => ids.some((id) => !store.records.has(id))
    if (missing === 'refuses' && lacksOne()) return refusal(refusalStatus, refusalCode)
    const work = (): JobEnd => {
      if (missing === 'job-fails' && lacksOne()) return { status: refusalStatus, payload: apiError(refusalCode) }
      const meta = destroyMany(store, ids, call)
      return { status: 200, payload: jobPayload === 'null' ? null : { data: [], meta } }
    }
    return jobs.start(work, () => breakDown(store, ids, call), fault)
  }

  const startSingle = (store: Store, id: string, call: OpenCall, fault?: JobFault): Reply => {
    const work = (): JobEnd => {
      if (!store.records.has(id)) return { status: 404, payload: apiError('NOT_FOUND') }
      const code = state.refusals.get(id)
      if (code !== undefined) return { status: 422, payload: apiError(code) }
      const data = item(id, store.drafts.has(id))
      destroyMany(store, [id], call)
      return { status: 200, payload: { data } }
    }
    return jobs.start(work, () => breakDown(store, [id], call), fault)
  }

  const destroyMany = (store: Store, ids: ReadonlyArray<string>, call: OpenCall) => {
    const applied: Array<string> = []
    let failed = 0
    for (const id of ids) {
      if (!store.records.has(id)) failed += missing === 'ignored' ? 0 : 1
      else if (state.refusals.has(id)) failed += 1
      else {
        erase(store, id)
        applied.push(id)
      }
    }
    // The log keeps one array for both, where it can: it may grow to millions of ids.
    call.applied = applied.length === call.ids.length ? call.ids : applied
    return { successful: applied.length, failed }
  }

  const breakDown = (store: Store, ids: ReadonlyArray<string>, call: OpenCall): JobEnd => {
    destroyMany(store, ids.slice(0, Math.ceil(ids.length * doneWhenBroken)), call)
    return { status: 500, payload: apiError('EXCEPTION') }
  }

  return { bulk, single }
}

const malformed = (ids: ReadonlyArray<string>, message: string): Task => ({
  ids,
  run: () => refusal(422, 'INVALID_FORMAT', { messages: [message] }),
})

const idsOf = (body: string): ReadonlyArray<string> | undefined => {
  const data = propertyOf(parseJson(body), 'data')
  if (propertyOf(data, 'type') !== 'item_bulk_destroy_operation') return undefined
  const items = propertyOf(propertyOf(propertyOf(data, 'relationships'), 'items'), 'data')
  if (!Array.isArray(items)) return undefined
  const ids = items.map((item) => (propertyOf(item, 'type') === 'item' ? propertyOf(item, 'id') : undefined))
  return ids.every((id) => typeof id === 'string') ? ids : undefined
}
