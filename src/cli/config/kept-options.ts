import { anyMembersOf, isObject, membersOf, type Spot, textAt } from './checks.ts'
import { holdsPassword, isSecretName, literalAt, referenceIn } from './secrets.ts'
import { type Json, type JsonObject, pathText } from './text.ts'

/** The options of a provider that are secrets, whatever their names look like. */
export type SecretOptions = (provider: string) => ReadonlyArray<string>

/**
 * Options as they may go on record: a secret that is written out becomes a reference to its place in the configuration,
 * and is warned of.
 */
export const keptOptions = (options: Spot, secrets: ReadonlyArray<string>, warn: (path: string) => void): JsonObject =>
  keptObject(options, (name) => isSecretName(name) || secrets.includes(name), warn)

/** The same for `http`: what a header holds is a secret by the header's name, and a proxy's address by its password. */
export const keptHttp = (spot: Spot, warn: (path: string) => void): JsonObject => {
  checkHttp(spot)
  return keptObject(spot, isSecretName, warn)
}

const checkHttp = (spot: Spot): void => {
  const { headers, caFile, certFile, keyFile } = membersOf(spot, ['headers', 'proxy', 'caFile', 'certFile', 'keyFile'])
  if ((certFile === undefined) !== (keyFile === undefined)) spot.fail('certFile and keyFile belong together')
  if (headers !== undefined) anyMembersOf(headers)
  for (const file of [caFile, certFile, keyFile]) textAt(file)
}

const keptObject = (spot: Spot, isSecret: (name: string) => boolean, warn: (path: string) => void): JsonObject => {
  if (!isObject(spot.value)) {
    spot.fail('must be an object: { … }')
    return {}
  }
  return Object.fromEntries(
    Object.entries(spot.value).map(([name, value]) => [name, kept(spot.inner(name, value), name, isSecret, warn)]),
  )
}

const kept = (spot: Spot, name: string, isSecret: (name: string) => boolean, warn: (path: string) => void): Json => {
  const { value } = spot
  if (typeof value === 'string' && (isSecret(name) || holdsPassword(value))) {
    const reference = literalAt(spot.path)
    warn(pathText(spot.path))
    return reference as Json
  }
  if (Array.isArray(value)) return value.map((entry, index) => kept(spot.inner(index, entry), name, isSecret, warn))
  if (!isObject(value)) return value as Json
  const reference = referenceIn(value)
  if (reference !== undefined && !('literal' in reference)) return reference as Json
  if (isSecret(name)) {
    spot.fail('must be { "env": "NAME" }, { "file": "path" } or { "command": ["program", …] }')
    return null
  }
  return keptObject(spot, isSecret, warn)
}
