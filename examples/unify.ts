/**
 * One cleanup over three systems: a case is a record in each of them, and is deleted where it refers to others before
 * where it is referred to. What stays in one system stays in those after it.
 *
 *     node examples/unify.ts
 */
import { type BulkRecordProvider, deleteRecords, identifyPlace, presence, type Totals } from 'expunge'
import { startAvePointOpus, startDatoCms, startUuidList } from 'expunge/emulators'
import { avePointOpus } from 'expunge/providers/avepoint-opus'
import { datoCms } from 'expunge/providers/datocms'
import { uuidList } from 'expunge/providers/uuid-list'

interface Case {
  readonly number: number
  readonly page: string
  readonly ticket: string
  readonly archived: string
}

const cases: ReadonlyArray<Case> = Array.from({ length: 300 }, (_, number) => ({
  number,
  page: String(5_000 + number),
  ticket: `0b3f1c9e-5a0e-4b1c-9f43-${number.toString(16).padStart(12, '0')}`,
  archived: `case-${number}.pdf`,
}))

// Stand in for the real systems.
const [cms, service, archive] = await Promise.all([startDatoCms(), startUuidList(), startAvePointOpus()])
cms.seed(cases.map(({ page }) => page))
service.seed(cases.map(({ ticket }) => ticket))
archive.seed(cases.map(({ archived }) => archived))
cms.refuse(['5003'], 'ITEM_LOCKED')
service.refuse([cases[9]?.ticket ?? ''])

interface Step {
  readonly name: string
  readonly provider: BulkRecordProvider
  readonly idOf: (one: Case) => string
}

const steps: ReadonlyArray<Step> = [
  { name: 'website', provider: datoCms(cms.options), idOf: ({ page }) => page },
  {
    name: 'service',
    provider: uuidList({ ...service.options, permanentDelete: true }),
    idOf: ({ ticket }) => ticket,
  },
  { name: 'archive', provider: avePointOpus(archive.options), idOf: ({ archived }) => archived },
]

for (const { name, provider } of steps) {
  const { label, production } = await identifyPlace(provider)
  console.log(`${name}: ${label}, production: ${production}`)
}

let remaining = cases
const table: Array<{ readonly system: string } & Totals> = []
for (const { name, provider, idOf } of steps) {
  const report = await deleteRecords(provider, remaining.map(idOf))
  const gone = new Set(report.outcomes.filter((outcome) => presence(outcome) === 'gone').map(({ id }) => id))
  table.push({ system: name, ...report.totals })
  for (const one of remaining.filter((one) => !gone.has(idOf(one)))) {
    const outcome = report.outcomes.find(({ id }) => id === idOf(one))
    console.log(`case ${one.number} stays from ${name} on: ${outcome?.status}`)
  }
  remaining = remaining.filter((one) => gone.has(idOf(one)))
  if (report.halted !== undefined) throw new Error(`${name} stopped itself: ${report.halted.detail}`)
}
console.table(table)
console.log(`${remaining.length} of ${cases.length} cases are gone everywhere`)
await Promise.all([cms.close(), service.close(), archive.close()])
