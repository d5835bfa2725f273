import * as t from 'io-ts'
import {
  type BatchReply,
  type Explanation,
  type HttpReply,
  type JobState,
  type ProviderError,
  reasonOf,
  type Said,
  type Verdict,
  wordsOf,
} from '../../http-provider.ts'

const Told = t.partial({ error: t.unknown, errors: t.unknown, details: t.unknown, description: t.unknown })
const Result = t.intersection([
  t.type({ id: t.union([t.number, t.string]) }),
  t.partial({ success: t.unknown, status: t.unknown }),
  Told,
])
const Status = t.intersection([
  t.type({ id: t.string, status: t.string }),
  t.partial({ results: t.unknown, message: t.unknown }),
])
export const Job = t.type({ job_status: Status })

/** A word that is not known means that the job goes on, until the deadline. */
export const stateOf = (job: t.TypeOf<typeof Status>, reply: HttpReply): JobState | ProviderError => {
  if (job.status === 'completed') return { kind: 'Ended', reply: resultsOf(job.results, reply) }
  if (job.status !== 'failed' && job.status !== 'killed') return { kind: 'Pending' }
  return { tag: 'JobFailed', jobId: job.id, detail: `${job.status}: ${String(job.message ?? 'no reason given')}` }
}

/** Each entry speaks for itself; one without an id speaks of nobody, and what no entry speaks of is read back. */
const resultsOf = (results: unknown, reply: HttpReply): BatchReply => {
  if (!Array.isArray(results)) return { kind: 'Accepted' }
  const verdicts = results.filter(Result.is).flatMap((result) => {
    const verdict = verdictOf(result, reply)
    return verdict === undefined ? [] : [{ id: String(result.id), ...verdict }]
  })
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

/** None where it can't be told whether the record is gone: it is read. */
const verdictOf = (result: t.TypeOf<typeof Result>, reply: HttpReply): Verdict | undefined => {
  const { success, status } = result
  const failed = hasFailed(result)
  if (success === true && !failed) return { is: 'deleted' }
  if (success === true || !(failed || success === false || status === 'Failed')) return undefined
  const said = saidOf(result)
  const code = said.code ?? ''
  if (/^(?:record|ticket|user|organization)?[\W_]?not[\W_]?found$/i.test(code)) return { is: 'absent' }
  if (/not[\W_]?(?:found|exist)|already|no longer/i.test(`${code} ${said.message}`)) return undefined
  if (passing.test(code)) return { is: 'again' }
  return { is: refusing.test(code) ? 'rejected' : 'unclear', reason: reasonOf(said, reply) }
}

const hasFailed = ({ error, errors }: t.TypeOf<typeof Told>): boolean =>
  [error, errors].some((told) => told !== undefined && told !== null && told !== '' && told !== false)

/** Words of an entry that pass: a collision, a limit, trouble of their own. No list of them is documented. */
const passing =
  /^(?:database|record)?_?(?:conflict|collision|deadlock)$|^(?:lock_?(?:wait_?)?|request_?|job_?)?time_?out$|^too_?many_?\w+$|^rate_?limit\w*$|^(?:service_?)?unavailable$|^(?:internal_?)?(?:server_?)?error$/i

/** Words by which a record is refused, until somebody changes something. */
const refusing = /(?:not_?authori[sz]ed|unauthori[sz]ed|forbidden|denied|not_?allowed|record_?invalid)$/i

/** `error` is a word, or an object with a title; what it is about stands beside it, under one of several names. */
const saidOf = ({ error, errors, details, description }: t.TypeOf<typeof Told>): Said => {
  const parts = [error, errors, details, description].filter((part) => part !== undefined && part !== null)
  const message = parts.map(wordsOf).join(': ')
  return { ...(typeof error === 'string' && { code: error }), message: message || 'no reason given' }
}

/** A 409 is two writes that met, on their side: the request may be repeated. */
export const explain = (body: unknown, status: number): Explanation => ({
  ...(Told.is(body) && saidOf(body)),
  passes: status === 409,
})
