import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { promisify } from 'node:util'
import { isObject } from './checks.ts'
import { pathText } from './text.ts'

/** Where a secret comes from. `literal`: it was written out in the configuration, at that path, and is read there again. */
export type SecretReference =
  | { readonly env: string }
  | { readonly file: string }
  | { readonly command: readonly [string, ...ReadonlyArray<string>] }
  | { readonly literal: string }

/** `undefined` for what is no reference. */
export const referenceIn = (value: unknown): SecretReference | undefined => {
  if (!isObject(value)) return undefined
  const [[kind, of] = [], ...others] = Object.entries(value)
  if (others.length > 0) return undefined
  if ((kind === 'env' || kind === 'file' || kind === 'literal') && typeof of === 'string' && of !== '')
    return { [kind]: of } as SecretReference
  if (kind !== 'command' || !Array.isArray(of) || of.length === 0) return undefined
  return of.every((word) => typeof word === 'string') ? (value as SecretReference) : undefined
}

/** Names under which a text is a secret: never on record. The journal leaves the same ones out. */
export const isSecretName = (name: string): boolean =>
  /(?:token|secret|password|passphrase|authorization|cookie|api[-_]?key|private[-_]?key|access[-_]?key|credentials?)$/i.test(
    name,
  )

/** An address with a user's name or password in it, which may stand within a longer text. */
export const holdsPassword = (text: string): boolean => withoutPassword(text) !== text

/** As the journal leaves them out of everything that is put on record. */
const withoutPassword = (text: string): string => text.replace(/(?<=[a-z0-9+.-]:\/\/)[^\s/?#]+@/gi, '')

/** Plain data as it will be on record: what was digested is what is read back. */
export const withoutPasswords = <A>(value: A): A =>
  JSON.parse(JSON.stringify(value), (_, inner: unknown) => (typeof inner === 'string' ? withoutPassword(inner) : inner))

/** Asks for a secret; rejects with a sentence that does not show it. `valueAt` gives what stands in the configuration. */
export const askSecret = async (
  reference: SecretReference,
  folder: string,
  valueAt: (path: string) => unknown,
): Promise<string> => {
  if ('env' in reference) {
    const value = process.env[reference.env]
    if (value === undefined || value === '') throw new Error(`the environment variable ${reference.env} is not set`)
    return firstText(value, `the environment variable ${reference.env}`)
  }
  if ('literal' in reference) {
    const value = valueAt(reference.literal)
    if (typeof value !== 'string' || value === '')
      throw new Error(`the configuration no longer holds a text at ${reference.literal}`)
    return firstText(value, 'it')
  }
  if ('file' in reference) return firstText(readSecret(resolve(folder, reference.file)), reference.file)
  const [program, ...words] = reference.command
  const asked = promisify(execFile)(program, words, { cwd: folder, timeout: 60_000, windowsHide: true })
  const { stdout } = await asked.catch((cause: unknown) => {
    const { code, killed } = cause as { readonly code?: unknown; readonly killed?: boolean }
    const why = killed === true ? 'took longer than 60 s' : `ended with ${String(code)}`
    throw new Error(`the command ${program} ${why}`, { cause })
  })
  return firstText(stdout, `the command ${program}`)
}

const readSecret = (path: string): string => {
  try {
    return readFileSync(path, 'utf8')
  } catch (cause) {
    throw new Error(`${path} can not be read (${String((cause as { code?: unknown }).code)})`, { cause })
  }
}

/** Without the byte order mark and the line break that editors, commands and shells add. */
const firstText = (text: string, from: string): string => {
  const secret = withoutLineEnd(text.replace(/^\ufeff/, ''))
  if (/^[\s\p{Z}\p{Cc}\p{Cf}]*$/u.test(secret))
    throw new Error(`${from} ${secret === '' ? 'gave nothing' : 'is blank'}`)
  return secret
}

const withoutLineEnd = (text: string): string => {
  let end = text.length
  while (text[end - 1] === '\n' || text[end - 1] === '\r') end--
  return text.slice(0, end)
}

/** Asked once now, so that a mistake shows at once, and again each time that the first answer is refused. */
export const askAgain = (first: string, ask: () => Promise<string>): (() => Promise<string>) => {
  let fresh = true
  return async () => {
    if (!fresh) return ask()
    fresh = false
    return first
  }
}

export const literalAt = (path: ReadonlyArray<string | number>): SecretReference => ({ literal: pathText(path) })
