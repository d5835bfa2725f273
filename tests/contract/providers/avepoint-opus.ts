import { startAvePointOpus } from '../../../src/emulators/index.ts'
import { avePointOpus } from '../../../src/providers/avepoint-opus.ts'
import type { ContractSubject } from '../../../src/testing.ts'

/** Connector records, behind OAuth client credentials whose token URL is below the base URL, too. */
export const avePointOpusSubject: ContractSubject = {
  provider: (baseUrl) =>
    avePointOpus({
      baseUrl,
      tokenUrl: `${baseUrl}/connect/token`,
      clientId: 'opus-client',
      clientSecret: 'opus-secret',
    }),
  secrets: ['opus-secret'],
  start: async () => {
    const emulator = await startAvePointOpus({ rate: 'none' })
    return {
      url: emulator.url,
      seed: emulator.seed,
      existing: emulator.existing,
      refuse: (id) => emulator.refuse([id]),
      close: emulator.close,
    }
  },
}
