import { hash } from 'node:crypto'

/** SHA-256 of a leaf, as RFC 9162 (and RFC 6962 before it) has it: a zero byte in front. */
export const leafHash = (line: string | Uint8Array): Buffer =>
  hash('sha256', Buffer.concat([leafMark, Buffer.from(line as Uint8Array)]), 'buffer')

/** SHA-256 of two neighbours, with a byte of one in front. */
export const nodeHash = (left: Uint8Array, right: Uint8Array): Buffer => {
  pair.set(left, 1)
  pair.set(right, 33)
  return hash('sha256', pair, 'buffer')
}

const leafMark = Buffer.from([0])
const pair = Buffer.alloc(65, 1)

/** A tree that takes its leaves one after another, and keeps a hash for each level alone. */
export const openTree = () => {
  const levels: Array<Buffer | undefined> = []
  let size = 0
  return {
    add: (leaf: Buffer): void => {
      let carried = leaf
      let level = 0
      for (; levels[level] !== undefined; level++) {
        carried = nodeHash(levels[level] as Buffer, carried)
        levels[level] = undefined
      }
      levels[level] = carried
      size++
    },
    size: () => size,
    root: (): Buffer => {
      let root: Buffer | undefined
      for (const each of levels) if (each !== undefined) root = root === undefined ? each : nodeHash(each, root)
      return root ?? hash('sha256', '', 'buffer')
    },
  }
}

/** Every hash of the lowest level, packed: what proofs are made from. */
export interface Leaves {
  readonly size: number
  readonly at: (index: number) => Uint8Array
}

/** The inclusion proof of a leaf, from its sibling up to the root's child. */
export const pathOf = (leaves: Leaves, index: number): ReadonlyArray<Buffer> => {
  const path: Buffer[] = []
  let [from, to] = [0, leaves.size]
  while (to - from > 1) {
    const middle = from + largestPower(to - from)
    if (index < middle) {
      path.push(rootOf(leaves, middle, to))
      to = middle
    } else {
      path.push(rootOf(leaves, from, middle))
      from = middle
    }
  }
  return path.reverse()
}

const rootOf = (leaves: Leaves, from: number, to: number): Buffer => {
  const tree = openTree()
  for (let index = from; index < to; index++) tree.add(Buffer.from(leaves.at(index)))
  return tree.root()
}

/** The largest power of two below a number that is more than one. */
const largestPower = (count: number): number => 2 ** Math.floor(Math.log2(count - 1))

/** The root that a proof of a leaf leads to; undefined where the proof has not the length that it has to have. RFC 9162, 2.1.3.2. */
export const rootFrom = (
  leaf: Uint8Array,
  index: number,
  size: number,
  path: ReadonlyArray<Uint8Array>,
): Buffer | undefined => {
  if (!Number.isSafeInteger(index) || !Number.isSafeInteger(size) || index < 0 || index >= size) return undefined
  let [first, last] = [index, size - 1]
  let root: Buffer = Buffer.from(leaf)
  for (const sibling of path) {
    if (last === 0) return undefined
    if (first % 2 === 1 || first === last) {
      root = nodeHash(sibling, root)
      while (first % 2 === 0 && first !== 0) [first, last] = [Math.floor(first / 2), Math.floor(last / 2)]
    } else root = nodeHash(root, sibling)
    first = Math.floor(first / 2)
    last = Math.floor(last / 2)
  }
  return last === 0 ? root : undefined
}
