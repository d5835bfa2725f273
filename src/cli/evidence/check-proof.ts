import type { Checkpoint } from '../../evidence/log/checkpoint.ts'
import { noteSigners } from '../../evidence/log/note.ts'
import { type LogPolicy, logOf } from '../../evidence/log/policy.ts'
import { isIncluded, type Proof, proofsOf } from '../../evidence/log/proof.ts'

/** What a file of proofs shows, in sentences; or why it shows nothing. */
export type CheckedProof =
  | { readonly holds: true; readonly shows: ReadonlyArray<string> }
  | { readonly holds: false; readonly why: string }

/** Checks proofs against the checkpoint of a certificate, which has to be one that holds, and against whom the reader trusts. */
export const checkProof = (
  text: string,
  checkpoint: Checkpoint | undefined,
  policy: LogPolicy | undefined,
): CheckedProof => {
  const proofs = proofsOf(text)
  if (proofs === undefined || proofs.length === 0)
    return { holds: false, why: 'it is no proof of c2sp.org/tlog-proof@v1' }
  for (const proof of proofs) {
    const why = whyNot(proof, checkpoint, policy)
    if (why !== undefined) return { holds: false, why }
  }
  const [first, second] = proofs
  const shows = proofs.map(({ extra, index }) => `line ${index + 1} is in it: ${extra?.toString('utf8')}`)
  const isGap = proofs.length === 2 && first !== undefined && second !== undefined && second.index === first.index + 1
  return {
    holds: true,
    shows: isGap ? [...shows, 'the two are neighbours: where the lines are sorted there is none between them'] : shows,
  }
}

const whyNot = (
  proof: Proof,
  checkpoint: Checkpoint | undefined,
  policy: LogPolicy | undefined,
): string | undefined => {
  if (proof.extra === undefined) return 'it has no line of its own ("extra")'
  if (!isIncluded(proof)) return 'its line does not lead to the root of its checkpoint'
  if (checkpoint === undefined) return 'the checkpoint of the certificate does not hold'
  const { size, root, origin, note } = proof.checkpoint
  if (size !== checkpoint.size || !root.equals(checkpoint.root) || origin !== checkpoint.origin)
    return 'its checkpoint is not that of the certificate'
  if (policy !== undefined && logOf(proof.checkpoint, policy) === undefined)
    return 'its checkpoint is signed by no log of the keys that were given'
  // Beside the certificate's own, which holds, it has to be the same to the byte.
  const isSame =
    note.text === checkpoint.note.text && JSON.stringify(note.signatures) === JSON.stringify(checkpoint.note.signatures)
  return isSame || (policy !== undefined && noteSigners(note, policy.logs) !== undefined)
    ? undefined
    : 'its checkpoint is not signed as that of the certificate is'
}
