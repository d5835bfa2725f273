import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { PlanEntry, SettledRecord } from '../../src/core/contract/journal.ts'
import type { JournalTarget } from '../../src/journal/index.ts'
import type { TestContext } from '../support/suite.ts'

/** A folder that goes with the test. */
export const folder = ({ after }: Pick<TestContext, 'after'>): string => {
  const path = mkdtempSync(join(tmpdir(), 'journal-'))
  after(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export const journalPath = (context: Pick<TestContext, 'after'>): string => join(folder(context), 'run.db')

export const ids = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, index) => `id-${index}`)

export const entries = (given: ReadonlyArray<string>): ReadonlyArray<PlanEntry> =>
  given.map((id) => ({ id, identity: id }))

/** A sealed plan of these ids. */
export const planOf = async (target: JournalTarget, given: ReadonlyArray<string>): Promise<void> => {
  await target.beginPlan()
  const fresh = await target.addToPlan(entries(given))
  await target.sealPlan({ duplicates: fresh.filter((isNew) => !isNew).length, sourceEnded: true })
}

export const deleted = (index: number, at = 1_000): SettledRecord => ({
  index,
  outcome: { id: `id-${index}`, status: 'deleted', evidence: 'reply', effect: 'erased' },
  attempts: 1,
  at,
})

export const rejected = (index: number, message: string, at = 1_000): SettledRecord => ({
  index,
  outcome: {
    id: `id-${index}`,
    status: 'rejected',
    reason: { code: 'locked', message, status: 422, requestId: 'r-1' },
  },
  attempts: 2,
  at,
})

/** The code of the error that it throws. */
export const codeOf = async (work: () => unknown): Promise<unknown> => {
  try {
    await work()
  } catch (error) {
    return (error as { readonly code?: unknown }).code
  }
  return 'nothing was thrown'
}
