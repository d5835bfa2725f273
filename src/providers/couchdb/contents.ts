import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import {
  type Batch,
  type Call,
  type Contents,
  on,
  type ProviderError,
  type RecordContent,
  urlComponent,
} from '../../http-provider.ts'
import { type Listed, rowsOf } from './answers.ts'

const Row = t.type({ id: t.string, doc: t.intersection([t.UnknownRecord, t.type({ _id: t.string })]) })

/** Whole is a row with its document, and with every attachment in it. */
export const contentsOf = (listed: t.TypeOf<typeof Listed>, { ids }: Batch): Contents => {
  const { revisions, gone } = rowsOf(listed)
  const records = listed.rows.filter(Row.is).flatMap(({ id, doc }) => {
    return revisions.has(id) && doc._id === id && hasItsAttachments(doc) ? [{ id, content: doc }] : []
  })
  return { records, absent: ids.filter((id) => gone.has(id)) }
}

const Attached = t.type({ data: t.string })

/** A stub says of an attachment what it is, and leaves out what is in it. */
const hasItsAttachments = ({ _attachments: attachments }: Readonly<Record<string, unknown>>): boolean =>
  attachments === undefined || (t.UnknownRecord.is(attachments) && Object.values(attachments).every(Attached.is))

const Conflicted = t.type({ _conflicts: t.array(t.string) })
const Revision = t.intersection([t.UnknownRecord, t.type({ _id: t.string, _rev: t.string })])

/**
 * Where replication has left conflicts, deleting the revision that won brings up the next one, and in the end all of them
 * are gone: `_conflicts` holds the others whole, instead of their names.
 */
export const withConflicts = async (
  { id, content }: RecordContent,
  call: Call,
  database: string,
): Promise<E.Either<ProviderError, unknown>> => {
  if (!Conflicted.is(content)) return E.right(content)
  const others: unknown[] = []
  for (const revision of content._conflicts) {
    const path = `${database}/${urlComponent(id)}?attachments=true&rev=${urlComponent(revision)}`
    const asked = await call({
      purpose: 'read',
      request: { method: 'GET', path, headers: { accept: 'application/json' } },
      replies: [on(200, Revision, (doc) => doc)],
      exact: true,
    })
    if (E.isLeft(asked)) return asked
    if (asked.right._rev !== revision || !hasItsAttachments(asked.right))
      return E.left({ tag: 'Garbled', detail: 'a revision in conflict came without all of it', paths: [] })
    others.push(asked.right)
  }
  return E.right({ ...content, _conflicts: others })
}
