import * as t from 'io-ts'
import {
  type BatchReply,
  type Explanation,
  type HttpReply,
  type ProviderError,
  reasonOf,
  type Verdict,
} from '../../http-provider.ts'
import type { Xml } from './xml.ts'

const Named = t.intersection([t.type({ Key: t.string }), t.partial({ VersionId: t.string })])
const Failed = t.intersection([Named, t.type({ Code: t.string }), t.partial({ Message: t.string })])
const Result = t.type({
  DeleteResult: t.partial({ Deleted: t.array(Named), Error: t.array(Failed) }),
})

/** Every key that was sent is named, as deleted or with an error; what is not is read back. */
export const replyOf = (
  text: string,
  xml: Xml,
  idOf: (key: string, version?: string) => string,
  reply: HttpReply,
): BatchReply | ProviderError => {
  const body = read(text, xml)
  if (!Result.is(body)) return { tag: 'Garbled', detail: 'the answer is no list of results', paths: ['DeleteResult'] }
  const { Deleted = [], Error: failed = [] } = body.DeleteResult
  const gone = Deleted.map(({ Key, VersionId }) => ({ id: idOf(Key, VersionId), is: 'deleted' }) as const)
  const others = failed.flatMap(({ Key, VersionId, Code, Message = Code }) => {
    const verdict = verdictOf(Code, Message, reply)
    return verdict === undefined ? [] : [{ id: idOf(Key, VersionId), ...verdict }]
  })
  const verdicts = [...gone, ...others]
  return verdicts.length === 0 ? { kind: 'Accepted' } : { kind: 'ById', silence: 'unconfirmed', verdicts }
}

const read = (text: string, xml: Xml): unknown => {
  try {
    return xml.read(text)
  } catch {
    return undefined
  }
}

const passing: ReadonlySet<string> = new Set([
  'OperationAborted',
  'RequestTimeout',
  'ServiceUnavailable',
  'SlowDown',
  'ThrottlingException',
])
const refusing: ReadonlySet<string> = new Set([
  'AccessDenied',
  'InvalidArgument',
  'KeyTooLongError',
  'MethodNotAllowed',
])
const gone: ReadonlySet<string> = new Set(['NoSuchKey', 'NoSuchVersion'])

/** None for an error within the store, which may have come after the deletion. */
const verdictOf = (code: string, message: string, reply: HttpReply): Verdict | undefined => {
  if (code === 'InternalError') return undefined
  if (gone.has(code)) return { is: 'absent' }
  if (passing.has(code)) return { is: 'again' }
  return { is: refusing.has(code) ? 'rejected' : 'unclear', reason: reasonOf({ code, message }, reply) }
}

/** An error stands alone in its document. */
const partOf = (body: unknown, tag: string): string | undefined => {
  if (typeof body !== 'string') return undefined
  const begins = body.indexOf(`<${tag}>`)
  const from = begins + tag.length + 2
  const to = begins < 0 ? -1 : body.indexOf(`</${tag}>`, from)
  return to < 0 ? undefined : body.slice(from, to)
}

/** Some errors are told by a status that means something else to everybody but the store. */
export const statusOf = (body: unknown, status: number): number => {
  const code = status >= 400 ? (partOf(body, 'Code') ?? '') : ''
  if (code === 'NoSuchBucket' || code === 'PermanentRedirect') return 403
  return code === 'ExpiredToken' || code === 'TokenRefreshRequired' ? 401 : status
}

export const explain = (body: unknown): Explanation => {
  const [code, message, requestId] = ['Code', 'Message', 'RequestId'].map((tag) => partOf(body, tag))
  return {
    ...(code !== undefined && { code }),
    ...(message !== undefined && { message: `${code}: ${message}` }),
    ...(requestId !== undefined && { requestId }),
    passes: passing.has(code ?? ''),
    skewed: code === 'RequestTimeTooSkewed' || code === 'RequestExpired',
  }
}
