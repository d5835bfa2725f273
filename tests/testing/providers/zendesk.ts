import { zendesk } from '../../../src/providers/zendesk/zendesk.ts'
import { type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

interface Job {
  readonly ids: ReadonlyArray<string>
  readonly endsAt: number
  readonly end: 'completed' | 'failed'
}

const userOf = (id: string) => ({ id: Number(id), active: true, name: `User ${id}` })
const ticketOf = (id: string) => ({ id: Number(id), status: 'closed', subject: `Ticket ${id}` })
const commentsOf = (id: string) => [
  { id: Number(id) * 10, body: 'It does not work.' },
  { id: Number(id) * 10 + 1, body: 'It does now.' },
]

/** Tickets are read one by one, users many at a time. */
const subjectOf = (type: 'tickets' | 'users'): ContractSubject => ({
  provider: (baseUrl) => zendesk({ baseUrl, type, email: 'agent@example.com', apiToken: 'zendesk-secret' }),
  id: (n) => String(1_000_000 + n),
  invalidIds: ['abc', '012', '1,2', '9007199254740993'],
  secrets: ['zendesk-secret'],
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const jobs: Job[] = []
    let mode: 'run' | 'hold' | 'fail' = 'run'

    const resultOf = (id: string) => {
      if (locked.has(id))
        return { id: Number(id), action: 'delete', success: false, error: 'TicketDeleteNotAuthorized' }
      const there = records.delete(id)
      if (!there) return { id: Number(id), action: 'delete', success: false, error: 'TicketNotFound', details: 'gone' }
      return { id: Number(id), action: 'delete', success: true, status: 'Deleted' }
    }
    const results = new Map<Job, unknown>()
    const statusOf = (number: number) => {
      const job = jobs[number - 1]
      if (job === undefined) return { status: 404, json: { error: 'RecordNotFound', description: 'Not found' } }
      const over = clock.now() >= job.endsAt
      if (over && job.end === 'completed' && !results.has(job)) results.set(job, job.ids.map(resultOf).reverse())
      const job_status = {
        id: `job-${number}`,
        url: `https://example.zendesk.com/api/v2/job_statuses/job-${number}.json`,
        total: job.ids.length,
        progress: null,
        status: over ? job.end : 'working',
        message: null,
        results: results.get(job) ?? null,
      }
      return { json: { job_status } }
    }
    const backend = await scriptedBackend({
      clock,
      routes: {
        [`DELETE /api/v2/${type}/destroy_many`]: ({ query }) => {
          const ids = (query.get('ids') ?? '').split(',')
          if (ids.length > 100) return { status: 400, json: { error: 'TooManyRecords', description: 'at most 100' } }
          if (ids.filter((id) => busy.delete(id)).length > 0) {
            return { status: 409, json: { error: 'DatabaseConflict', description: 'Database collision' } }
          }
          const endsAt = mode === 'hold' ? Number.POSITIVE_INFINITY : clock.now() + 800
          return statusOf(jobs.push({ ids, endsAt, end: mode === 'fail' ? 'failed' : 'completed' }))
        },
        'GET /api/v2/job_statuses/{id}': ({ params: { id = '' } }) => statusOf(Number(id.slice(4))),
        'GET /api/v2/users/show_many': ({ query }) => {
          const ids = (query.get('ids') ?? '').split(',').filter((id) => records.has(id))
          return { json: { users: ids.map(userOf), count: ids.length } }
        },
        'GET /api/v2/tickets/{id}': ({ params: { id = '' } }) =>
          records.has(id)
            ? { json: { ticket: ticketOf(id) } }
            : { status: 404, json: { error: 'RecordNotFound', description: 'Not found' } },
        // Two pages of comments.
        'GET /api/v2/tickets/{id}/comments': ({ params: { id = '' }, query }) => {
          const isSecond = query.get('page[after]') === 'c1'
          return {
            json: {
              comments: [commentsOf(id)[isSecond ? 1 : 0]],
              meta: { has_more: !isSecond, after_cursor: isSecond ? null : 'c1' },
            },
          }
        },
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(id)),
      existing: () => records,
      content: (id) => (type === 'users' ? userOf(id) : { ...ticketOf(id), comments: commentsOf(id) }),
      refuse: (id) => locked.add(id),
      busy: (id) => busy.add(id),
      jobs: {
        hold: () => {
          mode = 'hold'
        },
        fail: () => {
          mode = 'fail'
        },
      },
      close: backend.close,
    }
  },
})

export const zendeskSubject: ContractSubject = subjectOf('tickets')
export const zendeskUsersSubject: ContractSubject = subjectOf('users')
