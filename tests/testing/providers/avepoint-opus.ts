import { type AvePointOpusEmulatorSettings, startAvePointOpus } from '../../../src/emulators/index.ts'
import { avePointOpus } from '../../../src/providers/avepoint-opus/avepoint-opus.ts'
import type { ContractSubject } from '../../../src/testing.ts'

const opus = (settings: AvePointOpusEmulatorSettings, missing: 'told' | 'silent'): ContractSubject => ({
  provider: (baseUrl) =>
    avePointOpus({
      baseUrl,
      tokenUrl: `${baseUrl}/connect/token`,
      clientId: 'opus-client',
      clientSecret: 'opus-secret',
    }),
  secrets: ['opus-secret'],
  missing,
  start: async () => {
    const emulator = await startAvePointOpus({ rate: 'none', ...settings })
    return {
      url: emulator.url,
      seed: emulator.seed,
      existing: emulator.existing,
      refuse: (id) => emulator.refuse([id]),
      busy: () => emulator.fault('429', { route: 'delete' }),
      close: emulator.close,
    }
  },
})

/** A key that is missing, or Destroyed already, is listed as failed: nothing is documented, and this is one way it may be. */
export const avePointOpusSubject = opus({ missing: 'failed', destroyedAgain: 'failed' }, 'told')

/** The other way: neither is told from a record that was destroyed by this request. */
export const avePointOpusSilentSubject = opus({ missing: 'ok', destroyedAgain: 'ok', success: 204 }, 'silent')

/** The failed are listed in the body of a 200, as objects. */
export const avePointOpusInBodySubject = opus(
  { missing: 'failed', destroyedAgain: 'failed', partial: 'body-418', failedItems: 'disposalId', errors: 'body' },
  'told',
)
