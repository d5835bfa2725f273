import { hubSpotSubject } from '../../testing/providers/hubspot.ts'
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
} from './generic.ts'
import { noCheck, noJobs, noSignature, noWords, onePlace } from './said.ts'
import { each, type Row, type Traffic } from './table.ts'

const traffic: Traffic = {
  subject: hubSpotSubject,
  deletes: ({ target }) => target === '/crm/v3/objects/contacts/batch/archive',
  reads: ({ target }) => target === '/crm/v3/objects/contacts/batch/read',
}

interface Read {
  readonly results: ReadonlyArray<{ readonly id: string }>
}
const resultsIn = ({ json }: Answered) => (json as Read).results

const failed = (answer: Answered): Told => {
  const results = resultsIn(answer)
  const ids = results.slice(results.length >> 1).map(({ id }) => id)
  const errors = [{ status: 'error', category: 'SERVICE_UNAVAILABLE', message: 'try again', context: { ids } }]
  return {
    status: 207,
    json: { status: 'COMPLETE', results: results.slice(0, results.length >> 1), numErrors: 1, errors },
  }
}
const pending = (answer: Answered): Told => ({
  status: 200,
  json: { status: 'PENDING', results: resultsIn(answer).slice(0, 1) },
})
const capped = ({ status, json }: Answered): Told => ({
  status,
  json: { ...(json as Read), results: (json as Read).results.slice(0, 2) },
})
const cut = (answer: Answered): Told => ({
  status: 200,
  json: { status: 'COMPLETE', results: resultsIn(answer).slice(0, resultsIn(answer).length >> 1) },
})

export const hubSpotRow: Row = {
  name: 'hubspot',
  cells: {
    'short-list': each(shortList(traffic, failed, pending, cut), cappedList(traffic, capped)),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 204 }),
      () => ({ status: 200, json: { status: 'COMPLETE', results: [] } }),
    ),
    'passing-refusal': passingRefusal(traffic, () => ({
      status: 477,
      headers: { 'retry-after': '240' },
      json: { status: 'error', message: 'This account is being moved', category: 'MIGRATION_IN_PROGRESS' },
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
    'deep-body': deepBody(traffic, (deep) => ({
      status: 'COMPLETE',
      results: [{ id: '1', properties: deep }],
      errors: [{ category: 'ODD', context: deep }],
    })),
  },
}
