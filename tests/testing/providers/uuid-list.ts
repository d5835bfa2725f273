import { startUuidList } from '../../../src/emulators/index.ts'
import { type UuidList, uuidList } from '../../../src/providers/uuid-list/uuid-list.ts'
import type { ContractSubject } from '../../../src/testing.ts'

/** UUIDs in a query string, in one transaction. */
export const uuidListSubject: ContractSubject = {
  provider: (baseUrl) =>
    uuidList({ baseUrl, object: 'io_showcase', token: async () => 'uuid-list-token', permanentDelete: true }),
  id: (n) => `84a33b7e-833a-47da-95ed-${n.toString(16).padStart(12, '0')}`,
  invalidIds: ['84a33b7e', 'not-a-uuid'],
  secrets: ['uuid-list-token'],
  list: (provider, options) => (provider as UuidList).listRecords({ filter: "io_uuid > '0'" }, options),
  start: async () => {
    const emulator = await startUuidList({ rate: 'none' })
    return {
      url: emulator.url,
      seed: emulator.seed,
      existing: emulator.existing,
      content: (id) => ({ io_uuid: id.toLowerCase(), io_name: `Record ${id.toLowerCase()}` }),
      refuse: (id) => emulator.refuse([id]),
      busy: () => emulator.fault('429', { route: 'delete' }),
      close: emulator.close,
    }
  },
}
