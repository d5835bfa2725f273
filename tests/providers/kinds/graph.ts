import type { SeenRequest } from '../../support/listen.ts'
import { graphSubject } from '../../testing/providers/graph.ts'
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
  subject: graphSubject,
  deletes: ({ body }) => body.includes('"method":"DELETE"'),
  reads: ({ body }) => body.includes('"method":"GET"'),
}

interface Answers {
  readonly responses: ReadonlyArray<{ readonly id: string }>
}

const half = ({ json }: Answered): Told => {
  const { responses } = json as Answers
  return { status: 200, json: { responses: responses.slice(0, responses.length >> 1) } }
}

const failed =
  (status: number, code: string) =>
  ({ json }: Answered): Told => ({
    status: 200,
    json: { responses: (json as Answers).responses.map(({ id }) => ({ id, status, body: { error: { code } } })) },
  })

const each =
  (status: number, code: string) =>
  ({ body }: SeenRequest): Told => {
    const { requests } = body === '' ? { requests: [] } : JSON.parse(body)
    const responses = requests.map(({ id }: { readonly id: string }) => ({ id, status, body: { error: { code } } }))
    return { status: 200, json: { responses } }
  }

export const graphRow: Row = {
  name: 'graph',
  cells: {
    'short-list': shortList(traffic, half, failed(503, 'serviceNotAvailable'), failed(404, 'ErrorInvalidUser')),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: {} }),
      () => ({ status: 200, json: { responses: [] } }),
      () => ({ status: 200, json: { responses: [{ id: '99', status: 204 }] } }),
      each(404, 'ErrorInvalidUser'),
    ),
    'passing-refusal': passingRefusal(
      traffic,
      each(429, 'ApplicationThrottled'),
      each(423, 'resourceLocked'),
      each(409, 'ErrorIrresolvableConflict'),
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
    'deep-body': deepBody(traffic, (deep) => ({ responses: [{ id: '1', status: 400, body: { error: deep } }] })),
  },
}
