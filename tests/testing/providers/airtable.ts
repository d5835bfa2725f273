import { airtable } from '../../../src/providers/airtable.ts'
import { type Answer, type ContractSubject, scriptedBackend } from '../../../src/testing.ts'

const path = '/v0/app00000000000001/Leads%20%26%20more'

const error = (status: number, type: string, message: string): Answer => ({
  status,
  json: { error: { type, message } },
})

const contentOf = (id: string) => ({
  id,
  createdTime: '2024-05-01T00:00:00.000Z',
  fields: { Name: `Lead ${id}`, Score: 7 },
})

/** The vendor's words for a rate that is used up, without a `Retry-After`. */
const tooMany: Answer = {
  status: 429,
  json: { errors: [{ error: 'RATE_LIMIT_REACHED', message: 'Rate limit exceeded. Please try again later' }] },
}

/** `named`: the error names the record that is not there; else Airtable says what it says of hidden ones, too. */
const subjectThat = (named: boolean): ContractSubject => ({
  provider: (baseUrl) =>
    airtable({ baseUrl, baseId: 'app00000000000001', table: 'Leads & more', token: 'airtable-secret-token' }),
  id: (n) => `rec${String(n).padStart(14, 'A')}`,
  cut: ({ status, text, headers }, { entry }) => {
    const { records } = JSON.parse(text) as { readonly records?: ReadonlyArray<{ readonly id: string }> }
    const kept = records?.filter(({ id }) => id !== entry)
    if (kept === undefined || kept.length === records?.length) return undefined
    return { status, headers, text: JSON.stringify({ records: kept, offset: `itrAAAAAAAAAAAAAA/${entry}` }) }
  },
  invalidIds: ['rec1', 'tbl00000000000001', 'recAAAAAAAAAAAAA1,recAAAAAAAAAAAAA2'],
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const backend = await scriptedBackend({
      clock,
      routes: {
        [`DELETE ${path}`]: ({ query }) => {
          const ids = query.getAll('records[]')
          if (ids.length > 10) return error(422, 'INVALID_REQUEST_UNKNOWN', 'at most 10')
          if (ids.filter((id) => busy.delete(id)).length > 0) return tooMany
          const missing = ids.find((id) => !records.has(id))
          if (missing !== undefined && named) {
            return error(422, 'ROW_DOES_NOT_EXIST', `Record ID ${missing} does not exist in this table`)
          }
          if (missing !== undefined) {
            return error(403, 'INVALID_PERMISSIONS_OR_MODEL_NOT_FOUND', 'Invalid permissions, or it was not found.')
          }
          const kept = ids.find((id) => locked.has(id))
          if (kept !== undefined) return error(422, 'CANNOT_DELETE_RECORD', `the record ${kept} is locked`)
          for (const id of ids) records.delete(id)
          return { json: { records: ids.map((id) => ({ id, deleted: true })) } }
        },
        [`GET ${path}`]: ({ query }) => {
          const wanted = [...(query.get('filterByFormula') ?? '').matchAll(/RECORD_ID\(\)='(\w+)'/g)].map(
            ([, id = '']) => id,
          )
          return { json: { records: wanted.filter((id) => records.has(id)).map(contentOf) } }
        },
      },
    })
    return {
      url: backend.url,
      seed: (ids) => ids.forEach((id) => void records.add(id)),
      existing: () => records,
      content: contentOf,
      refuse: (id) => locked.add(id),
      busy: (id) => busy.add(id),
      close: backend.close,
    }
  },
})

export const airtableSubject: ContractSubject = subjectThat(true)
export const airtableThatHidesSubject: ContractSubject = subjectThat(false)
