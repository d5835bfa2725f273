import { startDatoCms } from '../../../src/emulators/index.ts'
import { type DatoCms, datoCms } from '../../../src/providers/datocms/datocms.ts'
import type { ContractSubject } from '../../../src/testing.ts'

/** Records, deleted by jobs whose results are two counts. */
export const datoCmsSubject: ContractSubject = {
  provider: (baseUrl) => datoCms({ baseUrl, apiToken: 'datocms-token', environment: 'main' }),
  id: (n) => `record${String(n).padStart(16, '0')}`,
  invalidIds: ['not an id', 'tooshort', 'é'.repeat(22)],
  secrets: ['datocms-token'],
  elsewhere: (answer) => ({ ...answer, headers: { ...answer.headers, 'x-environment': 'sandbox' } }),
  list: (provider, options) => (provider as DatoCms).listRecords({ type: 'article' }, options),
  start: async () => {
    const emulator = await startDatoCms({ rate: 'none', jobMs: 0 })
    return {
      url: emulator.url,
      seed: emulator.seed,
      existing: () => emulator.existing(),
      refuse: (id) => emulator.refuse([id]),
      busy: () => emulator.fault('429', { route: 'delete' }),
      jobs: {
        hold: () => emulator.fault('job-never-ends', { times: Number.POSITIVE_INFINITY }),
        fail: () => emulator.fault('job-fails', { times: Number.POSITIVE_INFINITY }),
      },
      close: emulator.close,
    }
  },
}
