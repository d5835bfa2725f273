import type { Checkpoint } from './checkpoint.ts'
import { cosignatureType, ed25519Type, type NoteKey, noteKeyOf, noteSigners } from './note.ts'

/** Whom a checkpoint has to be signed by: c2sp.org/tlog-policy. */
export interface LogPolicy {
  readonly logs: ReadonlyArray<NoteKey>
  /** Whether these witnesses are enough. */
  readonly isEnough: (witnesses: ReadonlyArray<NoteKey>) => boolean
  readonly witnesses: ReadonlyArray<NoteKey>
}

type Member = (witnesses: ReadonlyArray<NoteKey>) => boolean

/** A policy, or a sentence with the line about what is wrong with it. */
export const logPolicyOf = (text: string): LogPolicy | string => {
  const logs: NoteKey[] = []
  const witnesses: NoteKey[] = []
  const members = new Map<string, Member>()
  const used = new Set<string>()
  let quorum: Member | undefined
  const lines: Readonly<Record<string, (words: ReadonlyArray<string>) => string | undefined>> = {
    log: ([vkey = '']) => {
      const key = noteKeyOf(vkey)
      if (key?.type !== ed25519Type) return 'this is no key of a log: <name>+<id>+<base64> is wanted, of Ed25519'
      if (isAmong(logs, key)) return 'this key stands there twice'
      logs.push(key)
      return undefined
    },
    witness: ([name = '', vkey = '']) => {
      const key = noteKeyOf(vkey)
      if (key?.type !== cosignatureType) return 'this is no key of a witness'
      if (isAmong(witnesses, key) || members.has(name) || name === 'none') return 'this witness stands there twice'
      witnesses.push(key)
      members.set(name, (signed) => signed.includes(key))
      return undefined
    },
    group: ([name = '', count = '', ...names]) => {
      const parts = names.map((each) => members.get(each))
      const least = count === 'all' ? names.length : count === 'any' ? 1 : Number(count)
      const isForm = names.length > 0 && /^(?:all|any|[1-9]\d*)$/.test(count) && least <= names.length
      if (!isForm || name === '' || name === 'none' || members.has(name)) return 'this is no group'
      if (parts.includes(undefined)) return 'a member of the group is not defined before it'
      if (names.some((each) => used.has(each)) || new Set(names).size < names.length) return 'a member is in two groups'
      for (const each of names) used.add(each)
      members.set(name, (signed) => parts.filter((part) => part?.(signed)).length >= least)
      return undefined
    },
    quorum: ([name = '', ...rest]) => {
      if (quorum !== undefined || rest.length > 0) return 'there has to be one quorum'
      quorum = name === 'none' ? () => true : members.get(name)
      return quorum === undefined ? `${name} is not defined before it` : undefined
    },
  }
  for (const [index, line] of text.split('\n').entries()) {
    const [word = '', ...words] = line.split(/[ \t\r]+/).filter((each) => each !== '')
    if (word === '' || word.startsWith('#')) continue
    const problem = lines[word] === undefined ? `there is no "${word}"` : lines[word]?.(words)
    if (problem !== undefined) return `${index + 1}: ${problem}`
  }
  if (quorum === undefined) return 'there is no quorum: "quorum none" asks for no witness'
  return { logs, witnesses, isEnough: quorum }
}

const isAmong = (keys: ReadonlyArray<NoteKey>, { key }: NoteKey): boolean =>
  keys.some((each) => each.key.publicKey.equals(key.publicKey))

/** The log that has signed a checkpoint as the policy wants it; undefined where none has. */
export const logOf = ({ note, origin }: Checkpoint, { logs, witnesses, isEnough }: LogPolicy): NoteKey | undefined => {
  const signers = noteSigners(note, [...logs, ...witnesses])
  const log = signers?.find((each) => logs.includes(each) && each.name === origin)
  return log !== undefined && isEnough(signers ?? []) ? log : undefined
}
