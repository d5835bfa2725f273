import type { BulkRecordProvider } from '../../index.ts'

/** What people delete, on paper or where no program gets in: it can be planned and told of, and is never sent. */
export const byHand = (target: string): BulkRecordProvider => ({
  specification: 1,
  name: 'manual',
  verified: 'documentation',
  capabilities: { maxBatchSize: 1_000, atomicity: 'per-record', replay: 'unsafe', effect: 'unknown' },
  isValidId: (id) => id.trim() !== '',
  identify: () => async () => ({
    _tag: 'Right',
    right: { key: `manual ${target}`, label: `by hand: ${target}`, production: 'unknown' },
  }),
  deleteBatch: () => async () => ({
    _tag: 'Left',
    left: { tag: 'Denied', status: 0, detail: 'people do this, and confirm it' },
  }),
})
