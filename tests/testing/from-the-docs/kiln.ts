import {
  type BulkRecordProvider,
  clientCredentials,
  defineHttpProvider,
  on,
  reasonOf,
  urlComponent,
} from 'expunge/http-provider'
import * as t from 'io-ts'

const Started = t.type({ task: t.string })
const Item = t.intersection([
  t.type({ ref: t.string, outcome: t.keyof({ purged: null, missing: null, locked: null, cooling: null }) }),
  t.partial({ note: t.string }),
])
const Task = t.union([
  t.type({ status: t.keyof({ queued: null, running: null }) }),
  t.type({ status: t.literal('succeeded'), items: t.array(Item) }),
  t.type({ status: t.literal('failed'), fault: t.string }),
])
const Found = t.type({ refs: t.array(t.string), count: t.number })
const Fault = t.type({ fault: t.type({ type: t.string, text: t.string }) })

const words = { purged: 'deleted', missing: 'absent', cooling: 'again' } as const

/** Firings of Kiln, up to 80 a task, for good. A ref is `F-` and four or more hexadecimal digits, in any letter case. */
export const kiln = (baseUrl: string, clientId: string, clientSecret: string): BulkRecordProvider =>
  defineHttpProvider({
    name: 'kiln',
    verified: 'documentation',
    capabilities: { maxBatchSize: 80, atomicity: 'per-record', replay: 'safe', effect: 'erased', maxJobs: 3 },
    baseUrl,
    authorization: clientCredentials({ tokenUrl: `${baseUrl}/oauth/token`, clientId, clientSecret }),
    isValidId: (id) => /^F-[0-9a-f]{4,}$/i.test(id),
    identityOf: (id) => id.toUpperCase(),
    explain: (body) => (Fault.is(body) ? { code: body.fault.type, message: body.fault.text } : {}),
    deleteBatch: {
      request: (ids) => ({ method: 'POST', path: 'v3/purges', json: { refs: ids } }),
      replies: [on(202, Started, ({ task }) => ({ kind: 'JobStarted', jobId: task }))],
    },
    followJob: (jobId) => ({
      request: { method: 'GET', path: `v3/tasks/${urlComponent(jobId)}` },
      replies: [
        on(200, Task, (task, _, reply) => {
          if (task.status === 'failed') return { tag: 'JobFailed', jobId, detail: task.fault }
          if (task.status !== 'succeeded') return { kind: 'Pending' }
          const verdicts = task.items.map(({ ref: id, outcome, note = outcome }) => {
            if (outcome !== 'locked') return { id, is: words[outcome] }
            return { id, is: 'rejected', reason: reasonOf({ code: outcome, message: note }, reply) } as const
          })
          return { kind: 'Ended', reply: { kind: 'ById', verdicts, silence: 'unconfirmed' } }
        }),
      ],
    }),
    findExisting: [
      {
        form: 'query',
        request: (ids) => ({ method: 'POST', path: 'v3/firings/query', json: { refs: ids } }),
        replies: [on(200, Found, ({ refs, count }) => ({ ids: refs, complete: refs.length === count }))],
      },
    ],
  })
