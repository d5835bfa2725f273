import { defineProvider } from '../../../src/http-provider.ts'
import type { ContractSubject } from '../../../src/testing.ts'

/** What an SDK would reach. */
const shelf = { records: new Set<string>(), locked: new Set<string>(), busy: new Set<string>(), loses: false }

/** An adapter by `defineProvider`: plain functions, and no HTTP of its own. */
export const sdkSubject: ContractSubject = {
  provider: () =>
    defineProvider({
      name: 'shelf',
      capabilities: { maxBatchSize: 20, atomicity: 'per-record', replay: 'safe', effect: 'erased' },
      async deleteBatch({ ids }) {
        const verdicts = ids.map((id) => {
          if (shelf.busy.delete(id)) return { is: 'again' } as const
          if (shelf.locked.has(id))
            return { is: 'rejected', reason: { code: 'locked', message: 'it is locked' } } as const
          return { is: shelf.records.delete(id) ? 'deleted' : 'absent' } as const
        })
        if (!shelf.loses) return { kind: 'ByPosition', verdicts }
        shelf.loses = false
        throw new Error('the connection is gone')
      },
      async findExisting({ ids }) {
        return ids.filter((id) => shelf.records.has(id))
      },
    }),
  start: async () => {
    Object.assign(shelf, { records: new Set(), locked: new Set(), busy: new Set(), loses: false })
    return {
      seed: (ids) => ids.forEach((id) => void shelf.records.add(id)),
      existing: () => shelf.records,
      refuse: (id) => shelf.locked.add(id),
      busy: (id) => shelf.busy.add(id),
      loseAnswer: () => {
        shelf.loses = true
      },
      close: () => undefined,
    }
  },
}
