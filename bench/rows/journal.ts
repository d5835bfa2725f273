import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { type Measure, target } from '../section.ts'

const script = join(import.meta.dirname, '../journal.ts')

/** What the journal costs: `npm run bench:journal` tells it in full, and this takes its last lines. */
export const journal: Measure = {
  name: 'journal',
  title: 'The journal: 1,000,000 records, planned and executed',
  run: async (mode) => {
    mode.say('planning and executing')
    const words = ['--max-semi-space-size=16', script]
    const { stdout, stderr, status } = spawnSync(process.execPath, words, { encoding: 'utf8', timeout: 300_000 })
    if (status !== 0) throw new Error(`the journal's bench ended with ${status}: ${stderr}`)
    const figure = (line: string): number => Number(new RegExp(`^${line}: ([\\d.]+)`, 'm').exec(stdout)?.[1])
    const [planning, executing, bytes] = [figure('planning'), figure('executing'), figure('the file')]
    const rows = [
      ['planning, with exact de-duplication on disk', `${planning} µs CPU`],
      ['executing, over the same run without a journal', `${executing} µs CPU`],
      ['the file', `${bytes} bytes`],
    ]
    return {
      tables: [{ head: ['a record', ''], rows }],
      targets: [
        target('planning', 'at most 6 µs a record', `${planning} µs`, planning <= 6),
        target('executing, over the run without', 'at most 3 µs a record', `${executing} µs`, executing <= 3),
      ],
    }
  },
}
