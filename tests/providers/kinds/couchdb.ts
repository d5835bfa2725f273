import { couchDbSubject } from '../../testing/providers/couchdb.ts'
import type { Answered, Told } from './front.ts'
import {
  cappedList,
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
  shortList,
  unknownRefusal,
} from './generic.ts'
import { noCheck, noJobs, noSignature, onePlace, verbatim } from './said.ts'
import { each, type Row, type Traffic } from './table.ts'

const traffic: Traffic = {
  subject: couchDbSubject,
  deletes: ({ target }) => target.endsWith('/_bulk_docs'),
  reads: ({ target }) => target.endsWith('/_all_docs'),
}

interface Rows {
  readonly rows: ReadonlyArray<{ readonly key: string }>
}
const rowsIn = ({ json }: Answered) => (json as Rows).rows

/** A server that is set to list three rows at most. */
const limited = (answer: Answered): Told => ({ status: 200, json: { rows: rowsIn(answer).slice(0, 3) } })
const errors = (answer: Answered): Told => ({
  status: 200,
  json: { rows: rowsIn(answer).map((row, at) => (at % 2 === 0 ? { key: row.key, error: 'timeout' } : row)) },
})
const noRows = (): Told => ({ status: 200, json: { rows: [] } })

const docsIn = (body: string) => (JSON.parse(body) as { docs: ReadonlyArray<{ _id: string }> }).docs
const failing =
  (error: string) =>
  ({ body }: { readonly body: string }): Told => ({
    status: 201,
    json: body === '' ? [] : docsIn(body).map(({ _id }) => ({ id: _id, error, reason: 'not now' })),
  })

export const couchDbRow: Row = {
  name: 'couchdb',
  cells: {
    'short-list': each(shortList(traffic, limited, errors, noRows), cappedList(traffic, limited)),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 201, json: [] }),
      () => ({ status: 202, json: [{ ok: true }] }),
      ({ body }) => ({ status: 201, json: docsIn(body).map(({ _id }) => ({ ok: true, id: _id, rev: '2-a' })) }),
    ),
    'passing-refusal': each(
      passingRefusal(
        traffic,
        failing('os_process_error'),
        failing('timeout'),
        failing('internal_server_error'),
        failing('unknown_error'),
        failing('conflict'),
      ),
      unknownRefusal(traffic, 'vendor:word_of_2031', (request) =>
        traffic.deletes(request) ? failing('word_of_2031')(request) : undefined,
      ),
    ),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': verbatim,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => [{ id: 'record-0000', error: 'odd', reason: 'odd', more: deep }]),
  },
}
