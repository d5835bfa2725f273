import type { SeenRequest } from '../../support/listen.ts'
import { assert } from '../../support/suite.ts'
import { zendeskSubject, zendeskUsersSubject } from '../../testing/providers/zendesk.ts'
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
import { noCheck, noSignature, noWords, onePlace } from './said.ts'
import { assertTrue, open, tally } from './scene.ts'
import { each, type Row, type Traffic, type Trial } from './table.ts'

const traffic: Traffic = {
  subject: zendeskUsersSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target.startsWith('/api/v2/users/destroy_many?ids='),
  reads: ({ target }) => target.startsWith('/api/v2/users/show_many'),
}
const tickets: Traffic = {
  subject: zendeskSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target.startsWith('/api/v2/tickets/destroy_many?ids='),
  reads: ({ target }) => /^\/api\/v2\/tickets\/\d+$/.test(target),
}

interface Page {
  readonly users: ReadonlyArray<unknown>
}
const usersIn = ({ json }: Answered) => (json as Page).users
const cutTo =
  (more: (all: number) => Readonly<Record<string, unknown>>) =>
  (answer: Answered): Told => {
    const users = usersIn(answer)
    return { status: 200, json: { users: users.slice(0, users.length >> 1), ...more(users.length) } }
  }
const counted = cutTo((count) => ({ count }))
const paged = cutTo(() => ({ next_page: 'https://example.zendesk.com/api/v2/users/show_many?page=2' }))
const cursored = cutTo(() => ({ meta: { has_more: true, after_cursor: 'x' } }))

const capped = (answer: Answered): Told => ({
  status: 200,
  json: { users: usersIn(answer).slice(0, 2), count: usersIn(answer).length },
})

/** Every other ticket can't be read. */
const lost = ({ status, json }: Answered, { target }: SeenRequest): Told =>
  /[02468]$/.test(target) ? { status: 500, text: 'oops' } : { status, json }

/** A job that is asked for and not carried out; what it answers, in turn, the last one for ever. */
const job =
  (expected: (report: { readonly [status: string]: number }) => void, ...states: ReadonlyArray<object>): Trial =>
  async (means) => {
    const scene = await open(means, traffic)
    let polls = 0
    scene.front.meddle((request) => {
      const isPoll = request.target.startsWith('/api/v2/job_statuses/')
      if (!isPoll && !traffic.deletes(request)) return undefined
      const state = isPoll ? states[Math.min(polls++, states.length - 1)] : { status: 'queued' }
      return {
        status: 200,
        json: { job_status: { id: 'j1', url: 'https://x', message: null, results: null, ...state } },
      }
    })
    const report = await scene.run(scene.ids, { attempts: 2, jobDeadlineMs: 60_000 })
    await assertTrue(scene, report)
    expected(tally(report))
  }

const nothingGone = ({ deleted = 0, absent = 0, rejected = 0 }: { readonly [status: string]: number }): void =>
  assert.equal([deleted, absent, rejected], [0, 0, 0])

const entries = (make: (n: number) => object) => Array.from({ length: 12 }, (_, n) => make(n))
const id = (n: number) => Number(zendeskUsersSubject.id?.(n))

const guessedJob = each(
  job(nothingGone, { status: 'paused' }),
  job(nothingGone, { status: 'completed', results: entries((n) => ({ id: id(n), action: 'delete' })) }),
  job(nothingGone, { status: 'completed', results: entries((n) => ({ id: id(n), status: 'Deleted' })) }),
  job(nothingGone, { status: 'completed', results: entries(() => ({ success: true })) }),
  job(({ rejected = 0, deleted = 0 }) => assert.equal([rejected, deleted], [1, 0]), {
    status: 'completed',
    results: [
      { success: true, index: 0 },
      null,
      7,
      { id: id(3), success: false, error: 'Forbidden', details: 'it is an owner' },
    ],
  }),
)

/** Jobs that end with an entry for each record that was not deleted, in this word. */
const refusing = (error: string): ((request: SeenRequest) => Told | undefined) => {
  let results: ReadonlyArray<object> = []
  const status = (job_status: object): Told => ({ status: 200, json: { job_status: { id: 'put-off', ...job_status } } })
  return (request) => {
    if (request.target.endsWith('/put-off')) return status({ status: 'completed', results })
    if (!traffic.deletes(request)) return undefined
    const ids = (new URL(request.target, 'http://x').searchParams.get('ids') ?? '').split(',')
    results = ids.map((each) => ({ id: Number(each), action: 'delete', success: false, error }))
    return status({ status: 'queued', results: null })
  }
}

/** Two such jobs, before one does what it is asked for. */
const putOff =
  (error: string): Trial =>
  async (means) => {
    const scene = await open(means, traffic)
    const refuse = refusing(error)
    let left = 2
    scene.front.meddle((request) => (traffic.deletes(request) && left-- <= 0 ? undefined : refuse(request)))
    assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length }, error)
  }

export const zendeskRow: Row = {
  name: 'zendesk',
  cells: {
    'short-list': each(
      shortList(traffic, counted, paged, cursored),
      cappedList(traffic, capped),
      shortList(tickets, lost),
    ),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: { job_status: null } }),
      () => ({ status: 200, json: { users: [] } }),
      () => ({ status: 204 }),
    ),
    'passing-refusal': each(
      passingRefusal(traffic, () => ({
        status: 409,
        json: { error: 'DatabaseConflict', description: 'Database collision' },
      })),
      putOff('DatabaseConflict'),
      putOff('TooManyRequests'),
      putOff('InternalServerError'),
      unknownRefusal(traffic, 'vendor:WordOf2031', refusing('WordOf2031')),
    ),
    'costly-record': costlyRecord(traffic),
    'guessed-job': guessedJob,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': noWords,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({
      job_status: {
        id: 'job-1',
        status: 'completed',
        results: [{ id: 1, success: false, error: 'Odd', details: deep }],
      },
    })),
  },
}
