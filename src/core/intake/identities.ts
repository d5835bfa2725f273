/**
 * The identities that a run has seen, exact and packed: their characters in chunks that are never copied, where each
 * begins beside it, and an open hash table of 32-bit numbers; about 20 bytes an identity over its own characters. A `Set`
 * costs more and throws at 16.7 million entries.
 */
export interface Identities {
  /** Adds it; false when it was there already. */
  readonly add: (identity: string) => boolean
  readonly has: (identity: string) => boolean
}

export const openIdentities = (): Identities => {
  const text = openText()
  let places = new Uint32Array(1 << 8)
  let hashes = new Int32Array(1 << 8)
  let slots = new Int32Array(1 << 9).fill(empty)
  let count = 0

  /** The slot that holds what is staged, or the empty one where it belongs. */
  const find = (hash: number): number => {
    const mask = slots.length - 1
    let slot = hash & mask
    while (true) {
      const entry = slots[slot] as number
      if (entry === empty || (hashes[entry] === hash && text.holds(places[entry] as number))) return slot
      slot = (slot + 1) & mask
    }
  }

  const rehash = (): void => {
    slots = new Int32Array(slots.length * 2).fill(empty)
    const mask = slots.length - 1
    for (let entry = 0; entry < count; entry++) {
      let slot = (hashes[entry] as number) & mask
      while (slots[slot] !== empty) slot = (slot + 1) & mask
      slots[slot] = entry
    }
  }

  return {
    add: (identity) => {
      const hash = text.stage(identity)
      let slot = find(hash)
      if (slots[slot] !== empty) return false
      if (count + 1 > slots.length * fullest) {
        rehash()
        slot = find(hash)
      }
      if (count === places.length) {
        places = grown(places, new Uint32Array(Math.ceil(count * 1.25)))
        hashes = grown(hashes, new Int32Array(Math.ceil(count * 1.25)))
      }
      slots[slot] = count
      hashes[count] = hash
      places[count] = text.keep()
      count++
      return true
    },
    has: (identity) => slots[find(text.stage(identity))] !== empty,
  }
}

const empty = -1
const fullest = 0.75

/**
 * Characters, one byte each where that will do, else two. A text is written behind the last one that is kept, in the same
 * pass that hashes it; there it is compared, and kept or written over by the next. A place counts words of four bytes.
 */
const openText = () => {
  const chunks: Int32Array[] = []
  let words = new Int32Array(0)
  let bytes = new Uint8Array(0)
  let chunk = -1
  let start = 0
  /** Words of what is staged: one for its length, and its characters. */
  let size = 0

  /** A text lies in one chunk; one that is longer than a chunk takes the places of several. */
  const makeRoom = (needed: number): void => {
    if (start > 0 || chunk < 0) chunk = chunks.length
    // Most runs are small: the first chunk is begun short, and left so.
    const isFirst = chunk === 0 && needed <= firstWords
    words = new Int32Array(isFirst ? firstWords : Math.ceil(needed / chunkWords) * chunkWords)
    bytes = new Uint8Array(words.buffer)
    chunks.length = chunk + Math.ceil(words.length / chunkWords)
    chunks[chunk] = words
    start = 0
  }

  /** What is left of the last word is written, too, because words are compared. */
  const seal = (header: number, end: number): void => {
    let at = end
    while (at % 4 !== 0) bytes[at++] = 0
    size = at / 4 - start
    words[start] = header
  }

  const writeWide = (text: string): void => {
    let at = 4 * (start + 1)
    for (let index = 0; index < text.length; index++) {
      const unit = text.charCodeAt(index)
      bytes[at++] = unit
      bytes[at++] = unit >>> 8
    }
    seal(~text.length, at)
  }

  return {
    /** Writes it where the next one goes; returns its hash: FNV-1a over UTF-16 code units, mixed so that the low bits spread. */
    stage: (text: string): number => {
      const needed = 2 + Math.ceil(text.length / 2)
      if (start + needed > words.length) makeRoom(needed)
      let hash = 0x811c9dc5 | 0
      let units = 0
      let at = 4 * (start + 1)
      for (let index = 0; index < text.length; index++) {
        const unit = text.charCodeAt(index)
        bytes[at++] = unit
        units |= unit
        hash = Math.imul(hash ^ unit, 0x01000193)
      }
      if (units > 0xff) writeWide(text)
      else seal(text.length, at)
      hash ^= hash >>> 16
      hash = Math.imul(hash, 0x85ebca6b)
      return hash ^ (hash >>> 13)
    },
    /** Whether what is staged is kept at this place. */
    holds: (place: number): boolean => {
      const kept = chunks[place >>> chunkBits] as Int32Array
      const from = place & (chunkWords - 1)
      for (let word = 0; word < size; word++) if (kept[from + word] !== words[start + word]) return false
      return true
    },
    /** Keeps what is staged; returns its place. */
    keep: (): number => {
      const place = chunk * chunkWords + start
      // A place has the bits of one chunk: nothing else begins in one that is longer.
      start = words.length > chunkWords ? words.length : start + size
      return place
    },
  }
}

/** Words of a chunk: 1 MB. */
const chunkBits = 18
const chunkWords = 1 << chunkBits
/** Of the first: 4 KB. */
const firstWords = 1 << 10

const grown = <Packed extends { set: (from: Packed) => void }>(from: Packed, to: Packed): Packed => {
  to.set(from)
  return to
}
