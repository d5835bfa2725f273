import type { JournalTarget } from '../../journal/index.ts'

/** A record that a person may look up, and its place in the plan. */
export interface Sample {
  readonly index: number
  readonly id: string
}

/** What is to be sent, a chunk at a time; and while it passes, a few of them are drawn, each as likely as any other. */
export const sampled = (journal: JournalTarget) => {
  const sample: Sample[] = []
  let passed = 0
  const draw = (record: Sample): void => {
    passed++
    const at = sample.length < sampleSize ? sample.length : Math.floor(Math.random() * passed)
    if (at < sampleSize) sample[at] = record
  }
  async function* ids(): AsyncGenerator<string> {
    for (let after = -1; ; ) {
      const records = await journal.pending(after, chunk)
      for (const { index, id } of records) {
        draw({ index, id })
        yield id
      }
      const last = records.at(-1)
      if (last === undefined) return
      after = last.index
    }
  }
  return { ids: ids(), sample }
}

/** Records read at once. */
const chunk = 5_000

const sampleSize = 5
