import { counted, grouped } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import type { Verified } from './verify-target.ts'

/** `max: 0 of 3,000: up to 72 of 72,000 could remain, 95 % sure` */
export const lineOf = (verified: Verified): string => {
  const { name, gone, read, present, presentIds, cannot, proof } = verified
  if (cannot !== undefined)
    return `${name}: cannot verify: ${cannot}${presentIds.length > 0 ? stillThere(verified) : ''}`
  if (gone === 0) return `${name}: nothing was called gone`
  const found = `${name}: ${grouped(present)} of ${grouped(read)}`
  const how = proof === 'in-run' ? ' (that the reader can see was shown while the run went on, and not now)' : ''
  const bound = `up to ${grouped(verified.mostRemaining ?? gone)} of ${grouped(gone)} could remain, 95 % sure`
  const conclusion = read < gone ? bound : present === 0 ? 'all were read, none remains' : 'all were read'
  return `${found}: ${conclusion}${how}${present === 0 ? '' : stillThere(verified)}`
}

const stillThere = ({ present, presentIds }: Verified): string => {
  const more = present - presentIds.length
  const lines = presentIds.map((id) => `\n  still there: ${onOneLine(id)}`)
  return `${lines.join('')}${more > 0 ? `\n  and ${counted(more, 'other')}` : ''}`
}
