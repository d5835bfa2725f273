import { type BulkRecordProvider, findExisting, type RunOptions } from '../../index.ts'
import { grouped } from '../terminal/figures.ts'
import type { TargetFile } from './run-file.ts'
import { mostRemaining } from './verify-bound.ts'

/** What reading back showed of a target. */
export interface Verified {
  readonly name: string
  /** Records that the run called gone, and of how many of them reading showed whether they are. */
  readonly gone: number
  readonly read: number
  /** Of those that were read: still there. */
  readonly present: number
  /** Some of these. */
  readonly presentIds: ReadonlyArray<string>
  /** How many of all could still be there, 95 % sure; left out where it can't be told. */
  readonly mostRemaining?: number
  /** What shows that the reader can see: a record that it listed now. That it could while the run went on shows nothing. */
  readonly proof?: 'now'
  /** Why it can't be verified. */
  readonly cannot?: string
  /** Places in the plan of what was told, and of what was there. */
  readonly places: { readonly told: ReadonlyArray<number>; readonly there: ReadonlyArray<number> }
  /** The forms of reading that listed something. */
  readonly forms: ReadonlyArray<string>
}

export interface VerifySettings {
  /** Records to be read; all where it is left out. */
  readonly sample?: number
  /** Ids that are known to exist: they prove the reader. */
  readonly controls: ReadonlyArray<string>
  readonly options: RunOptions
  /** Told after each look how many of how many were read. */
  readonly onLook: (read: number, most: number) => void
  /** Told now and then how many of how many were read. */
  readonly onRead: (read: number, most: number) => void
}

/**
 * Reads back what a run called gone. That a record is not listed shows nothing until the same reader has listed one that is
 * there: records of the run that are not gone serve as that control.
 */
export const verifyTarget = async (
  target: TargetFile,
  provider: BulkRecordProvider,
  { sample, controls, options, onLook, onRead }: VerifySettings,
): Promise<Verified> => {
  const { name, totals } = target
  const gone = totals.deleted + totals.absent
  const nothing = { name, gone, read: 0, present: 0, presentIds: [], places: { told: [], there: [] }, forms: [] }
  if (gone === 0) return { ...nothing, mostRemaining: 0 }
  if (provider.findExisting === undefined) return { ...nothing, cannot: `${provider.name} can't read records back` }
  const known = [...controls.filter(provider.isValidId), ...controlsIn(target)]
  const presentIds: string[] = []
  const told: number[] = []
  const there: number[] = []
  let unknown = 0
  const sees = new Set<string>()
  let looked = 0
  let tellAt = chunkSize
  for (const records of chunksOf(drawn(target, sample))) {
    const ids = records.map(({ id }) => id)
    const { provenForms, found } = await findExisting(provider, ids, {
      ...options,
      controls: known,
      provenForms: [...sees],
    })
    for (const form of provenForms) sees.add(form)
    for (const [at, { id, presence }] of found.entries()) {
      const { index } = records[at] as { readonly index: number }
      if (presence === 'unknown') unknown++
      else told.push(index)
      if (presence !== 'present') continue
      there.push(index)
      if (presentIds.length < idsKept) presentIds.push(id)
    }
    looked += ids.length
    const most = Math.min(gone, sample ?? gone)
    onLook(looked, most)
    if (looked < tellAt || looked >= most) continue
    onRead(looked, most)
    tellAt *= 2
  }
  const [read, present] = [told.length, there.length]
  const result = { name, gone, read, present, presentIds, places: { told, there }, forms: [...sees] }
  // What a sample shows of all holds only where each record of it was told.
  if (unknown > 0) return { ...result, cannot: read === 0 ? neverProven : provenInPart(unknown) }
  return { ...result, mostRemaining: mostRemaining(gone, read, present), ...(read > 0 && { proof: 'now' as const }) }
}

const neverProven =
  'nothing is listed, and nothing shows that the reader sees anything now: it may have lost a right, or look elsewhere. Name a record that exists with --control'

const provenInPart = (unknown: number): string =>
  `${grouped(unknown)} could not be told, for what one form of reading has listed proves nothing of another. Name records that exist with --control`

/** Records that are read at once: a proof holds for all of them. */
const chunkSize = 5_000

const idsKept = 20

/** A few records of the run that should still be there. */
const controlsIn = (target: TargetFile): ReadonlyArray<string> => {
  const ids: string[] = []
  for (const { outcome } of target.rows(['rejected', 'untouched'])) {
    if (outcome.status === 'untouched' && outcome.why === 'invalid-id') continue
    ids.push(outcome.id)
    if (ids.length === controlsKept) break
  }
  return ids
}

const controlsKept = 10

const drawn = (target: TargetFile, sample: number | undefined) =>
  sample === undefined
    ? target.journal.records({ statuses: ['deleted', 'absent'] })
    : target.journal.sample(sample, Math.random)

interface Drawn {
  readonly index: number
  readonly id: string
}

function* chunksOf(records: Iterable<Drawn>): Generator<ReadonlyArray<Drawn>> {
  let chunk: Drawn[] = []
  for (const record of records) {
    chunk.push(record)
    if (chunk.length < chunkSize) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
