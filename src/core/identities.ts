/**
 * The identities that a run has seen, exact and packed: bytes in one growing buffer, offsets beside it, and an open
 * hash table of 32-bit numbers; about 16 bytes an identity over its own characters. A `Set` costs more and throws at
 * 16.7 million entries.
 */
export interface Identities {
  /** Adds it; false when it was there already. */
  readonly add: (identity: string) => boolean
  readonly has: (identity: string) => boolean
}

export const openIdentities = (): Identities => {
  let bytes = new Uint8Array(1 << 12)
  let offsets = new Float64Array(1 << 8)
  let slots = new Int32Array(1 << 9).fill(empty)
  let hashes = new Int32Array(1 << 8)
  let count = 0
  let used = 0

  const matches = (entry: number, identity: string, wide: boolean): boolean => {
    const start = offsets[entry] as number
    const end = entry + 1 < count ? (offsets[entry + 1] as number) : used
    const length = identity.length
    if (end - start !== 1 + (wide ? 2 * length : length) || bytes[start] !== (wide ? 1 : 0)) return false
    for (let at = 0, from = start + 1; at < length; at++) {
      const unit = identity.charCodeAt(at)
      if (bytes[from++] !== (unit & 0xff)) return false
      if (wide && bytes[from++] !== unit >>> 8) return false
    }
    return true
  }

  /** The slot that holds it, or the empty one where it belongs. */
  const find = (identity: string, hash: number, wide: boolean): number => {
    const mask = slots.length - 1
    let slot = hash & mask
    while (true) {
      const entry = slots[slot] as number
      if (entry === empty || (hashes[entry] === hash && matches(entry, identity, wide))) return slot
      slot = (slot + 1) & mask
    }
  }

  const append = (identity: string, hash: number, wide: boolean): void => {
    const needed = used + 1 + (wide ? 2 : 1) * identity.length
    if (needed > bytes.length) bytes = grown(bytes, new Uint8Array(Math.max(needed, Math.ceil(bytes.length * 1.5))))
    if (count === offsets.length) {
      offsets = grown(offsets, new Float64Array(Math.ceil(count * 1.5)))
      hashes = grown(hashes, new Int32Array(Math.ceil(count * 1.5)))
    }
    offsets[count] = used
    hashes[count] = hash
    bytes[used++] = wide ? 1 : 0
    for (let at = 0; at < identity.length; at++) {
      const unit = identity.charCodeAt(at)
      bytes[used++] = unit & 0xff
      if (wide) bytes[used++] = unit >>> 8
    }
    count++
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
      const wide = isWide(identity)
      const hash = hashOf(identity)
      let slot = find(identity, hash, wide)
      if (slots[slot] !== empty) return false
      if (count + 1 > slots.length * fullest) {
        rehash()
        slot = find(identity, hash, wide)
      }
      slots[slot] = count
      append(identity, hash, wide)
      return true
    },
    has: (identity) => slots[find(identity, hashOf(identity), isWide(identity))] !== empty,
  }
}

const empty = -1
const fullest = 0.7

const isWide = (identity: string): boolean => {
  for (let at = 0; at < identity.length; at++) if (identity.charCodeAt(at) > 0xff) return true
  return false
}

/** FNV-1a over UTF-16 code units, with a final mix so that the low bits spread. */
const hashOf = (identity: string): number => {
  let hash = 0x811c9dc5 | 0
  for (let at = 0; at < identity.length; at++) hash = Math.imul(hash ^ identity.charCodeAt(at), 0x01000193)
  hash ^= hash >>> 16
  hash = Math.imul(hash, 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

const grown = <Packed extends { set: (from: Packed) => void }>(from: Packed, to: Packed): Packed => {
  to.set(from)
  return to
}
