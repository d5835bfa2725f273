import { airtableSubject } from '../../testing/providers/airtable.ts'
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

const records = /^\/v0\/app\w{14}\/[^/?]+\?/
const traffic: Traffic = {
  subject: airtableSubject,
  deletes: ({ method, target }) => method === 'DELETE' && records.test(target),
  reads: ({ method, target }) => method === 'GET' && records.test(target),
}

interface Page {
  readonly records: ReadonlyArray<{ readonly id: string }>
}

const half = ({ json }: Answered): Told => {
  const { records: all } = json as Page
  return { status: 200, json: { records: all.slice(0, all.length >> 1), offset: 'itrNext/recLast' } }
}
const emptyPage = (): Told => ({ status: 200, json: { records: [], offset: 'itrNext' } })

const deletedIn = ({ target }: { readonly target: string }): ReadonlyArray<string> =>
  new URL(target, 'http://x').searchParams.getAll('records[]')

export const airtableRow: Row = {
  name: 'airtable',
  cells: {
    'short-list': shortList(traffic, half, emptyPage),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: { records: [] } }),
      (request) => ({ status: 200, json: { records: deletedIn(request).map((id) => ({ id, deleted: false })) } }),
      (request) => ({ status: 200, json: { records: deletedIn(request).map((id) => ({ id, fields: {} })) } }),
    ),
    'passing-refusal': passingRefusal(traffic, () => ({
      status: 429,
      json: { errors: [{ error: 'RATE_LIMIT_REACHED' }] },
    })),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': noWords,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({ records: [{ id: 'recAAAAAAAAAAAAA1', deleted: true, fields: deep }] })),
  },
}
