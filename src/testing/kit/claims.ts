import type { BulkRecordProvider } from '../../http-provider.ts'
import { strangeIds } from './strange-ids.ts'

/** What a provider says of its backend, by name: capabilities as far as it declares them, and members that it may leave out. */
export const claimsOf = (provider: BulkRecordProvider): ReadonlyArray<string> => {
  const declared = Object.entries(provider.capabilities)
    // That nothing is known of the effect is no claim.
    .filter(([name, value]) => value !== undefined && !(name === 'effect' && value === 'unknown'))
    .map(([name]) => name)
  const members = (['identityOf', 'identify', 'followJob', 'findExisting', 'readContent', 'diagnose'] as const).filter(
    (name) => provider[name] !== undefined,
  )
  const turnsAway = strangeIds('x').some((id) => !provider.isValidId(id))
  return [...declared, ...members, ...(turnsAway ? ['isValidId'] : [])]
}
