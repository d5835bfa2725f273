import type { JournalTarget } from '../../journal/index.ts'

/** What is to be sent, a chunk at a time; and while it passes, a few of them are drawn, each as likely as any other. */
export const sampled = (journal: JournalTarget) => {
  const sample: string[] = []
  let passed = 0
  const draw = (id: string): void => {
    passed++
    const at = sample.length < sampleSize ? sample.length : Math.floor(Math.random() * passed)
    if (at < sampleSize) sample[at] = id
  }
  async function* ids(): AsyncGenerator<string> {
    for (let after = -1; ; ) {
      const records = await journal.pending(after, chunk)
      for (const { id } of records) {
        draw(id)
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
