import { randomBytes } from 'node:crypto'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'

/** What a line says of a record beside its pseudonym. */
export interface OutcomeOfRow {
  readonly outcome: string
  readonly effect: string | null
  readonly evidence: string | null
}

/** Rows of outcomes, packed, to be had in the order of their pseudonyms: flat in memory, on disk where there are many. */
export interface OutcomeRows {
  /** `at`: ms since the epoch; NaN where it was never settled. */
  readonly add: (pseudonym: Uint8Array, said: OutcomeOfRow, at: number) => void
  /** Lines of JSON without line breaks, in order; each is made once. */
  readonly lines: () => Generator<string>
  readonly close: () => void
}

/** The pseudonym, the time, and a number for what was said. */
const rowSize = 32 + 8 + 4
const rowsInBucket = 2 ** 18
const gathered = 1_024 * rowSize

/** `most`: about how many there will be; `folder`: where scratch files may lie meanwhile. */
export const openRows = (most: number, folder: string): OutcomeRows => {
  const bits = Math.max(0, Math.ceil(Math.log2(most / rowsInBucket)))
  const scratch = bits === 0 ? undefined : mkdtempSync(join(folder, '.rows-'))
  const buckets = Array.from({ length: 2 ** bits }, (_, index) => openBucket(scratch, index))
  const words: OutcomeOfRow[] = []
  const numbers = new Map<string, number>()
  const numberOf = (said: OutcomeOfRow): number => {
    const key = `${said.outcome} ${said.effect} ${said.evidence}`
    const known = numbers.get(key)
    if (known !== undefined) return known
    numbers.set(key, words.length)
    return words.push(said) - 1
  }
  return {
    add: (pseudonym, said, at) => {
      const bucket = buckets[(((pseudonym[0] as number) << 8) | (pseudonym[1] as number)) >> (16 - bits)]
      bucket?.add(pseudonym, numberOf(said), at)
    },
    lines: function* () {
      const salts = openSalts()
      for (const bucket of buckets) {
        const rows = bucket.take()
        for (const at of orderOf(rows)) {
          const row = rows.subarray(at * rowSize, (at + 1) * rowSize)
          yield lineOf(row, words[row.readUInt32LE(40)] as OutcomeOfRow, salts())
        }
      }
    },
    close: () => {
      for (const bucket of buckets) bucket.close()
      if (scratch !== undefined) rmSync(scratch, { recursive: true, force: true })
    },
  }
}

/** Rows whose pseudonyms begin alike: in memory, or in a file. */
const openBucket = (scratch: string | undefined, index: number) => {
  const path = scratch === undefined ? undefined : join(scratch, String(index))
  let file = path === undefined ? undefined : openSync(path, 'wx', 0o600)
  let parts: Buffer[] = []
  let part = Buffer.alloc(gathered)
  let used = 0
  const flush = (): void => {
    if (used === 0) return
    if (file !== undefined) writeSync(file, part, 0, used)
    else {
      parts.push(part.subarray(0, used))
      part = Buffer.alloc(gathered)
    }
    used = 0
  }
  const close = (): void => {
    if (file !== undefined) closeSync(file)
    file = undefined
  }
  return {
    add: (pseudonym: Uint8Array, said: number, at: number): void => {
      part.set(pseudonym, used)
      part.writeDoubleLE(at, used + 32)
      part.writeUInt32LE(said, used + 40)
      used += rowSize
      if (used === gathered) flush()
    },
    take: (): Buffer => {
      flush()
      close()
      const rows = path === undefined ? Buffer.concat(parts) : readFileSync(path)
      parts = []
      return rows
    },
    close,
  }
}

/** Places of the rows in the order of their pseudonyms: by their first four bytes as numbers, which Node sorts fast, then by the rest. */
const orderOf = (rows: Buffer): Uint32Array => {
  const count = rows.length / rowSize
  const keys = new Float64Array(count)
  for (let at = 0; at < count; at++) keys[at] = rows.readUInt32BE(at * rowSize) * 2 ** 21 + at
  keys.sort()
  const order = Uint32Array.from(keys, (key) => key % 2 ** 21)
  const isAfter = (one: number, other: number): boolean =>
    rows.compare(rows, other * rowSize, other * rowSize + 32, one * rowSize, one * rowSize + 32) > 0
  for (let at = 1; at < count; at++) {
    const isAlike = Math.floor((keys[at] as number) / 2 ** 21) === Math.floor((keys[at - 1] as number) / 2 ** 21)
    if (!isAlike) continue
    for (let back = at; back > 0 && isAfter(order[back - 1] as number, order[back] as number); back--) {
      const moved = order[back] as number
      order[back] = order[back - 1] as number
      order[back - 1] = moved
    }
  }
  return order
}

/** Salts of 16 bytes, so that the hash of a line tells nothing of it. */
const openSalts = (): (() => string) => {
  let pool = Buffer.alloc(0)
  let at = 0
  return () => {
    if (at === pool.length) {
      pool = randomBytes(16 * 4_096)
      at = 0
    }
    at += 16
    return pool.toString('base64url', at - 16, at)
  }
}

const lineOf = (row: Buffer, { outcome, effect, evidence }: OutcomeOfRow, salt: string): string => {
  const at = row.readDoubleLE(32)
  const time = Number.isNaN(at) ? 'null' : `"${isoOf(at)}"`
  return `{"pseudonym":"${row.toString('hex', 0, 32)}","salt":"${salt}","outcome":"${outcome}","effect":${quoted(effect)},"evidence":${quoted(evidence)},"settledAt":${time}}`
}

const quoted = (word: string | null): string => (word === null ? 'null' : JSON.stringify(word))

const times = new Map<number, string>()
/** Many records are settled at one moment. */
const isoOf = (at: number): string => {
  const known = times.get(at)
  if (known !== undefined) return known
  if (times.size >= timesKept) times.clear()
  const text = new Date(at).toISOString()
  times.set(at, text)
  return text
}

const timesKept = 20_000
