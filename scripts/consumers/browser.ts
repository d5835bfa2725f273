/** A program for browsers: no type of Node's is known to it. */
import { type BulkRecordProvider, deleteRecords, presence, type RecordOutcome } from 'expunge'
import { foldOutcome } from 'expunge/fp'
import { commaList, defineHttpProvider } from 'expunge/http-provider'
import { datoCms } from 'expunge/providers/datocms'

const told = foldOutcome({
  deleted: ({ effect }) => effect,
  absent: () => 'gone before',
  rejected: ({ reason }) => reason.message,
  untouched: ({ why }) => why,
  unconfirmed: ({ reason }) => reason.code,
})

export const cleanUp = async (apiToken: string, ids: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const provider: BulkRecordProvider = datoCms({ apiToken, http: { fetch: (url, init) => fetch(url, init) } })
  const { outcomes } = await deleteRecords(provider, ids, { onEvent: ({ kind }) => console.log(kind) })
  const left = outcomes.filter((outcome: RecordOutcome) => presence(outcome) !== 'gone')
  return left.map((outcome) => `${outcome.id}: ${told(outcome)}`)
}

export const own = (baseUrl: string): BulkRecordProvider =>
  defineHttpProvider({
    name: 'own',
    verified: 'documentation',
    capabilities: { maxBatchSize: 10, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
    baseUrl,
    deleteBatch: { request: (ids) => ({ method: 'DELETE', path: `records?ids=${commaList(ids)}` }), replies: [] },
  })
