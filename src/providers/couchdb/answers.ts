import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type BatchReply,
  type CallContext,
  type HttpReply,
  type Listing,
  type ProviderError,
  reasonOf,
  type Verdict,
} from '../../http-provider.ts'

export const Listed = t.type({ rows: t.array(t.unknown) })
const Living = t.type({
  id: t.string,
  value: t.intersection([t.type({ rev: t.string }), t.partial({ deleted: t.unknown })]),
})
const Missing = t.type({ key: t.string, error: t.literal('not_found') })

/** What rows say of documents. What has no row of its own, or one with another error, may be there. */
export interface Rows {
  /** The current revision of each document that is there. */
  readonly revisions: ReadonlyMap<string, string>
  /** Documents that were deleted, which are listed as such, and those that never were. */
  readonly gone: ReadonlySet<string>
}

export const rowsOf = ({ rows }: t.TypeOf<typeof Listed>): Rows => {
  const revisions = new Map<string, string>()
  const gone = new Set<string>()
  for (const row of rows) {
    if (Missing.is(row)) gone.add(row.key)
    else if (Living.is(row) && row.value.deleted === true) gone.add(row.id)
    else if (Living.is(row)) revisions.set(row.id, row.value.rev)
  }
  for (const id of revisions.keys()) gone.delete(id)
  return { revisions, gone }
}

export const listingOf = ({ revisions, gone }: Rows, ids: ReadonlyArray<string>): Listing => ({
  ids: revisions.keys(),
  complete: true,
  unread: ids.filter((id) => !revisions.has(id) && !gone.has(id)),
})

export interface Prepared extends Rows {
  /** Documents whose last deletion came to nothing that is known: gone, they may be gone by it. */
  readonly unsure: Set<string>
}

export const unsureIn = ({ memory }: CallContext): Set<string> => {
  const unsure = (memory.get('unsure') as Set<string> | undefined) ?? new Set()
  memory.set('unsure', unsure)
  return unsure
}

/** Answers in a row that may tell nothing new before the rest is left for later. */
const mostFruitless = 16

/** Asks for all revisions; what an answer leaves out is asked for again, in halves where the answer told nothing new. */
export const revisionsOf = async (
  { number, ids }: Batch,
  ask: (batch: Batch) => Promise<E.Either<ProviderError, Rows>>,
  unsure: Set<string>,
): Promise<E.Either<ProviderError, Prepared>> => {
  const revisions = new Map<string, string>()
  const gone = new Set<string>()
  const queue = [ids]
  let fruitless = 0
  for (let piece = queue.shift(); piece !== undefined && fruitless < mostFruitless; piece = queue.shift()) {
    const answer = await ask({ number, ids: piece })
    if (E.isLeft(answer)) return answer
    for (const [id, revision] of answer.right.revisions) revisions.set(id, revision)
    for (const id of answer.right.gone) gone.add(id)
    const rest = piece.filter((id) => !revisions.has(id) && !gone.has(id))
    fruitless = rest.length < piece.length ? 0 : fruitless + 1
    const half = Math.ceil(piece.length / 2)
    if (rest.length === piece.length && half < piece.length) queue.push(piece.slice(0, half), piece.slice(half))
    else if (rest.length > 0 && rest.length < piece.length) queue.push(rest)
  }
  if (ids.length > 0 && revisions.size + gone.size === 0)
    return E.left({ tag: 'Garbled', detail: 'no document of the batch has a row', paths: ['rows'] })
  return E.right({ revisions, gone, unsure })
}

const Refused = t.intersection([t.type({ id: t.string, error: t.string }), t.partial({ reason: t.string })])

/** What was written is left to be read back. What had no revision was gone, if the same answer listed another one. */
export const verdictsOf = (
  written: ReadonlyArray<unknown>,
  ids: ReadonlyArray<string>,
  { revisions, gone, unsure }: Prepared,
  reply: HttpReply,
): BatchReply => {
  const unsent = ids.filter((id) => !revisions.has(id) && !gone.has(id))
  const absent = revisions.size === 0 ? [] : ids.filter((id) => gone.has(id) && !unsure.has(id))
  const refused = written.filter(Refused.is)
  for (const { id, error } of refused) if (passing.has(error)) unsure.add(id)
  const verdicts = [
    ...unsent.map((id) => ({ id, is: 'again' }) as const),
    ...absent.map((id) => ({ id, is: 'absent' }) as const),
    ...refused.map((entry) => ({ id: entry.id, ...verdictOf(entry, reply) })),
  ]
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

/** Errors of one document that pass. It may have been deleted all the same: not enough nodes have answered in time. */
const passing: ReadonlySet<string> = new Set([
  'os_process_error',
  'timeout',
  'internal_server_error',
  'unknown_error',
  'nodedown',
  'service unavailable',
  'write_quorum_not_met',
])

/** Errors by which the database refuses to delete one document. */
const refusing: ReadonlySet<string> = new Set([
  'forbidden',
  'unauthorized',
  'partition_overflow',
  'doc_validation',
  'illegal_docid',
  'illegal_partition',
  'document_too_large',
  'bad_request',
])

const verdictOf = ({ error, reason }: t.TypeOf<typeof Refused>, reply: HttpReply): Verdict => {
  if (error === 'conflict' || passing.has(error)) return { is: 'again' }
  const told = reasonOf({ code: error, message: reason ?? error }, reply)
  return refusing.has(error) ? { is: 'rejected', reason: told } : { is: 'unclear', reason: told }
}
