import type { Reason } from '../contract/error.ts'
import type { BatchReply, Verdict } from '../contract/provider.ts'
import { jsonOf } from '../contract/text.ts'

/** What a reply means for one record that was sent. `unknown`: the reply proves nothing about it. */
export type Finding = Verdict | { readonly is: 'unknown'; readonly reason: Reason }

/** A reply, held against what was sent: one finding for all, one for each in the order sent, or two counts that fit. */
export type Findings =
  /** A word that the contract does not have: a bug of the provider's. */
  | { readonly kind: 'defect'; readonly detail: string }
  | { readonly kind: 'every'; readonly finding: Finding }
  | { readonly kind: 'each'; readonly findings: ReadonlyArray<Finding> }
  | { readonly kind: 'counts'; readonly deleted: number; readonly failed: number }

/**
 * Turns a reply into exactly one finding for each id that was sent. It walks what was SENT, never the reply, so a reply
 * that names strangers, repeats itself or leaves records out can neither invent nor lose one.
 */
export const normalize = (
  ids: ReadonlyArray<string>,
  reply: BatchReply,
  identityOf: (id: string) => string,
): Findings => {
  const strange = strangeWordOf(reply)
  if (strange !== undefined) return { kind: 'defect', detail: strange }
  switch (reply.kind) {
    case 'AllDeleted':
      return everyDeleted
    case 'Accepted':
      return every('says-nothing', 'the backend took the request and says nothing about any record')
    case 'ByPosition':
      if (reply.verdicts.length === ids.length) return { kind: 'each', findings: reply.verdicts }
      return every('other-length', `the answer has ${reply.verdicts.length} entries for ${ids.length} records`)
    case 'ById':
      return byId(ids, reply, identityOf)
    case 'Tally':
      return byCount(ids.length, reply.deleted, reply.failed)
  }
}

const kinds: Readonly<Record<BatchReply['kind'], true>> = {
  AllDeleted: true,
  Accepted: true,
  ById: true,
  ByPosition: true,
  Tally: true,
}
const verdicts: Readonly<Record<Verdict['is'], true>> = {
  deleted: true,
  absent: true,
  rejected: true,
  again: true,
  unclear: true,
}

/** A provider in plain JavaScript may say what no type allows: nothing is made of it. */
const strangeWordOf = (reply: BatchReply): string | undefined => {
  const said: unknown = reply
  if (typeof said !== 'object' || said === null || !Object.hasOwn(kinds, reply.kind))
    return `deleteBatch or followJob answered with the kind ${shown(said)}: known are ${Object.keys(kinds).join(', ')}`
  if (reply.kind === 'ById' && !Object.hasOwn(silences, reply.silence))
    return `silence is ${jsonOf(reply.silence)}: known are ${Object.keys(silences).join(', ')}`
  if (reply.kind !== 'ById' && reply.kind !== 'ByPosition') return undefined
  if (!Array.isArray(reply.verdicts)) return 'verdicts must be a list'
  const strange = reply.verdicts.find((verdict) => !isVerdict(verdict, reply.kind === 'ById'))
  return strange === undefined
    ? undefined
    : `a verdict is ${jsonOf(strange).slice(0, 200)}: its word "is" must be one of ${Object.keys(verdicts).join(', ')}, with a reason where it is rejected or unclear`
}

const isVerdict = (verdict: unknown, byId: boolean): boolean => {
  if (typeof verdict !== 'object' || verdict === null) return false
  const { is, id, reason } = verdict as { readonly is?: unknown; readonly id?: unknown; readonly reason?: unknown }
  if (typeof is !== 'string' || !Object.hasOwn(verdicts, is) || (byId && typeof id !== 'string')) return false
  return (is !== 'rejected' && is !== 'unclear') || (typeof reason === 'object' && reason !== null)
}

const shown = (said: unknown): string =>
  jsonOf(typeof said === 'object' && said !== null && 'kind' in said ? said.kind : said)

const everyDeleted: Findings = { kind: 'every', finding: { is: 'deleted' } }

const unknown = (code: string, message: string): Finding => ({ is: 'unknown', reason: { code, message } })

const every = (code: string, message: string): Findings => ({ kind: 'every', finding: unknown(code, message) })

const byId = (
  ids: ReadonlyArray<string>,
  reply: Extract<BatchReply, { kind: 'ById' }>,
  identityOf: (id: string) => string,
): Findings => {
  const answers = new Map<string, Finding>()
  for (const verdict of reply.verdicts) {
    const identity = identityOf(verdict.id)
    const earlier = answers.get(identity)
    answers.set(identity, earlier === undefined || earlier.is === verdict.is ? verdict : contradicted)
  }
  const sent = new Set(ids.map(identityOf))
  const strangers = [...answers.keys()].some((identity) => !sent.has(identity))
  const silence = strangers ? strange : silences[reply.silence]
  return { kind: 'each', findings: ids.map((id) => answers.get(identityOf(id)) ?? silence) }
}

const contradicted = unknown('contradiction', 'the answer says two different things about this record')
const strange = unknown(
  'strangers',
  'the answer names records that were not sent, so its silence about this one proves nothing',
)
const silences: Readonly<Record<'deleted' | 'unconfirmed', Finding>> = {
  deleted: { is: 'deleted' },
  unconfirmed: unknown('not-mentioned', 'the answer does not mention this record'),
}

const byCount = (sent: number, deleted: number, failed: number): Findings => {
  const fits =
    Number.isInteger(deleted) && Number.isInteger(failed) && deleted >= 0 && failed >= 0 && deleted + failed <= sent
  if (!fits)
    return every('counts-do-not-fit', `the answer counts ${deleted} deleted and ${failed} failed of ${sent} records`)
  return deleted === sent ? everyDeleted : { kind: 'counts', deleted, failed }
}
