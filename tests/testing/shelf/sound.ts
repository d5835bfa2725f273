/** The sound subjects of the shelf, and how a mistake is put beside one. */
import { clientCredentials } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import {
  failuresAdapter,
  inOrderAdapter,
  jobsAdapter,
  type Otherwise,
  resultsAdapter,
  silentAdapter,
  singleAdapter,
  transactionAdapter,
} from './adapters.ts'
import {
  startFailures,
  startInOrder,
  startJobs,
  startResults,
  startSilent,
  startSingle,
  startTransaction,
} from './backends.ts'
import { shelfToken } from './records.ts'

/** One mistake: the sound adapter of the same backend passes the case, and this one fails it with these words. */
export interface Broken {
  readonly mistake: string
  readonly caseName: string
  readonly says: RegExp
  readonly sound: ContractSubject
  readonly broken: ContractSubject
}

const secrets = [shelfToken]

export const resultsSubject: ContractSubject = { provider: resultsAdapter(), start: startResults(), secrets }
export const inOrderSubject: ContractSubject = { provider: inOrderAdapter(), start: startInOrder(), secrets }
export const failuresSubject: ContractSubject = { provider: failuresAdapter(), start: startFailures(), secrets }
export const transactionSubject: ContractSubject = {
  provider: transactionAdapter(),
  start: startTransaction({ mostUrlBytes: 300 }),
  secrets,
}
export const singleSubject: ContractSubject = { provider: singleAdapter(), start: startSingle(), secrets }
export const silentSubject: ContractSubject = {
  provider: silentAdapter(),
  start: startSilent(),
  secrets,
  missing: 'silent',
}
export const jobsSubject: ContractSubject = { provider: jobsAdapter(), start: startJobs(), secrets }

export const unsafeSubject: ContractSubject = {
  provider: resultsAdapter({ facts: { replay: 'unsafe' } }),
  start: startResults({ toggles: true }),
  secrets,
}

export const broken = (
  mistake: string,
  caseName: string,
  says: RegExp,
  sound: ContractSubject,
  otherwise: Partial<ContractSubject>,
): Broken => ({ mistake, caseName, says, sound, broken: { ...sound, ...otherwise } })

export const results = (otherwise: Otherwise) => ({ provider: resultsAdapter(otherwise) })
export const transaction = (otherwise: Otherwise) => ({ provider: transactionAdapter(otherwise) })
export const jobs = (otherwise: Otherwise) => ({ provider: jobsAdapter(otherwise) })

export const allDeleted = () => ({ kind: 'AllDeleted' }) as const

/** Behind OAuth client credentials. */
export const issuedSubject: ContractSubject = {
  provider: (baseUrl) =>
    resultsAdapter({
      authorization: clientCredentials({
        tokenUrl: `${baseUrl}/token`,
        clientId: 'shelf-client',
        clientSecret: 'shelf-secret-5b1',
      }),
    })(baseUrl),
  start: startResults({ issues: true }),
  secrets: [...secrets, 'shelf-secret-5b1'],
}
