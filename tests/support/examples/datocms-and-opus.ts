/** DatoCMS and Opus at their real addresses, with their variables of the environment, and three records that are in both. */

import { emulator as opus } from './avepoint-opus.ts'
import { emulator as cms, ids } from './datocms.ts'

export const records = ids.map((id, index) => ({ id, key: `page-${index}` }))
opus.seed(records.map(({ key }) => key))

export const close = async () => {
  const left = [...cms.existing(), ...opus.existing()].filter((id) =>
    records.some((record) => record.key === id || record.id === id),
  )
  await Promise.all([cms.close(), opus.close()])
  if (left.length > 0) throw new Error(`the example left ${left.join(', ')}`)
}
