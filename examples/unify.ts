/**
 * One cleanup over three systems: a case has a page, a ticket and a file. A ticket goes when the page of its case is gone, the file
 * when both are; what stays in one system stays in those after it.
 *
 *     node examples/unify.ts
 */
import { deleteSubjects, type Subject } from 'expunge'
import { startAvePointOpus, startDatoCms, startUuidList } from 'expunge/emulators'
import { avePointOpus } from 'expunge/providers/avepoint-opus'
import { datoCms } from 'expunge/providers/datocms'
import { uuidList } from 'expunge/providers/uuid-list'

const cases: ReadonlyArray<Subject> = Array.from({ length: 300 }, (_, number) => ({
  subject: `case ${number}`,
  ids: {
    website: String(5_000 + number),
    service: `0b3f1c9e-5a0e-4b1c-9f43-${number.toString(16).padStart(12, '0')}`,
    archive: `case-${number}.pdf`,
  },
}))

// Stand in for the real systems.
const [cms, service, archive] = await Promise.all([startDatoCms(), startUuidList(), startAvePointOpus()])
cms.seed(cases.map(({ ids }) => String(ids['website'])))
service.seed(cases.map(({ ids }) => String(ids['service'])))
archive.seed(cases.map(({ ids }) => String(ids['archive'])))
cms.refuse(['5003'], 'ITEM_LOCKED')
service.refuse([String(cases[9]?.ids['service'])])

const { subjects, targets } = await deleteSubjects(
  [
    { name: 'website', provider: datoCms(cms.options) },
    {
      name: 'service',
      provider: uuidList({ ...service.options, permanentDelete: true }),
      after: [{ target: 'website', each: true }],
    },
    {
      name: 'archive',
      provider: avePointOpus(archive.options),
      after: [
        { target: 'website', each: true },
        { target: 'service', each: true },
      ],
    },
  ],
  cases,
)

console.table([...targets].map(([system, run]) => ({ system, ...run?.totals })))
for (const { subject, state, left } of subjects.filter((each) => each.state !== 'complete'))
  console.log(`${subject} is ${state}: ${left.map(({ target, status }) => `${target} ${status}`).join(', ')}`)
console.log(`${subjects.filter(({ state }) => state === 'complete').length} of ${cases.length} cases are complete`)
await Promise.all([cms.close(), service.close(), archive.close()])
