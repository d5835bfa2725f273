/** Fakes of seven small systems, each with the manners of a real one. What the adapters of the shelf are held against. */
import {
  type Answer,
  type ContractBackend,
  type SeenRequest,
  type StartMeans,
  scriptedBackend,
} from '../../../src/testing.ts'
import {
  admit,
  type Entry,
  entryOf,
  idsOf,
  listRoute,
  openRecords,
  type Records,
  refusal,
  type ShelfSettings,
  shelfToken,
} from './records.ts'

type Start = (settings?: ShelfSettings) => (means: StartMeans) => Promise<ContractBackend>

const started = (
  records: Records,
  backend: { readonly url: string; readonly close: () => Promise<void> },
): ContractBackend => ({
  url: backend.url,
  seed: records.seed,
  existing: records.existing,
  refuse: records.refuse,
  busy: records.busy,
  close: backend.close,
})

/** One result for each record, by id, in the order of its own index: the last one first. */
export const startResults: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const { most = Number.POSITIVE_INFINITY, mostBodyBytes = Number.POSITIVE_INFINITY, issues = false } = settings
    const issued: string[] = []
    const knows = ({ headers, path }: SeenRequest): Answer | undefined => {
      const known = path === '/token' || issued.some((token) => headers['authorization'] === `Bearer ${token}`)
      return known ? undefined : { status: 401, json: { error: 'who is it?' } }
    }
    const backend = await scriptedBackend({
      clock,
      admit: issues ? knows : admit,
      routes: {
        'POST /token': () => {
          const token = `${shelfToken}-${issued.length}`
          issued.push(token)
          return { json: { token_type: 'Bearer', expires_in: 3_600, access_token: token } }
        },
        'GET /account': () => ({ json: { id: 'acme', name: 'ACME' } }),
        'POST /delete': (request) => {
          const ids = idsOf(request)
          if (ids.length > most) return refusal('too-many')
          if (Buffer.byteLength(request.body) > mostBodyBytes) return { status: 413 }
          const results = ids.map((id) => entryOf(records, id))
          return { json: { results: settings.inOrder ? results : results.reverse() } }
        },
        ...listRoute(records, settings.pageSize),
      },
    })
    return started(records, backend)
  }

/** One result for each record, in the order of the request, without ids. */
export const startInOrder: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'POST /delete': (request) => ({
          json: {
            results: idsOf(request).map((id) => {
              const { ok, error } = entryOf(records, id)
              return { ok, error }
            }),
          },
        }),
      },
    })
    return started(records, backend)
  }

/** Only the failures are listed. */
export const startFailures: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'POST /delete': (request) => ({
          json: {
            failed: idsOf(request)
              .map((id) => entryOf(records, id))
              .filter(({ ok }) => !ok),
          },
        }),
      },
    })
    return started(records, backend)
  }

/** All or nothing, in the query string; the refusal names the culprit. */
export const startTransaction: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const { mostUrlBytes = Number.POSITIVE_INFINITY, halfway = false } = settings
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'DELETE /records': ({ target }) => {
          if (target.length > mostUrlBytes) return { status: 414 }
          const ids = target
            .slice(target.indexOf('=') + 1)
            .split(',')
            .map(decodeURIComponent)
          if (ids.filter(records.isBusy).length > 0) return { status: 423, json: { error: { code: 'busy' } } }
          const bad = ids.findIndex((id) => records.isLocked(id) || !records.has(id))
          for (const id of bad < 0 ? ids : halfway ? ids.slice(0, bad) : []) records.remove(id)
          const culprit = ids[bad]
          if (culprit === undefined) return { status: 204 }
          return refusal(records.isLocked(culprit) ? 'locked' : 'not-found', culprit)
        },
        ...listRoute(records),
      },
    })
    return started(records, backend)
  }

/** One at a time, in the path. */
export const startSingle: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'DELETE /records/{id}': ({ params: { id = '' } }) => {
          const { ok, error } = entryOf(records, id)
          if (ok) return { status: 204 }
          const status = { busy: 423, locked: 409, 'not-found': 404 }[error ?? 'not-found']
          return { status, json: { error: { code: error } } }
        },
      },
    })
    return started(records, backend)
  }

/** Says nothing but 204, and can be read. */
export const startSilent: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'POST /delete': (request) => {
          for (const id of idsOf(request)) entryOf(records, id)
          return { status: 204 }
        },
        ...listRoute(records),
      },
    })
    return started(records, backend)
  }

/** How long a job takes, in ms. */
const jobMs = 700

/** A job, with one result for each record. */
export const startJobs: Start =
  (settings = {}) =>
  async ({ clock }) => {
    const records = openRecords(settings)
    const jobs = new Map<
      string,
      { readonly endsAt: number; readonly ids: ReadonlyArray<string>; results?: ReadonlyArray<Entry> }
    >()
    let mood: 'well' | 'held' | 'failing' = 'well'
    const work = () => {
      for (const job of jobs.values()) {
        if (mood === 'well' && clock.now() >= job.endsAt) job.results ??= job.ids.map((id) => entryOf(records, id))
      }
    }
    const backend = await scriptedBackend({
      clock,
      admit,
      routes: {
        'POST /delete': (request) => {
          const id = `job-${jobs.size + 1}`
          jobs.set(id, { endsAt: clock.now() + jobMs, ids: idsOf(request) })
          return { status: 202, json: { job: id } }
        },
        'GET /jobs/{id}': ({ params: { id = '' } }) => {
          work()
          const job = jobs.get(id)
          if (job === undefined) return { status: 404, json: { error: { code: 'no-such-job' } } }
          if (mood === 'failing') return { json: { state: 'failed', message: 'out of memory' } }
          return { json: job.results === undefined ? { state: 'running' } : { state: 'done', results: job.results } }
        },
        'POST /list': (request) => {
          work()
          return listRoute(records)['POST /list'](request)
        },
      },
    })
    return {
      ...started(records, backend),
      existing: () => {
        work()
        return records.existing()
      },
      jobs: {
        hold: () => {
          mood = 'held'
        },
        fail: () => {
          mood = 'failing'
        },
      },
    }
  }
