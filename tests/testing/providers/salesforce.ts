import { salesforce } from '../../../src/providers/salesforce/salesforce.ts'
import { type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

/** What the first 15 characters of an id say of upper and lower case, three more say again. */
const suffixOf = (id: string): string =>
  [0, 5, 10]
    .map((from) =>
      [...id.slice(from, from + 5)].reduce((sum, letter, at) => sum + (/[A-Z]/.test(letter) ? 2 ** at : 0), 0),
    )
    .map((sum) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[sum])
    .join('')

const contentOf = (id: string) => ({
  attributes: { type: 'Account' },
  Id: id.slice(0, 15) + suffixOf(id.slice(0, 15)),
  Name: `Account ${id.slice(0, 15)}`,
  Rating: null,
})

export const salesforceSubject: ContractSubject = {
  provider: (baseUrl) => salesforce({ baseUrl, token: 'salesforce-secret-token', object: 'Account' }),
  id: (n) => `001RM00000${String(n).padStart(5, '0')}`,
  respell: (id) => id + suffixOf(id),
  invalidIds: ['001RM00000', '001RM0000000001AB', '001RM-000000001'],
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const idOf = (id: string) => id.slice(0, 15)
    const failed = (statusCode: string, message: string) => ({
      success: false,
      errors: [{ statusCode, message, fields: [] }],
    })
    const backend = await scriptedBackend({
      clock,
      routes: {
        'DELETE /services/data/v65.0/composite/sobjects': ({ query }) => {
          const ids = (query.get('ids') ?? '').split(',').map(idOf)
          // Its default is false.
          if (query.get('allOrNone') === 'true') return { status: 500, text: 'it is not this test’s request' }
          if (ids.length > 200) {
            return { status: 400, json: [{ errorCode: 'EXCEEDED_ID_LIMIT', message: 'at most 200' }] }
          }
          const results = ids.map((id) => {
            if (busy.delete(id)) return failed('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access to this record')
            if (locked.has(id)) return failed('DELETE_FAILED', 'it is associated with the following opportunities')
            if (!records.delete(id)) return failed('ENTITY_IS_DELETED', 'entity is deleted')
            return { id: id + suffixOf(id), success: true, errors: [] }
          })
          return { json: results }
        },
        'POST /services/data/v65.0/composite/sobjects/Account': ({ json }) => {
          const { ids, fields } = json() as {
            readonly ids: ReadonlyArray<string>
            readonly fields: ReadonlyArray<string>
          }
          const shownOf = (id: string) => {
            const entries = Object.entries(contentOf(id)).filter(
              ([name]) => name === 'attributes' || fields.includes(name),
            )
            return Object.fromEntries(entries)
          }
          return {
            json: ids.map(idOf).map((id) => (records.has(id) ? shownOf(id) : null)),
          }
        },
        'GET /services/data/v65.0/sobjects/Account/describe': () => ({
          json: { name: 'Account', fields: ['Id', 'Name', 'Rating'].map((name) => ({ name, type: 'string' })) },
        }),
        'GET /services/data/v65.0/query': () => ({
          json: { records: [{ Id: '00D000000000001', Name: 'Acme', IsSandbox: true }] },
        }),
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(idOf(id))),
      existing: () => records,
      content: contentOf,
      refuse: (id) => locked.add(idOf(id)),
      busy: (id) => busy.add(idOf(id)),
      close: backend.close,
    }
  },
}
