import type { DatoCmsSideEffects } from '../../index.ts'
import { instantsIn } from '../config/select.ts'
import { counted, grouped, percent } from '../terminal/figures.ts'
import type { PlannedTarget } from './run-plan.ts'

type Line = readonly [word: string, text: string]

/** How the records were selected, what part of all they are, and what deleting them does besides. */
export const selectionLines = ({ select, records, toSend, inAll, sideEffects }: PlannedTarget): ReadonlyArray<Line> => {
  if (select === undefined) return []
  const instants = instantsIn(select)
  const asked = Object.entries(select).map(([name, value]) => {
    const instant = instants[name]
    return `${name} ${JSON.stringify(value)}${instant === undefined ? '' : ` (${instant})`}`
  })
  return [
    ['selected', asked.join(', ')],
    ...(inAll === undefined ? [] : [['share', shareText(records, inAll)] as const]),
    ...(sideEffects === undefined ? [] : besides(sideEffects, toSend)),
  ]
}

const shareText = (records: number, inAll: number): string =>
  records === inAll && inAll > 0
    ? `all of them: there are no others`
    : `${inAll === 0 ? percent(0) : percent(records / inAll)} of ${grouped(inAll)} that there are`

const besides = ({ references, webhooks }: DatoCmsSideEffects, records: number): ReadonlyArray<Line> => [
  ...(references === undefined
    ? [['links', 'which fields refer to these records is not for this token to see'] as const]
    : referenceLines(references)),
  ['webhooks', webhooksText(webhooks, records)],
]

const referenceLines = (references: NonNullable<DatoCmsSideEffects['references']>): ReadonlyArray<Line> => {
  const fieldsThat = (effect: (typeof references)[number]['effect']): string =>
    references
      .filter((reference) => reference.effect === effect)
      .map(({ model, field }) => `${model}.${field}`)
      .join(', ')
  const lines: ReadonlyArray<Line> = [
    ['edits', fieldsThat('edits')],
    ['refuses', fieldsThat('refuses')],
    ['links', fieldsThat('unknown')],
  ]
  const notes: Readonly<Record<string, string>> = {
    edits: 'links to these records are taken out of there, silently',
    refuses: 'a record that one of these links to is not deleted',
    links: 'what becomes of links there is not known',
  }
  const told = lines
    .filter(([, fields]) => fields !== '')
    .map(([word, fields]): Line => [word, `${fields}: ${notes[word]}`])
  return told.length > 0 ? told : [['links', 'no field refers to records of this kind']]
}

const webhooksText = (webhooks: DatoCmsSideEffects['webhooks'], records: number): string => {
  if (webhooks === undefined) return 'which are called is not for this token to see'
  const perRecord = webhooks.reduce((sum, { callsPerRecord }) => sum + callsPerRecord, 0)
  if (perRecord === 0) return 'none is called'
  const names = webhooks.map(({ name, callsPerRecord }) => `${name} (${callsPerRecord} a record)`)
  return `up to ${counted(perRecord * records, 'call')}: ${names.join(', ')}`
}
