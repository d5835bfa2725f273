/** A strict ES module: every face, a run with a journal, and the types that a program would name. */
import { assertAllGone, type BulkRecordProvider, deleteRecords, type Report, streamOutcomes, UsageError } from 'expunge'
import { startAvePointOpus, startDatoCms } from 'expunge/emulators'
import * as fp from 'expunge/fp'
import { defineHttpProvider, on } from 'expunge/http-provider'
import { openJournal } from 'expunge/journal'
import { avePointOpus } from 'expunge/providers/avepoint-opus'
import { datoCms } from 'expunge/providers/datocms'
import { undiciFetch } from 'expunge/undici'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'

const expect = (holds: boolean, what: string): void => {
  if (!holds) throw new Error(what)
}

const cms = await startDatoCms()
cms.seed(['1', '2', '3'])
const provider: BulkRecordProvider = datoCms({ ...cms.options, http: { fetch: undiciFetch() } })
const report: Report = await deleteRecords(provider, ['1', '2'])
assertAllGone(report)
expect(report.totals.deleted === 2, 'two records were to be deleted')

const statuses: string[] = []
for await (const { status } of streamOutcomes(provider, new Set(['3']), { duplicates: 'allow' })) statuses.push(status)
expect(statuses.join() === 'deleted', 'a stream was to yield one outcome')
await cms.close()

const opus = await startAvePointOpus()
opus.seed(['a', 'b', 'c'])
const marked = await pipe(
  fp.checked(() => avePointOpus(opus.options)),
  TE.fromEither,
  TE.chain((made) => fp.deleteRecords(made, ['a'])),
  TE.chainEitherKW(fp.ensureAllGone),
)()
expect(E.isRight(marked) && marked.right.totals.deleted === 1, 'the fp-ts face was to delete one')

const journal = openJournal(`${import.meta.dirname}/consumer-${Date.now()}.db`)
const durable = await deleteRecords(avePointOpus(opus.options), ['b', 'c'], { journal: journal.target('opus') })
expect([...durable.outcomes].length === 2, 'the journal was to hold two outcomes')
journal.close()
await opus.close()

const own = defineHttpProvider({
  name: 'own',
  verified: 'documentation',
  capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
  baseUrl: 'http://127.0.0.1:1',
  deleteBatch: {
    request: (ids) => ({ method: 'POST', path: 'delete', json: { ids } }),
    replies: [on(200, t.type({ deleted: t.array(t.string) }), () => ({ kind: 'AllDeleted' }))],
  },
})
const misuse = await deleteRecords(own, [], { concurrency: 0 }).catch((error: unknown) => error)
expect(misuse instanceof UsageError, 'misuse was to be refused')
console.log('all gone')
