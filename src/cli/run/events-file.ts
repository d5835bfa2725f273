import { closeSync, fstatSync, openSync, readSync, writeSync } from 'node:fs'
import type { RunEvent } from '../../index.ts'
import { CommandError } from '../terminal/command-error.ts'
import type { Messages } from '../terminal/messages.ts'
import { visible } from '../terminal/output.ts'
import { destinationOf, type KeptFile } from '../terminal/output-file.ts'

/** A line for each event: `{"target":"cms","at":…,"kind":…}`. */
export interface EventsFile {
  readonly write: (target: string, event: RunEvent) => void
  readonly close: () => void
}

/** Goes on with a file of events; any other file is left as it is, and a `CommandError` says so. */
export const openEvents = (given: string, keep: ReadonlyArray<KeptFile>, messages: Messages): EventsFile => {
  let isCut = false
  const onFile = (path: string): void => {
    isCut = demandEvents(path, given)
  }
  const to = destinationOf(given, { option: '--events', keep, onFile })
  if (to.kind === 'stdout') {
    return { write: (target, event) => void process.stdout.write(lineOf(target, event)), close: () => {} }
  }
  const file = opened(to.path, given)
  let isOpen = true
  const write = (text: string): void => {
    if (!isOpen) return
    try {
      const bytes = Buffer.from(text)
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
    } catch (cause) {
      // The journal has what counts; a full disk there will say so itself.
      messages.warn(`${given}: no more events are written: ${cause instanceof Error ? cause.message : String(cause)}`)
      isOpen = false
    }
  }
  if (isCut) write('\n')
  return { write: (target, event) => write(lineOf(target, event)), close: () => closeSync(file) }
}

const lineOf = (target: string, event: RunEvent): string =>
  `${visible(JSON.stringify({ target, ...event }, withoutCause))}\n`

const opened = (path: string, given: string): number => {
  try {
    return openSync(path, 'a', 0o600)
  } catch (cause) {
    throw new CommandError(
      `--events ${given}: ${cause instanceof Error ? cause.message : String(cause)}`,
      undefined,
      cause,
    )
  }
}

/**
 * The lines at the file's beginning and at its end have to be events. Answers whether the last one was cut short: a process
 * that was killed leaves that behind.
 */
const demandEvents = (path: string, given: string): boolean => {
  const file = openSync(path, 'r')
  try {
    const { size } = fstatSync(file)
    const part = (from: number, to: number): string => {
      const bytes = Buffer.alloc(to - from)
      return bytes.toString('utf8', 0, readSync(file, bytes, 0, bytes.length, from))
    }
    const head = part(0, Math.min(size, looked)).split('\n')
    const tail = part(Math.max(0, size - looked), size).split('\n')
    // Of each part, the line at its edge may be half of one.
    const last = tail.pop() ?? ''
    if (size > looked) {
      head.pop()
      tail.shift()
    } else head.pop()
    const lines = [...head, ...tail]
    const isCut = last !== ''
    const isFirstCut = lines.length === 0 && isCut
    if (!lines.every(isEvent) || (isCut && !isEvent(last) && (isFirstCut || !last.startsWith('{"target":')))) {
      throw new CommandError(`--events ${given}: the lines of this file are no events: choose another name`)
    }
    return isCut
  } finally {
    closeSync(file)
  }
}

const looked = 1024 * 1024

const isEvent = (line: string): boolean => {
  try {
    const { target, kind, at } = JSON.parse(line)
    return typeof target === 'string' && typeof kind === 'string' && typeof at === 'number'
  } catch {
    return false
  }
}

/** What a defect threw may be anything, and hold anything. */
const withoutCause = (name: string, value: unknown): unknown => (name === 'cause' ? undefined : value)
