import { rateLimit, retryAfterHeader } from '../server/rate.ts'
import { serve } from '../server/server.ts'
import type { System } from '../server/system.ts'
import { createTimers } from '../server/timers.ts'
import { tokenBook } from '../server/tokens.ts'
import { errorsOf } from './errors.ts'
import type { UuidListEmulator, UuidListEmulatorSettings } from './options.ts'
import { isUuid, recordRoutes, type UuidListState } from './records.ts'

/**
 * Starts a stand-in for a system that deletes a list of UUIDs in one transaction (PTC ServiceMax Core, Max platform),
 * on loopback.
 *
 * Emulated: `DELETE /v2/<object>?uuids=…[&permanent_delete=true]`, `DELETE /v2/<object>/<uuid>`, `GET /v2/<object>`
 * with `filter`, `fields`, `limit` (default 100) and `offset`, `GET /v2/<object>/<uuid>`; bearer token; the length of the
 * request line. Purpose words for faults: `delete` (`bulk`, `single`), `read` (`list`, `one`). Facts: the pages "Delete
 * Records" and "Get Records" of the vendor's REST reference.
 */
export const startUuidList = async (settings: UuidListEmulatorSettings = {}): Promise<UuidListEmulator> => {
  const { object = 'io_showcase', token = 'uuid-list-token', rate = 'none' } = settings
  const timers = createTimers()
  const state: UuidListState = { existing: new Set(), recoverable: new Set(), refusals: new Map() }
  const limit = rateLimit(rate, settings.ratePhaseMs)
  const tokens = tokenBook(settings.tokenLifetimeMs ?? Number.POSITIVE_INFINITY)
  tokens.admit(token)
  const errors = errorsOf(settings)
  const { deleteMany, deleteOne, readOne, list } = recordRoutes(state, errors, settings)

  const system: System = {
    words: new Set(['delete', 'bulk', 'single', 'read', 'list', 'one']),
    hasJobs: false,
    find: (method, path) => {
      if (/^\/v2\/[^/]+$/.test(path)) return { DELETE: deleteMany, GET: list }[method]
      return /^\/v2\/[^/]+\/[^/]+$/.test(path) ? { DELETE: deleteOne, GET: readOne }[method] : undefined
    },
    admit: (arrival) => {
      if (!tokens.accepts(arrival.headers.authorization)) return errors.fail(401)
      if (limit.take(arrival.call)) return undefined
      return { ...errors.fail(429), headers: retryAfterHeader(settings.retryAfter ?? 'none', limit.waitMs()) }
    },
    fail: errors.fail,
    left: limit.left,
    headers: () => ({}),
  }
  const running = await serve(system, settings, timers)
  return {
    ...running,
    options: { baseUrl: running.url, object, token },
    seed: (ids) => {
      for (const key of keysOf(ids)) {
        state.existing.add(key)
        state.recoverable.delete(key)
      }
    },
    refuse: (ids, reason = 'The record is referenced by another record') => {
      for (const key of keysOf(ids)) state.refusals.set(key, reason)
    },
    existing: () => state.existing,
    recoverable: () => state.recoverable,
    issueToken: async () => tokens.issue(),
  }
}

function* keysOf(ids: Iterable<string>): Iterable<string> {
  for (const id of ids) {
    if (!isUuid(id)) throw new TypeError(`Not a UUID: '${id}'`)
    yield id.toLowerCase()
  }
}
