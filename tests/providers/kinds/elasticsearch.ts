import type { SeenRequest } from '../../support/listen.ts'
import { elasticsearchSubject } from '../../testing/providers/elasticsearch.ts'
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
import { noCheck, noJobs, noSignature, onePlace, verbatim } from './said.ts'
import type { Row, Traffic } from './table.ts'

const traffic: Traffic = {
  subject: elasticsearchSubject,
  deletes: ({ target }) => target === '/records/_bulk',
  reads: ({ target }) => target.startsWith('/records/_mget'),
}

interface Got {
  readonly docs: ReadonlyArray<{ readonly _id: string }>
}

const half = ({ json }: Answered): Told => {
  const { docs } = json as Got
  return { status: 200, json: { docs: docs.slice(0, docs.length >> 1) } }
}

/** Shards that did not answer. */
const failed = ({ json }: Answered): Told => ({
  status: 200,
  json: {
    docs: (json as Got).docs.map(({ _id }) => ({ _id, error: { type: 'no_shard_available_action_exception' } })),
  },
})

const idsIn = ({ body }: SeenRequest): ReadonlyArray<string> =>
  body.split('\n').flatMap((line) => (line === '' ? [] : [JSON.parse(line).delete._id]))

const each =
  (status: number, type: string) =>
  (request: SeenRequest): Told => ({
    status: 200,
    json: {
      errors: true,
      items: (request.body === '' ? [] : idsIn(request)).map((_id) => ({
        delete: { _id, status, error: { type, reason: 'not now' } },
      })),
    },
  })

export const elasticsearchRow: Row = {
  name: 'elasticsearch',
  cells: {
    'short-list': shortList(traffic, half, failed),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: {} }),
      () => ({ status: 200, json: { errors: false, items: [] } }),
      () => ({ status: 200, json: { items: [{ delete: { _id: 'stranger', status: 200, result: 'deleted' } }] } }),
      each(503, 'unavailable_shards_exception'),
    ),
    'passing-refusal': passingRefusal(
      traffic,
      each(409, 'version_conflict_engine_exception'),
      each(429, 'es_rejected_execution_exception'),
      each(403, 'cluster_block_exception'),
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
    'deep-body': deepBody(traffic, (deep) => ({
      items: [{ delete: { _id: 'x', status: 400, error: { type: 'odd', reason: deep } } }],
    })),
  },
}
