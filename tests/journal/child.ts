/** A process that writes to a journal until it is killed, and says on standard output what has returned. */
import { argv, emitWarning, exit, stdout } from 'node:process'
import { openJournal } from '../../src/journal/index.ts'
import { deleted, ids, planOf } from './fixtures.ts'

const [, , path = '', mode = '', kept] = argv
if (mode === 'try') {
  try {
    openJournal(path).close()
    stdout.write('opened\n')
  } catch (error) {
    stdout.write(`${(error as { readonly code?: unknown }).code}\n`)
  }
  exit()
}

const journal = openJournal(path, kept === 'truncate' ? { mode: kept } : {})
const target = journal.target('cms')
const say = (word: string): void => {
  stdout.write(`${word}\n`)
}

if (mode === 'warn') {
  emitWarning('still heard')
  journal.close()
} else if (mode === 'hold') {
  if ((await target.plan()) === undefined) await planOf(target, ids(100))
  await target.intend({ number: 1, indexes: [0, 1], at: 77 })
  say('held')
  setInterval(() => {}, 1_000)
} else {
  const size = 5
  for (let batch = (await target.lastBatch()) + 1; ; batch++) {
    const records = await target.pending(-1, size)
    if (records.length === 0) break
    await target.intend({ number: batch, indexes: records.map(({ index }) => index), at: batch })
    say(`sent ${batch} ${records.map(({ index }) => index).join()}`)
    await target.settle(records.map(({ index }) => deleted(index)))
    await target.closeBatch(batch)
    say(`settled ${records.map(({ index }) => index).join()}`)
  }
  say('done')
  journal.close()
}
