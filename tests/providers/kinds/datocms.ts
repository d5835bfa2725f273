import { assert } from '../../support/suite.ts'
import { datoCmsSubject } from '../../testing/providers/datocms.ts'
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
import { noCheck, noSignature, noWords } from './said.ts'
import { assertTrue, open, tally } from './scene.ts'
import { each, type Row, type Traffic, type Trial } from './table.ts'

const traffic: Traffic = {
  subject: datoCmsSubject,
  deletes: ({ method, target }) =>
    (method === 'POST' && target === '/items/bulk/destroy') ||
    (method === 'DELETE' && /^\/items\/[\w-]{22}$/.test(target)),
  reads: ({ method, target }) => method === 'GET' && target.startsWith('/items?'),
}

interface Page {
  readonly data: ReadonlyArray<unknown>
  readonly meta: { readonly total_count: number }
}
const half = ({ json }: Answered): Told => {
  const { data, meta } = json as Page
  return { status: 200, json: { data: data.slice(data.length >> 1), meta } }
}
const capped = ({ json }: Answered): Told => ({
  status: 200,
  json: { ...(json as Page), data: (json as Page).data.slice(-2) },
})
const none = ({ json }: Answered): Told => ({ status: 200, json: { data: [], meta: (json as Page).meta } })

/** The answers of jobs, in place of the true ones: a job that was asked for is not carried out. */
const jobs =
  (...results: ReadonlyArray<Told>): Trial =>
  async (means) => {
    for (const result of results) {
      const scene = await open(means, traffic)
      scene.front.meddle((request) => {
        if (traffic.deletes(request)) return { status: 202, json: { data: { type: 'job', id: 'job-1' } } }
        return request.target.startsWith('/job-results/') ? result : undefined
      })
      const report = await scene.run(scene.ids, { attempts: 2, jobDeadlineMs: 60_000 })
      await assertTrue(scene, report)
      const { deleted = 0, absent = 0, rejected = 0 } = tally(report)
      assert.equal([deleted, absent, rejected], [0, 0, 0], JSON.stringify(result.json))
    }
  }

const ended = (status: number, payload: unknown): Told => ({
  status: 200,
  json: { data: { type: 'job_result', id: 'job-1', attributes: { status, payload } } },
})

/** Two jobs fail because the place is closed; what they were asked for is not done. */
const closedJobs: Trial = async (means) => {
  const scene = await open(means, traffic)
  let left = 2
  scene.front.meddle((request) => {
    if (request.target === '/job-results/closed') return ended(422, closed('MAINTENANCE_MODE').json)
    if (!traffic.deletes(request) || left-- <= 0) return undefined
    return { status: 202, json: { data: { type: 'job', id: 'closed' } } }
  })
  assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length })
}

const closed = (code: string): Told => ({
  status: 422,
  json: { data: [{ id: '1', type: 'api_error', attributes: { code, details: {} } }] },
})

export const datoCmsRow: Row = {
  name: 'datocms',
  cells: {
    'short-list': each(shortList(traffic, half, none), cappedList(traffic, capped)),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 202, json: { data: null } }),
      () => ({ status: 202, json: { data: { type: 'item', id: 'job-1' } } }),
      () => ({ status: 200, json: { data: [] } }),
    ),
    'passing-refusal': each(
      passingRefusal(
        traffic,
        () => closed('ENVIRONMENT_IN_READ_ONLY_MODE'),
        () => closed('SITE_NOT_READY'),
      ),
      closedJobs,
    ),
    'costly-record': costlyRecord(traffic),
    'guessed-job': jobs(
      ended(200, null),
      ended(200, { data: [] }),
      ended(200, { data: [], meta: { successful: 500, failed: 1 } }),
      { status: 404, json: { data: [] } },
      { status: 200, json: { data: { type: 'job_result', attributes: { status: 'done' } } } },
    ),
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: async (means) => {
      const scene = await open(means, traffic)
      let answers = 0
      scene.front.meddle((request) => {
        if (!traffic.deletes(request)) return undefined
        const isFirst = answers++ === 0
        return {
          change: ({ status, json, headers }) => ({
            status,
            json,
            headers: isFirst ? headers : { ...headers, 'x-environment': 'sandbox-7' },
          }),
        }
      })
      const report = await scene.run(scene.ids, { batchSize: 4, concurrency: 1 })
      assert.is(report.halted?.because, 'denied')
      assert.equal(tally(report), { deleted: 4, unconfirmed: 4, untouched: 4 })
    },
    'dot-segments': dotSegments(traffic),
    'rewritten-word': noWords,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({
      data: {
        type: 'job_result',
        id: '1',
        attributes: {
          status: 422,
          payload: { data: [{ id: '1', type: 'api_error', attributes: { code: 'ODD', details: deep } }] },
        },
      },
    })),
  },
}
