import { closeSync, openSync, readlinkSync, readSync, realpathSync, type Stats, statSync } from 'node:fs'
import { basename, dirname, join, resolve } from 'node:path'
import { CommandError } from './command-error.ts'

/** A file that a command may not write over, and what it is. */
export interface KeptFile {
  readonly path: string
  readonly what: string
}

/** Where an output goes. `stream`: a device or a pipe, which is written into. A file's path has its links followed. */
export type Destination =
  | { readonly kind: 'stdout' }
  | { readonly kind: 'stream'; readonly path: string }
  | { readonly kind: 'file'; readonly path: string }

export interface OutputRules {
  /** As it is typed: `-o`. */
  readonly option: string
  readonly keep: ReadonlyArray<KeptFile>
  /** Replaces a file that is there, unless it is a database or one of `keep`. Missing: the command has no such option. */
  readonly force?: boolean
  /** Decides on a file that is there in place of `force`; throws where it may not be written. */
  readonly onFile?: (path: string) => void
}

/** Files that SQLite, and our lock, put beside a journal. */
export const besideJournal = [
  '-wal',
  '-shm',
  '-journal',
  '.lock',
  '.lock-journal',
  '.control',
  '.control-journal',
] as const

/** A journal with everything beside it. */
export const journalFiles = (path: string, what = 'the journal of this run'): ReadonlyArray<KeptFile> => {
  const real = followed(path)
  return ['', ...besideJournal].map((ending) => ({
    path: real + ending,
    what: ending === '' ? what : `part of ${what}`,
  }))
}

/**
 * The one place that decides whether an output may be written where it was asked for: it never replaces what is not its
 * own. Throws a `CommandError` and changes nothing.
 */
export const destinationOf = (given: string, rules: OutputRules): Destination => {
  const refuse = (why: string): never => {
    throw new CommandError(`${rules.option} ${given}: ${why}`)
  }
  if (given === '-' || standardOutput.test(given)) return { kind: 'stdout' }
  const there = statOf(given)
  if (there?.isDirectory() || /[/\\]$/.test(given) || given === '') refuse('this is a folder: name a file')
  if (there?.isBlockDevice()) refuse('this is a disk: name a file')
  if (there !== undefined && !there.isFile()) return { kind: 'stream', path: given }
  const path = followed(given)
  const parent = statOf(dirname(path))
  if (parent === undefined) refuse(`there is no folder ${dirname(path)}`)
  if (parent?.isDirectory() === false) refuse(`${dirname(path)} is no folder`)
  const kept = rules.keep.find((file) => isSame(file.path, path))
  if (kept !== undefined) refuse(`this is ${kept.what}, and is not written over`)
  const base = besideJournal.map((ending) => (path.endsWith(ending) ? path.slice(0, -ending.length) : undefined))
  if (base.some((other) => other !== undefined && isDatabase(other))) refuse('this is part of a journal')
  // Nothing is lost with an empty file, such as `mktemp` makes.
  if (there !== undefined && there.size > 0) {
    if (rules.onFile !== undefined) rules.onFile(path)
    else if (isDatabase(path)) refuse('this is a journal, or another database, and is not written over')
    else if (rules.force !== true)
      refuse(
        `this file is there already: choose another name${rules.force === false ? ', or replace it by --force' : ''}`,
      )
  }
  return { kind: 'file', path }
}

/** What writes to standard output, whatever is behind it: to open it again could cut off what is there. */
const standardOutput = /^\/(?:dev\/stdout|dev\/fd\/1|proc\/self\/fd\/1)$/

const statOf = (path: string): Stats | undefined => {
  try {
    return statSync(path)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw new CommandError(`${path}: ${(cause as Error).message}`, undefined, cause)
  }
}

/** The path that a file really has, or would have: a link may point at what is not there yet. */
export const followed = (given: string): string => {
  let path = resolve(given)
  for (let links = 0; links < 40; links++) {
    try {
      path = join(realpathSync(dirname(path)), basename(path))
      path = resolve(dirname(path), readlinkSync(path))
    } catch {
      // It is no link, or not there.
      return path
    }
  }
  throw new CommandError(`${given}: its links lead nowhere`)
}

/** The same file, under whatever name. */
export const isSame = (one: string, other: string): boolean => {
  const paths = [one, other].map(followed)
  if (paths[0] === paths[1]) return true
  const [first, second] = paths.map((path) => statSync(path, { bigint: true, throwIfNoEntry: false }))
  return first !== undefined && second !== undefined && first.ino === second.ino && first.dev === second.dev
}

/** Told by its first bytes. */
export const isDatabase = (path: string): boolean => {
  if (statOf(path)?.isFile() !== true) return false
  const head = Buffer.alloc(magic.length)
  const file = openSync(path, 'r')
  try {
    readSync(file, head, 0, head.length, 0)
  } finally {
    closeSync(file)
  }
  return head.toString('latin1') === magic
}

const magic = 'SQLite format 3\0'
