/**
 * Deletes a list of records: looks at the plan, deletes, and says what became of each that is not gone.
 *
 *     node examples/delete-a-list.ts
 */
import { deleteRecords, planDeletion, presence, type RecordOutcome } from 'expunge'
import { startDatoCms } from 'expunge/emulators'
import { datoCms } from 'expunge/providers/datocms'

// Stands in for the real system; a real program has a token instead.
const cms = await startDatoCms()
const articles = Array.from({ length: 450 }, (_, index) => String(1_000 + index))
cms.seed(articles)
cms.refuse(['1007'], 'ITEM_LOCKED')

const provider = datoCms(cms.options)
const ids = [...articles, '1000', 'not an id']
const options = { protect: ['1001'], maxRecords: 1_000 }

const plan = await planDeletion(provider, ids, options)
console.log(`${plan.records} records in ${plan.batches} batches, ${plan.duplicates} listed twice`)
if (plan.records > 500) throw new Error('that is more than was meant')

const report = await deleteRecords(provider, ids, options)

/** What to do about a record that is not gone. */
const todo = (outcome: RecordOutcome): string => {
  switch (outcome.status) {
    case 'rejected':
      return `cure this, then run it again: ${outcome.reason.message}`
    case 'untouched':
      return outcome.why === 'protected' ? 'nothing, it was to stay' : `run it again (${outcome.why})`
    case 'unconfirmed':
      return 'look before anything else'
    default:
      return 'nothing'
  }
}
for (const outcome of report.outcomes) {
  if (presence(outcome) !== 'gone') console.log(`${outcome.id}: ${outcome.status}: ${todo(outcome)}`)
}
console.log(report.totals)
if (report.halted !== undefined) console.log(`stopped itself: ${report.halted.detail}`)
await cms.close()
