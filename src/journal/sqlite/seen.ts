import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs'
import { journalError } from '../words/error.ts'

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

export const openSeen = (path: string, most = 2 ** 19): Seen => {
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
        runs ??= openRuns(path)
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
    /** All entries by ascending hash; the table is empty afterwards. */
    drain: (): Entries => {
      const sorted = {
        hashes: hashes
          .slice()
          .sort()
          .subarray(hashes.length - size),
        numbers: new Uint32Array(size),
      }
      for (let at = 0; at < size; ) {
        for (const number of find(sorted.hashes[at] as number)) sorted.numbers[at++] = number
      }
      hashes.fill(-1)
      size = 0
      return sorted
    },
  }
}

interface Entries {
  readonly hashes: Float64Array<ArrayBuffer>
  readonly numbers: Uint32Array<ArrayBuffer>
}

/** Entries of a run that are read at once; the first hash of each such block is kept in memory. */
const block = 512

/** Sorted runs in a file of their own beside the journal: scratch, never synced, and gone with the plan's sealing. */
const openRuns = (path: string) => {
  const guarded = <A>(work: () => A): A => {
    try {
      return work()
    } catch (cause) {
      throw journalError(cause, path)
    }
  }
  rmSync(path, { force: true })
  const file = guarded(() => openSync(path, 'wx+', 0o600))
  const runs: Array<{ readonly at: number; readonly size: number; readonly firsts: Float64Array }> = []
  let end = 0

  const append = (bytes: Uint8Array): void => {
    for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done, bytes.length - done, end + done)
    end += bytes.length
  }
  const read = <A extends Float64Array | Uint32Array>(into: A, at: number): A => {
    const bytes = new Uint8Array(into.buffer)
    if (readSync(file, bytes, 0, bytes.length, at) < bytes.length) throw new Error(`${path} was cut short`)
    return into
  }
  const findIn = ({ at, size, firsts }: (typeof runs)[number], hash: number, found: number[]): void => {
    // Equal hashes may reach over the edge of a block: it begins with the last one whose first is less.
    for (let part = Math.max(0, leastFrom(firsts, hash) - 1); part < firsts.length; part++) {
      if ((firsts[part] as number) > hash) return
      const from = part * block
      const count = Math.min(block, size - from)
      const hashes = read(new Float64Array(count), at + from * 8)
      const first = leastFrom(hashes, hash)
      if (hashes[first] !== hash) continue
      const numbers = read(new Uint32Array(count), at + size * 8 + from * 4)
      for (let entry = first; hashes[entry] === hash; entry++) found.push(numbers[entry] as number)
    }
  }

  return {
    write: ({ hashes, numbers }: Entries): void =>
      guarded(() => {
        runs.push({ at: end, size: hashes.length, firsts: hashes.filter((_, entry) => entry % block === 0) })
        for (const { buffer, byteOffset, byteLength } of [hashes, numbers]) {
          append(new Uint8Array(buffer, byteOffset, byteLength))
        }
      }),
    find: (hash: number): number[] =>
      guarded(() => {
        const found: number[] = []
        for (const run of runs) findIn(run, hash, found)
        return found
      }),
    close: (): void => {
      closeSync(file)
      rmSync(path, { force: true })
    },
  }
}

/** The first place in an ascending list that holds a number or more; its length where none does. */
const leastFrom = (ascending: Float64Array, least: number): number => {
  let low = 0
  let high = ascending.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((ascending[middle] as number) < least) low = middle + 1
    else high = middle
  }
  return low
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
