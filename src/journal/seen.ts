import { rmSync } from 'node:fs'
import type { Database, Sqlite } from './sqlite.ts'

/**
 * Which identities a plan holds, by 53 bits of a hash: memory stays the same however many there are. A Bloom filter knows
 * almost every new one at once; the latest half million are in a table in memory; older ones are on disk, in sorted runs that
 * are written once. It names candidates; the caller compares, so that nothing depends on the hash.
 */
export interface Seen {
  /** Places in the plan that were added under this hash. */
  readonly candidates: (hash: number) => ReadonlyArray<number>
  readonly add: (hash: number, place: number) => void
  readonly close: () => void
}

const filterBits = 2 ** 27

export const openSeen = (sqlite: Sqlite, path: string, most = 2 ** 19): Seen => {
  const filter = new Uint32Array(filterBits / 32)
  const recent = openRecent(most)
  let runs: ReturnType<typeof openRuns> | undefined

  /** Three bits for each hash; tells whether all of them were set, and sets them if told so. */
  const probe = (hash: number, set: boolean): boolean => {
    const low = hash >>> 0
    const high = Math.imul(Math.floor(hash / 2 ** 32) | 0, 0x9e3779b1) | 1
    let known = true
    for (let turn = 0; turn < 3; turn++) {
      const bit = (low + Math.imul(turn, high)) & (filterBits - 1)
      const mask = 1 << (bit & 31)
      if (((filter[bit >>> 5] as number) & mask) !== 0) continue
      known = false
      if (!set) return false
      filter[bit >>> 5] = (filter[bit >>> 5] as number) | mask
    }
    return known
  }

  return {
    candidates: (hash) => {
      if (!probe(hash, false)) return []
      const found = recent.find(hash)
      return runs === undefined ? found : [...found, ...runs.find(hash)]
    },
    add: (hash, number) => {
      if (recent.size() >= most) {
        runs ??= openRuns(sqlite, path)
        runs.write(recent.drain())
      }
      probe(hash, true)
      recent.add(hash, number)
    },
    close: () => runs?.close(),
  }
}

/** An open hash table; equal hashes stand in it side by side. */
const openRecent = (most: number) => {
  let hashes = new Float64Array(Math.min(2 ** 12, most * 2)).fill(-1)
  let numbers = new Uint32Array(hashes.length)
  let size = 0

  const put = (hash: number, number: number): void => {
    const mask = hashes.length - 1
    let slot = hash & mask
    while (hashes[slot] !== -1) slot = (slot + 1) & mask
    hashes[slot] = hash
    numbers[slot] = number
  }
  const grow = (): void => {
    const old = { hashes, numbers }
    hashes = new Float64Array(old.hashes.length * 2).fill(-1)
    numbers = new Uint32Array(hashes.length)
    for (let slot = 0; slot < old.hashes.length; slot++) {
      if (old.hashes[slot] !== -1) put(old.hashes[slot] as number, old.numbers[slot] as number)
    }
  }
  const find = (hash: number): number[] => {
    const mask = hashes.length - 1
    const found: number[] = []
    for (let slot = hash & mask; hashes[slot] !== -1; slot = (slot + 1) & mask) {
      if (hashes[slot] === hash) found.push(numbers[slot] as number)
    }
    return found
  }

  return {
    size: () => size,
    find,
    add: (hash: number, number: number): void => {
      if (size * 2 >= hashes.length) grow()
      put(hash, number)
      size++
    },
    /** All entries by ascending hash; the table is empty after the last. */
    *drain(): Iterable<readonly [hash: number, number: number]> {
      let before = -1
      for (const hash of hashes.slice().sort()) {
        if (hash === before) continue
        before = hash
        for (const number of find(hash)) yield [hash, number]
      }
      hashes.fill(-1)
      size = 0
    },
  }
}

/** Sorted runs in a file of their own beside the journal: scratch, never synced, and gone with the plan's sealing. */
const openRuns = (sqlite: Sqlite, path: string) => {
  for (const suffix of ['', '-journal']) rmSync(`${path}${suffix}`, { force: true })
  const database: Database = new sqlite.DatabaseSync(path)
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE')
  database.exec(
    'CREATE TABLE seen (run INTEGER, hash INTEGER, number INTEGER, PRIMARY KEY (run, hash, number)) WITHOUT ROWID',
  )
  const each = 64
  const row = '(?, ?, ?)'
  const many = database.prepare(`INSERT INTO seen VALUES ${Array.from({ length: each }, () => row).join()}`)
  const one = database.prepare(`INSERT INTO seen VALUES ${row}`)
  const found = database.prepare('SELECT number FROM seen WHERE run = ? AND hash = ?')
  let count = 0
  return {
    write: (entries: Iterable<readonly [hash: number, number: number]>): void => {
      database.exec('BEGIN')
      let values: number[] = []
      for (const [hash, number] of entries) {
        values.push(count, hash, number)
        if (values.length < each * 3) continue
        many.run(...values)
        values = []
      }
      for (let at = 0; at < values.length; at += 3) one.run(...values.slice(at, at + 3))
      database.exec('COMMIT')
      count++
    },
    find: (hash: number): number[] => {
      const numbers: number[] = []
      for (let run = count - 1; run >= 0; run--)
        for (const entry of found.all(run, hash)) numbers.push(Number(entry['number']))
      return numbers
    },
    close: (): void => {
      database.close()
      rmSync(path, { force: true })
    },
  }
}

/** 53 bits of a string (the published "cyrb53"). */
export const hashOf = (text: string): number => {
  let one = 0xdeadbeef
  let two = 0x41c6ce57
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    one = Math.imul(one ^ unit, 0x9e3779b1)
    two = Math.imul(two ^ unit, 0x5f356495)
  }
  one = Math.imul(one ^ (one >>> 16), 0x85ebca6b) ^ Math.imul(two ^ (two >>> 13), 0xc2b2ae35)
  two = Math.imul(two ^ (two >>> 16), 0x85ebca6b) ^ Math.imul(one ^ (one >>> 13), 0xc2b2ae35)
  return 2 ** 32 * (two & 0x1fffff) + (one >>> 0)
}
