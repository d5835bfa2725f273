import { type Job, openJobs } from './jobs.ts'
import { mix, openDice } from './random.ts'
import type { Answer, Circumstances, Server } from './server.ts'
import { deleteEach, missingIn, neededCode, openReading, type Result, storedId } from './store.ts'
import type { Statement, World } from './world.ts'

type Outcome = { readonly refused: string } | { readonly results: ReadonlyArray<Result> }
interface Task {
  readonly one: boolean
  readonly outcome: Outcome
}

/** DatoCMS: bulk and single deletions are jobs, which are counted or told by their error; reading is by a filter. */
export const datoServer = (world: World): Server => {
  const { scenario, identityOf } = world
  const { traits } = scenario
  const dice = openDice(mix(scenario.seed, 82))
  const single = new Set<string>()
  const act = (ids: ReadonlyArray<string>): Outcome => {
    const [missing] = missingIn(world, ids)
    return missing === undefined ? { results: deleteEach(world, ids) } : { refused: 'NOT_FOUND' }
  }
  const jobs = openJobs<Outcome>(world, act)

  const start = (ids: ReadonlyArray<string>, one: boolean, circumstances: Circumstances): Answer => {
    if (ids.length > (traits.realMaxIds ?? ids.length)) return { status: 413, body: problem('TOO_LARGE'), says: [] }
    const job = jobs.start(ids, circumstances)
    if (one) single.add(job.id)
    const body = { data: { type: 'job', id: job.id } }
    return { status: 202, body, headers, says: [], job: { id: job.id, is: 'started' } }
  }

  const poll = (jobId: string, { fault }: Circumstances): Answer => {
    const job = jobs.find(jobId)
    if (job === undefined || job.state.is === 'running')
      return { status: 404, body: problem('NOT_FOUND'), headers, says: [] }
    const told = resultOf(job, {
      one: single.has(job.id),
      outcome: job.state.is === 'failed' ? crashed : job.state.result,
    })
    const spoilt = fault?.kind === 'twice' || fault?.kind === 'foreign' || fault?.kind === 'contradiction'
    const payload = spoilt ? { data: [], meta: { successful: job.ids.length + 1, failed: 3 } } : told.payload
    const body = { data: { type: 'job_result', id: job.id, attributes: { status: told.status, payload } } }
    return { status: 200, body, headers, says: spoilt ? [] : told.says, job: { id: job.id, is: 'over' } }
  }

  const reading = openReading(world)
  const read = (ids: ReadonlyArray<string>): Answer => {
    const there = traits.reader === 'blind' ? [] : ids.filter(reading(ids))
    const data = dice.shuffle(there.map((id) => ({ type: 'item', id: storedId(world, id) })))
    const says = ids.map(
      (id): Omit<Statement, 'at'> => ({
        identity: identityOf(id),
        says: there.includes(id) ? 'listed' : 'unlisted',
        via: 'read',
      }),
    )
    return { status: 200, body: { data, meta: { total_count: data.length } }, headers, says }
  }

  const resultOf = ({ ids }: Job<Outcome>, { one, outcome }: Task) => {
    const about = (says: Statement['says'], code?: string) =>
      ids.map((id) => ({ identity: identityOf(id), says, via: 'job' as const, ...(code !== undefined && { code }) }))
    if ('refused' in outcome) {
      const { refused } = outcome
      const status = refused === 'NOT_FOUND' ? 404 : 500
      return { status, payload: problem(refused), says: about(refused === 'NOT_FOUND' ? 'absent' : 'failed') }
    }
    const { results } = outcome
    const count = (...words: ReadonlyArray<Result['is']>) => results.filter(({ is }) => words.includes(is)).length
    const [first] = results
    if (one && first !== undefined && first.is !== 'deleted' && first.is !== 'ignored') {
      if (first.is === 'absent') return { status: 404, payload: problem('NOT_FOUND'), says: about('absent') }
      if (first.is === 'busy') return { status: 503, payload: problem('MAINTENANCE_MODE'), says: about('again') }
      return {
        status: 422,
        payload: problem(first.code === neededCode ? 'DELETE_RESTRICTION' : 'ITEM_LOCKED', first.code),
        says: about('refused', first.code),
      }
    }
    if (one) return { status: 200, payload: { data: { type: 'item' } }, says: about('deleted') }
    const [successful, failed] = [count('deleted'), count('refused', 'absent')]
    const says = successful === ids.length ? 'deleted' : failed > 0 ? 'failed' : 'again'
    return { status: 200, payload: { data: [], meta: { successful, failed } }, says: about(says) }
  }

  const parts = (method: string, target: string, body: string) => {
    const [path = '', query = ''] = target.split('?', 2)
    const [, place, last] = path.split('/')
    if (place === 'job-results') return { jobId: last ?? '', ids: [] }
    if (method === 'POST') return { ids: bulkIds(body), bulk: true }
    if (method === 'DELETE') return { ids: [decodeURIComponent(last ?? '')] }
    const list = /filter\[ids\]=([^&]*)/.exec(query)?.[1] ?? ''
    return { ids: list.split(',') }
  }

  return {
    subjectOf: ({ method, target, body }) => {
      const { jobId, ids, bulk } = parts(method, target, body)
      if (jobId !== undefined) return { purpose: 'poll', what: `poll ${jobId}`, ids }
      if (method === 'GET') return { purpose: 'read', what: 'read', ids }
      return { purpose: 'delete', what: bulk === true ? 'destroy' : 'delete one', ids }
    },
    answer: ({ method, target, body }, circumstances) => {
      const { jobId, ids, bulk } = parts(method, target, body)
      if (jobId !== undefined) return poll(jobId, circumstances)
      return method === 'GET' ? read(ids) : start(ids, bulk !== true, circumstances)
    },
    error: (code, message) => problem(code === 'closed' ? 'MAINTENANCE_MODE' : code.toUpperCase(), message),
  }
}

const headers = { 'x-environment': 'main' }

const crashed: Outcome = { refused: 'INTERNAL_ERROR' }

const problem = (code: string, details?: string) => ({
  data: [{ id: 'e1', type: 'api_error', attributes: { code, details: details === undefined ? {} : { details } } }],
})

const bulkIds = (body: string): ReadonlyArray<string> => {
  const parsed = JSON.parse(body) as { data: { relationships: { items: { data: Array<{ id: string }> } } } }
  return parsed.data.relationships.items.data.map(({ id }) => id)
}
