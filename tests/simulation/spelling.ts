import type { FamilyName } from './scenario.ts'

/** Whether an id is one that this backend can have. */
export const isValidFor = (family: FamilyName, id: string): boolean => {
  if (id === '' || id.length > 4_096) return false
  for (const character of id) if ((character.codePointAt(0) ?? 0) < 32) return false
  switch (family) {
    case 'datocms':
      return /^[0-9]{1,20}$/.test(id) || /^[A-Za-z0-9_-]{22}$/.test(id)
    case 'uuid-list':
      return /^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$/.test(id)
    case 'opus':
      return true
    default:
      return id[0] !== '!'
  }
}
