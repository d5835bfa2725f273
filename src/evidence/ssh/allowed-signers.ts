import { sshKeyOf } from './public-keys.ts'

/** A line of OpenSSH's `allowed_signers`: whose key this is, for what, and when. */
export interface AllowedSigner {
  readonly line: number
  /** As written: names, with commas between them; they may have `*` and `?`. */
  readonly principals: string
  readonly type: string
  readonly blob: Buffer
  /** Left out: for everything. */
  readonly namespaces?: string
  /** ms since the epoch. */
  readonly validAfter?: number
  readonly validBefore?: number
}

export interface SignersRead {
  readonly signers: ReadonlyArray<AllowedSigner>
  /** `3: no key`: lines that can't be read. */
  readonly problems: ReadonlyArray<string>
}

/** Lines of authorities that issue certificates, and of kinds of keys that are not supported, let nobody sign. */
export const readAllowedSigners = (text: string): SignersRead => {
  const signers: AllowedSigner[] = []
  const problems: string[] = []
  for (const [index, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\n|\r/)
    .entries()) {
    const line = raw.trim()
    if (line === '' || line.startsWith('#')) continue
    const read = signerOf(line, index + 1)
    if (typeof read === 'string') problems.push(`${index + 1}: ${read}`)
    else if (read !== undefined) signers.push(read)
  }
  return { signers, problems }
}

/** Whether a signer may sign for something at a time. */
export const maySign = (signer: AllowedSigner, namespace: string, at: number): boolean =>
  (signer.namespaces === undefined || matches(namespace, signer.namespaces)) &&
  (signer.validAfter === undefined || at >= signer.validAfter) &&
  (signer.validBefore === undefined || at < signer.validBefore)

/** Whether a name is meant by a list of patterns, as OpenSSH reads them: `*`, `?`, and `!` for what is not. */
export const matches = (name: string, patterns: string): boolean => {
  let is = false
  for (const pattern of patterns.split(',').map((each) => each.trim())) {
    const isNegated = pattern.startsWith('!')
    if (!patternOf(isNegated ? pattern.slice(1) : pattern).test(name)) continue
    if (isNegated) return false
    is = true
  }
  return is
}

const patternOf = (pattern: string): RegExp => {
  const text = pattern
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
    .replaceAll('\\*', '.*')
    .replaceAll('\\?', '.')
  return new RegExp(`^${text}$`, 's')
}

const signerOf = (line: string, number: number): AllowedSigner | string | undefined => {
  const [principals = '', ...rest] = wordsOf(line)
  const plain = principals.replaceAll('"', '')
  const isKey = isKeyType(rest[0])
  const options = isKey ? '' : (rest.shift() ?? '')
  const [type, base64] = rest
  if (plain === '' || type === undefined || base64 === undefined)
    return 'there have to be a principal, a type of key and a key'
  const given = optionsOf(options)
  if (typeof given === 'string') return given
  if (!isKeyType(type)) return `${type} is no type of key`
  if (!/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) return 'the key is no base64'
  try {
    const key = sshKeyOf(Buffer.from(base64, 'base64'))
    if (key !== undefined && key.type !== type) return `the key is one of ${key.type}, and not of ${type}`
    if (key === undefined || given.isAuthority) return undefined
    const { isAuthority, ...limits } = given
    return { line: number, principals: plain, type, blob: key.blob, ...limits }
  } catch (cause) {
    return `the key can't be read: ${(cause as Error).message}`
  }
}

const isKeyType = (word: string | undefined): boolean =>
  word !== undefined && /^(?:sk-)?(?:ssh|ecdsa)-[\w@.-]+$/.test(word)

/** Words between blanks; within quotes blanks are no ends. */
const wordsOf = (line: string): string[] => line.match(/(?:"[^"]*"|[^\s"])+/g) ?? []

type Limits = Pick<AllowedSigner, 'namespaces' | 'validAfter' | 'validBefore'> & { readonly isAuthority: boolean }

const optionsOf = (text: string): Limits | string => {
  let limits: Limits = { isAuthority: false }
  for (const option of text.match(/(?:"[^"]*"|[^,"])+/g) ?? []) {
    const [, name = '', value = ''] = /^([\w-]+)(?:=(.*))?$/.exec(option) ?? []
    const plain = value.replaceAll('"', '')
    const word = name.toLowerCase()
    if (word === 'cert-authority') limits = { ...limits, isAuthority: true }
    else if (word === 'namespaces') limits = { ...limits, namespaces: plain }
    else if (word === 'valid-after' || word === 'valid-before') {
      const at = timeOf(plain)
      if (at === undefined) return `${option} is no time: YYYYMMDD or YYYYMMDDHHMM[SS], with a Z for UTC`
      limits = word === 'valid-after' ? { ...limits, validAfter: at } : { ...limits, validBefore: at }
    } else return `there is no option ${option}`
  }
  return limits
}

/** Local time, or UTC with a Z. */
const timeOf = (text: string): number | undefined => {
  const [, year, month, day, hour = '00', minute = '00', second = '00', zone] =
    /^(\d{4})(\d\d)(\d\d)(?:(\d\d)(\d\d)(\d\d)?)?(Z?)$/i.exec(text) ?? []
  if (year === undefined) return undefined
  const at = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}${zone === '' ? '' : 'Z'}`)
  return Number.isNaN(at) ? undefined : at
}
