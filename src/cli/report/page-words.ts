import type { Status } from '../../index.ts'

/** Words of outcomes as sentences for people who do not know them. */
export const statusWords: Readonly<Record<Status, string>> = {
  deleted: 'deleted',
  absent: 'absent: gone before',
  rejected: 'rejected: refused',
  untouched: 'untouched: left alone',
  unconfirmed: 'unconfirmed: not known',
}

export const effectWords: Readonly<Record<string, string>> = {
  erased: 'erased: it can not be restored',
  recoverable: 'recoverable: in a recycle bin, or restorable for a time',
  marked: 'marked: its content is destroyed elsewhere, later, or not',
  unknown: 'whether it can be restored, a setting of the system decides',
}

export const evidenceWords: Readonly<Record<string, string>> = {
  reply: 'the system answered so',
  job: 'a job of the system ended so',
  'read-back': 'it was not listed any more by a reader that lists',
  attested: 'a person said so, on record',
}

export const verifiedWords: Readonly<Record<string, string>> = {
  live: 'the live system',
  recorded: 'recorded traffic',
  client: "the vendor's own client",
  documentation: 'documentation alone',
}
