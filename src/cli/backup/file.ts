import { createHash, type Hash } from 'node:crypto'
import { constants, createReadStream, existsSync } from 'node:fs'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { dirname } from 'node:path'
import { nextFree } from '../plan/backup-file.ts'
import { CommandError } from '../terminal/command-error.ts'
import { type AgeStream, openAge } from './age.ts'
import { emptyMember, memberOf, paddedLines, paddedMemberOf } from './member.ts'
import type { BackupPart, BackupState } from './state.ts'

export interface BackupFile {
  /** Appends lines. On the disk, and on record, when it resolves. */
  readonly write: (lines: string, records: number) => Promise<void>
  /** Takes the file away again where nothing was ever written to it. */
  readonly close: () => Promise<void>
}

export interface BackupOptions {
  /** Absolute, links followed: of the first part. */
  readonly path: string
  readonly isCompressed: boolean
  /** Encrypted to these; empty: not encrypted. */
  readonly recipients: ReadonlyArray<string>
  /** What an earlier process has written. */
  readonly known: BackupState | undefined
  readonly save: (state: BackupState) => void
}

/** The part that this process writes to. */
interface Growing {
  readonly file: FileHandle
  readonly path: string
  readonly hash: Hash
  readonly age: AgeStream | undefined
  /** Length without what ends it. */
  length: number
  records: number
}

/**
 * Opens the copy of a target: begins it, or goes on behind what is on record. What lies behind that was written by a process
 * that died before it intended anything by it, and is cut off.
 */
export const openBackupFile = async (options: BackupOptions): Promise<BackupFile> => {
  const { path, isCompressed, recipients, known, save } = options
  const isEncrypted = recipients.length > 0
  for (const part of known?.parts ?? []) await demandWhole(part)
  let before = known?.parts ?? []
  const last = before.at(-1)
  let growing: Growing
  if (last === undefined) growing = await begin(path, recipients)
  else if (isEncrypted) growing = await begin(nextFree(path), recipients)
  else {
    growing = await goOn(last)
    before = before.slice(0, -1)
  }
  const empty = isCompressed ? emptyMember() : Buffer.from('\n')
  const write = async (lines: string, records: number): Promise<void> => {
    const { file, hash, age } = growing
    let data: Buffer
    if (age === undefined) data = isCompressed ? await memberOf(lines) : Buffer.from(lines)
    else {
      const sealed = age.seal(isCompressed ? await paddedMemberOf(lines) : paddedLines(lines))
      data = growing.length === 0 ? Buffer.concat([age.header, sealed]) : sealed
    }
    const end = age?.end(empty)
    await writeAt(file, end === undefined ? data : Buffer.concat([data, end]), growing.length)
    await file.datasync()
    hash.update(data)
    growing.length += data.length
    growing.records += records
    const whole = hash.copy()
    if (end !== undefined) whole.update(end)
    const part: BackupPart = {
      path: growing.path,
      records: growing.records,
      bytes: growing.length + (end?.length ?? 0),
      sha256: whole.digest('hex'),
      ...(end !== undefined && { end: end.toString('base64') }),
    }
    save({ path, isEncrypted, parts: [...before, part] })
  }
  return {
    write,
    close: async () => {
      await growing.file.close()
      if (growing.length === 0) await unlink(growing.path)
    },
  }
}

/** A new file, for its owner alone. One that is there is empty, which was looked at before. */
const begin = async (path: string, recipients: ReadonlyArray<string>): Promise<Growing> => {
  const age = recipients.length === 0 ? undefined : await openAge(recipients)
  const isNew = !existsSync(path)
  const file = await open(path, constants.O_RDWR | constants.O_CREAT | (isNew ? constants.O_EXCL : 0), 0o600)
  try {
    await file.chmod(0o600)
    if ((await file.stat()).size > 0) throw new CommandError(`backup ${path}: this file is there already`)
    await syncFolder(dirname(path))
  } catch (cause) {
    await file.close()
    throw cause
  }
  return { file, path, hash: createHash('sha256'), age, length: 0, records: 0 }
}

/** That the file has this name has to outlast a loss of power, too. */
const syncFolder = async (folder: string): Promise<void> => {
  // Windows opens no folder.
  if (process.platform === 'win32') return
  const handle = await open(folder, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

const goOn = async ({ path, bytes, records }: BackupPart): Promise<Growing> => {
  const hash = await hashOf(path, bytes)
  const file = await open(path, 'r+')
  await file.truncate(bytes)
  await file.datasync()
  return { file, path, hash, age: undefined, length: bytes, records }
}

/** Holds a file against what is on record, and brings back its end where a process died while it put another one there. */
const demandWhole = async ({ path, bytes, sha256, end }: BackupPart): Promise<void> => {
  if (!existsSync(path)) {
    throw new CommandError(
      `backup ${path}: this file is not there any more, and holds what was deleted already: put it back, then resume`,
    )
  }
  const tail = Buffer.from(end ?? '', 'base64')
  const length = bytes - tail.length
  const hash = await hashOf(path, length)
  if (hash.update(tail).digest('hex') !== sha256) {
    throw new CommandError(
      `backup ${path}: this file is not what the run has written to it: put that back, then resume, or move it away and plan again`,
    )
  }
  const file = await open(path, 'r+')
  try {
    await writeAt(file, tail, length)
    await file.truncate(bytes)
    await file.datasync()
  } finally {
    await file.close()
  }
}

const hashOf = async (path: string, length: number): Promise<Hash> => {
  const hash = createHash('sha256')
  if (length === 0) return hash
  for await (const part of createReadStream(path, { end: length - 1 })) hash.update(part as Buffer)
  return hash
}

const writeAt = async (file: FileHandle, data: Buffer, position: number): Promise<void> => {
  for (let done = 0; done < data.length; ) {
    done += (await file.write(data, done, data.length - done, position + done)).bytesWritten
  }
}
