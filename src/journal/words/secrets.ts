/**
 * What is put on record, as plain data and without credentials: a text under a name such as `apiToken` or `password` is
 * left out, and so is a password within an address. A reference to a secret (`{ env: 'TOKEN' }`) is none, and stays.
 */
export const withoutSecrets = (value: unknown, depth = 0): unknown => {
  if (typeof value === 'string') return value.replace(userinfo, '')
  if (value instanceof Error) return `${value.name}: ${value.message}`
  if (typeof value === 'bigint') return String(value)
  if (typeof value !== 'object' || value === null) return value
  if (depth > 50) return null
  if (Array.isArray(value)) return value.map((entry) => withoutSecrets(entry, depth + 1))
  if ('toJSON' in value && typeof value.toJSON === 'function') return withoutSecrets(value.toJSON(), depth + 1)
  const kept = Object.entries(value).map(([name, entry]) => [
    name,
    secretName.test(name) && typeof entry === 'string' ? leftOut : withoutSecrets(entry, depth + 1),
  ])
  return Object.fromEntries(kept)
}

/** A name, and a password, within an address. The scheme is only looked back at: to look for where it begins costs too much. */
const userinfo = /(?<=[a-z0-9+.-]:\/\/)[^\s/?#]+@/gi

const leftOut = '[left out]'

const secretName =
  /(?:token|secret|password|passphrase|authorization|cookie|api[-_]?key|private[-_]?key|access[-_]?key|credentials?)$/i
