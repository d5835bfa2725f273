import { encode } from './generic-replies.ts'
import { type Job, openJobs } from './jobs.ts'
import { mix, openDice } from './random.ts'
import type { FaultKind } from './scenario.ts'
import type { Answer, Circumstances, ModelRequest, Server } from './server.ts'
import {
  type Blame,
  blamedIn,
  deleteEach,
  missingCode,
  missingIn,
  openReading,
  type Result,
  storedId,
} from './store.ts'
import type { Statement, World } from './world.ts'

/** What a deletion came to: refused as a whole, or one result for each record. */
type Outcome = { readonly refused: Blame } | { readonly results: ReadonlyArray<Result> }

/**
 * A backend of our own making that speaks every family of replies:
 *
 *     DELETE /records?ids=a,b   or   POST /records/delete {ids}      the bulk deletion
 *     DELETE /records/:id                                            one record
 *     GET /jobs/:id                                                  the result of a job
 *     GET /records?ids=a,b      and  GET /records/:id                which exist
 */
export const genericServer = (world: World): Server => {
  const { scenario, identityOf } = world
  const { traits } = scenario
  const family = traits.speaks
  const dice = openDice(mix(scenario.seed, 77))
  let answers = 0

  const act = (ids: ReadonlyArray<string>): Outcome => {
    if (family === 'all-or-nothing') {
      const blamed = blamedIn(world, ids)
      if (blamed.length > 0) return { refused: dice.pick(blamed) }
      return { results: ids.map((id) => ({ id, is: world.remove(identityOf(id)) ? 'deleted' : 'ignored' })) }
    }
    const [missing] = missingIn(world, ids)
    return missing === undefined ? { results: deleteEach(world, ids) } : { refused: missing }
  }
  const jobs = openJobs<Outcome>(world, (ids, fails) => {
    if (fails && family === 'all-or-nothing') return { results: [] }
    return act(ids)
  })

  /** What the client may conclude from a refusal, about each record of the batch. */
  const refusalSays = (
    ids: ReadonlyArray<string>,
    { id, is, code }: Blame,
    spoilt: FaultKind | undefined,
  ): Answer['says'] => {
    const named = traits.names === 'culprit' && spoilt !== 'foreign'
    const says = traits.names === 'nothing' ? 'failed' : is
    const about = named ? [id] : ids
    return about.map((each) => ({
      identity: identityOf(each),
      says,
      via: 'reply',
      ...(traits.names !== 'nothing' && { code }),
    }))
  }
  const refusalBody = ({ id, is, code }: Blame, spoilt: FaultKind | undefined) => {
    if (traits.names === 'nothing') return { error: {} }
    const named = traits.names === 'culprit' ? { id: spoilt === 'foreign' ? 'stranger-2' : id } : {}
    return { error: { code, message: `${code} by this backend`, kind: is, ...named } }
  }
  const refusalStatus = ({ is }: Blame) => (is === 'absent' ? 404 : 409)

  const reply = (
    ids: ReadonlyArray<string>,
    outcome: Outcome,
    spoilt: FaultKind | undefined,
    via: 'reply' | 'job',
  ): Pick<Answer, 'status' | 'body' | 'says'> => {
    if ('refused' in outcome && spoilt !== 'claims') {
      const { refused } = outcome
      return {
        status: refusalStatus(refused),
        body: refusalBody(refused, spoilt),
        says: refusalSays(ids, refused, spoilt),
      }
    }
    const results = 'results' in outcome ? outcome.results : ids.map((id): Result => ({ id, is: 'deleted' }))
    if (family === 'all-or-nothing') {
      const mark = markOf(spoilt)
      const deleted = { says: 'deleted', via, ...(mark && { spoilt: mark }) } as const
      const says = ids.map((id) => ({ identity: identityOf(id), ...deleted }))
      return { status: 200, body: {}, says }
    }
    const own = openDice(mix(scenario.seed, 5_000 + answers++))
    const encoded = encode(family, results, spoilt, own, identityOf)
    const mark = markOf(spoilt)
    const says = encoded.says.map((each): Omit<Statement, 'at'> => ({ ...each, via, ...(mark && { spoilt: mark }) }))
    return { ...encoded, says }
  }

  const deleteMany = (ids: ReadonlyArray<string>, circumstances: Circumstances): Answer => {
    const spoilt = circumstances.fault?.kind
    if (ids.length > (traits.realMaxIds ?? ids.length))
      return { status: 413, body: { error: { code: 'long' } }, says: [] }
    if (!traits.job) {
      const claims = spoilt === 'claims' && family === 'all-or-nothing'
      return reply(ids, claims ? { results: [] } : act(ids), spoilt, 'reply')
    }
    const job = jobs.start(ids, circumstances)
    return { status: 202, body: { job: job.id }, says: [], job: { id: job.id, is: 'started' } }
  }

  const deleteOne = (id: string): Answer => {
    const [result] = deleteEach(world, [id]) as [Result]
    const identity = identityOf(id)
    if (result.is === 'deleted' || result.is === 'ignored')
      return { status: 200, body: {}, says: [{ identity, says: 'deleted', via: 'reply' }] }
    if (result.is === 'busy') return { status: 503, body: { error: { code: 'closed' } }, says: [] }
    const blame = { id, is: result.is, code: result.code ?? missingCode }
    const body = { error: { code: blame.code, message: `${blame.code} by this backend`, kind: blame.is, id } }
    return {
      status: refusalStatus(blame),
      body,
      says: [{ identity, says: blame.is, via: 'reply', code: blame.code }],
    }
  }

  const pending = (): Answer => {
    if (traits.pending === '404') return { status: 404, body: { error: { code: 'no-such-job' } }, says: [] }
    return { status: 200, body: { state: 'running', ...(traits.pending === 'hint' && { again_ms: 150 }) }, says: [] }
  }
  const poll = (job: Job<Outcome> | undefined, { fault }: Circumstances): Answer => {
    if (job === undefined) return { status: 404, body: { error: { code: 'no-such-job' } }, says: [] }
    if (job.state.is === 'running') return pending()
    const over = { id: job.id, is: 'over' } as const
    if (job.state.is === 'failed')
      return { status: 200, body: { state: 'failed', error: { code: 'crashed' } }, says: [], job: over }
    const { result } = job.state
    const told = reply(job.ids, result, fault?.kind, 'job')
    const state = 'refused' in result ? 'failed' : 'done'
    const body = state === 'failed' ? { state, ...(told.body as object) } : { state, result: told.body ?? null }
    return { status: 200, body, says: told.says, job: over }
  }

  let reads = 0
  const reading = openReading(world)
  const read = (ids: ReadonlyArray<string>, one: boolean): Answer => {
    const { reader, lists } = traits
    if (!one) reads++
    const turned = reader === 'turns-blind' && reads > 2
    const sees = reader !== 'blind' && !(reader === 'turns-blind' && one)
    const there = sees ? ids.filter(reading(ids)) : []
    if (one) {
      const [id] = there
      if (id === undefined)
        return { status: 404, body: { error: { code: missingCode } }, says: said(ids, there, 'one') }
      return { status: 200, body: { id: storedId(world, id) }, says: said(ids, there, 'one') }
    }
    if (reader === 'second-form' || turned) return { status: 400, body: { error: { code: 'no-filter' } }, says: [] }
    const list = (some: ReadonlyArray<string>) => dice.shuffle(some.map((id) => storedId(world, id)))
    if (lists !== undefined && 'cap' in lists && there.length > lists.cap) {
      const shown = dice.shuffle(there).slice(0, lists.cap)
      return { status: 200, body: { ids: list(shown), more: true }, says: said(shown, shown, 'many') }
    }
    const left = lists !== undefined && 'leavesOut' in lists ? dice.shuffle(ids).slice(0, lists.leavesOut) : []
    const asked = ids.filter((id) => !left.includes(id))
    const shown = there.filter((id) => asked.includes(id))
    const body = { ids: list(shown), ...(left.length > 0 && { unread: left }) }
    return { status: 200, body, says: said(asked, shown, 'many') }
  }
  const said = (ids: ReadonlyArray<string>, there: ReadonlyArray<string>, form: string): Answer['says'] =>
    ids.map((id) => ({ identity: identityOf(id), via: 'read', form, ...listedOrNot(there.includes(id)) }))

  return {
    subjectOf: ({ method, target, body }) => {
      const { ids, one, jobId } = parts(target, body)
      if (jobId !== undefined) return { purpose: 'poll', what: `poll ${jobId}`, ids: [] }
      if (method === 'GET') return { purpose: 'read', what: one ? 'read one' : 'read', ids }
      return { purpose: 'delete', what: one ? 'delete one' : 'delete', ids }
    },
    answer: (request, circumstances) => {
      const { ids, one, jobId } = parts(request.target, request.body)
      if (jobId !== undefined) return poll(jobs.find(jobId), circumstances)
      if (request.method === 'GET') return read(ids, one)
      return one ? deleteOne(ids[0] ?? '') : deleteMany(ids, circumstances)
    },
    error: (code, message) => ({ error: { code, message } }),
  }
}

const markOf = (spoilt: FaultKind | undefined): Statement['spoilt'] =>
  spoilt === 'claims' ? 'lie' : spoilt === 'contradiction' ? 'contradiction' : undefined

const listedOrNot = (is: boolean): Pick<Statement, 'says'> => ({ says: is ? 'listed' : 'unlisted' })

const parts = (target: string, body: string) => {
  const [path = '', query = ''] = target.split('?', 2)
  const [, place, last] = path.split('/')
  if (place === 'jobs') return { ids: [], one: false, jobId: decodeURIComponent(last ?? '') }
  if (last === 'delete') return { ids: (JSON.parse(body) as { ids: string[] }).ids, one: false, jobId: undefined }
  if (last !== undefined) return { ids: [decodeURIComponent(last)], one: true, jobId: undefined }
  const list = query.replace(/^ids=/, '')
  return { ids: list === '' ? [] : list.split(',').map(decodeURIComponent), one: false, jobId: undefined }
}

export const parseRequest = (method: string, url: string, headers: Headers, body: string): ModelRequest => ({
  method,
  target: url.slice(url.indexOf('/', 'https://'.length)),
  headers,
  body,
})
