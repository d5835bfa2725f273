import { hubSpot } from '../../../src/providers/hubspot.ts'
import { type ContractSubject, type RoutedRequest, scriptedBackend } from '../../../src/testing.ts'

const contentOf = (id: string) => ({
  id,
  properties: { hs_object_id: id, email: `${id}@example.com`, lifecyclestage: null },
  archived: false,
})

export const hubSpotSubject: ContractSubject = {
  provider: (baseUrl) => hubSpot({ baseUrl, token: 'hubspot-secret-token', objectType: 'contacts' }),
  id: (n) => String(400_001 + n),
  invalidIds: ['abc', '0123', '1,2'],
  missing: 'silent',
  start: async ({ clock }) => {
    const records = new Set<string>()
    const locked = new Set<string>()
    const busy = new Set<string>()
    const idsIn = ({ json }: RoutedRequest) =>
      (json() as { readonly inputs: ReadonlyArray<{ readonly id: string }> }).inputs.map(({ id }) => id)
    const told = (category: string, message: string) => ({ status: 'error', message, category, correlationId: 'c-1' })
    const backend = await scriptedBackend({
      clock,
      routes: {
        'POST /crm/v3/objects/contacts/batch/archive': (request) => {
          const ids = idsIn(request)
          if (ids.length > 100) return { status: 400, json: told('VALIDATION_ERROR', 'at most 100') }
          if (ids.filter((id) => busy.delete(id)).length > 0) {
            return { status: 423, json: told('LOCKED', 'the object is locked by another operation') }
          }
          if (ids.some((id) => locked.has(id))) {
            return { status: 400, json: told('VALIDATION_ERROR', 'a record can not be archived') }
          }
          for (const id of ids) records.delete(id)
          return { status: 204 }
        },
        'POST /crm/v3/objects/contacts/batch/read': (request) => {
          const ids = idsIn(request)
          const { properties: names = [] } = request.json() as { readonly properties?: ReadonlyArray<string> }
          const shownOf = (id: string) => {
            const { properties } = contentOf(id)
            const asked = Object.entries(properties).filter(([name]) => names.includes(name))
            return { ...contentOf(id), properties: Object.fromEntries(asked) }
          }
          const results = ids.filter((id) => records.has(id)).map(shownOf)
          const missing = ids.filter((id) => !records.has(id))
          if (missing.length === 0) return { json: { status: 'COMPLETE', results } }
          const message =
            'Could not get some CONTACT objects, they may be deleted or not exist. Check that ids are valid.'
          const errors = [{ status: 'error', category: 'OBJECT_NOT_FOUND', message, context: { ids: missing } }]
          return { status: 207, json: { status: 'COMPLETE', results, numErrors: 1, errors } }
        },
        'GET /crm/v3/properties/contacts': () => ({
          json: { results: Object.keys(contentOf('1').properties).map((name) => ({ name, label: name })) },
        }),
        'GET /account-info/v3/details': () => ({ json: { portalId: 12_345, accountType: 'SANDBOX' } }),
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
}
