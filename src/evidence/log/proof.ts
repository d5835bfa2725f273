import { isBase64 } from '../signing/dsse.ts'
import { type Checkpoint, checkpointOf } from './checkpoint.ts'
import { leafHash, rootFrom } from './tree.ts'

/** That a line is in a log: c2sp.org/tlog-proof, whose `extra` is the line. */
export interface Proof {
  /** Not vouched for by anything but the path: `isIncluded` computes the leaf of it. */
  readonly extra: Buffer | undefined
  readonly index: number
  readonly path: ReadonlyArray<Buffer>
  readonly checkpoint: Checkpoint
}

const head = 'c2sp.org/tlog-proof@v1'

export const proofText = (line: string, index: number, path: ReadonlyArray<Uint8Array>, checkpoint: string): string =>
  [
    head,
    `extra ${Buffer.from(line).toString('base64')}`,
    `index ${index}`,
    ...path.map((each) => Buffer.from(each).toString('base64')),
    '',
    checkpoint,
  ].join('\n')

/** Undefined for what is no proof. */
export const proofOf = (text: string): Proof | undefined => {
  const end = text.indexOf('\n\n')
  if (end < 0) return undefined
  const lines = text.slice(0, end).split('\n')
  if (lines.shift() !== head) return undefined
  const extra = lines[0]?.startsWith('extra ') === true ? lines.shift()?.slice('extra '.length) : undefined
  const [, index] = /^index (0|[1-9]\d{0,15})$/.exec(lines.shift() ?? '') ?? []
  const checkpoint = checkpointOf(text.slice(end + 2))
  const path = lines.map((line) => Buffer.from(line, 'base64'))
  const isForm = lines.every(isBase64) && path.every(({ length }) => length === 32) && path.length <= 63
  if (index === undefined || checkpoint === undefined || !isForm || (extra !== undefined && !isBase64(extra)))
    return undefined
  return {
    extra: extra === undefined ? undefined : Buffer.from(extra, 'base64'),
    index: Number(index),
    path,
    checkpoint,
  }
}

/** Several, one after another. */
export const proofsOf = (text: string): ReadonlyArray<Proof> | undefined => {
  const texts = text.split(new RegExp(`^(?=${head.replaceAll('.', '\\.')}\n)`, 'm'))
  const proofs = texts.map((each) => proofOf(each.replace(/\n+$/, '\n')))
  return proofs.some((proof) => proof === undefined) ? undefined : (proofs as ReadonlyArray<Proof>)
}

/** Whether the line that it carries is in the tree of its checkpoint. Whether that is signed is another question. */
export const isIncluded = ({ extra, index, path, checkpoint }: Proof): boolean =>
  extra !== undefined && rootFrom(leafHash(extra), index, checkpoint.size, path)?.equals(checkpoint.root) === true
