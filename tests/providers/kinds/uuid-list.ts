import { uuidListSubject } from '../../testing/providers/uuid-list.ts'
import type { Answered, Told } from './front.ts'
import {
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
  shortList,
} from './generic.ts'
import { noCheck, noJobs, noSignature, noWords, onePlace } from './said.ts'
import type { Row, Traffic } from './table.ts'

const traffic: Traffic = {
  subject: uuidListSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target.startsWith('/v2/io_showcase?uuids='),
  reads: ({ method, target }) => method === 'GET' && target.startsWith('/v2/io_showcase'),
}

const counted =
  (keep: (all: number) => number) =>
  ({ json }: Answered): Told => {
    if (!Array.isArray(json)) return { status: 200, json }
    return { status: 200, json: json.slice(0, keep(json.length)), headers: { 'x-total-count': String(json.length) } }
  }
const half = counted((all) => all >> 1)
const none = counted(() => 0)

export const uuidListRow: Row = {
  name: 'uuid-list',
  cells: {
    'short-list': shortList(traffic, half, none),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, text: 'OK, queued' }),
      () => ({ status: 200, json: { error_type: 'operation_error', error_message: 'Error Deleting Records.' } }),
      () => ({ status: 200, json: { success: false } }),
      () => ({ status: 200, json: { errors: [{ message: 'rolled back' }] } }),
      () => ({ status: 200, json: { status: 'error' } }),
    ),
    'passing-refusal': passingRefusal(traffic, () => ({ status: 429, headers: { 'retry-after': '3' } })),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': noWords,
    'misspelt-id': noCheck,
    // A 200 with JSON that is no error is its success.
    'deep-body': deepBody(traffic, (deep) => ({ error_type: 'odd', error_message: deep, errors: [deep] }), [400, 422]),
  },
}
