import * as E from 'fp-ts/lib/Either.js'
import type { Found } from '../judge/isolation.ts'
import { mayBeOurs } from '../judge/judgement.ts'
import { tell } from '../judge/record.ts'
import { sendNext } from '../run/requeue.ts'
import { type Run, settle, settleGone, settleUnconfirmed } from '../run/run.ts'
import { contradiction, settleSeen, waitUntil } from './doubt.ts'
import { isCurable, park } from './parking.ts'
import { canRead, type Look, look, lookWithProof, unreadable } from './reader.ts'

/**
 * Gives culprits their outcomes. What a refusal stated, it is; what it left open is read, together with others, or
 * asked in a request of its own. While nothing has ever passed they are held: perhaps it is not the records.
 */
export const settleCulprits = async (run: Run, culprits: ReadonlyArray<Found>): Promise<void> => {
  for (const { by } of culprits) if (by !== 'inference') run.known.experience.bad++
  if (run.known.experience.passed > 0) {
    for (const culprit of culprits) settleCulprit(run, culprit)
    return
  }
  run.known.culprits.held.push(...culprits)
  await examineHeld(run)
}

/** Once something has passed, it was the records. */
export const releaseHeld = (run: Run): void => {
  const { held } = run.known.culprits
  if (held.length === 0 || run.known.experience.passed === 0) return
  run.known.culprits.held = []
  for (const culprit of held) settleCulprit(run, culprit)
}

const settleCulprit = (run: Run, culprit: Found): void => {
  const { record, is, by } = culprit
  const said = by !== 'inference'
  const isVain = is === 'absent' && mayBeOurs(record.belief)
  if (said && !isVain && (is === 'absent' || is === 'rejected')) settleSaid(run, culprit, is)
  else if (is !== 'rejected' && canRead(run)) suspect(run, culprit)
  else askAlone(run, culprit)
}

/** The refusal was of this record, and says what it was refused for. */
const settleSaid = (run: Run, culprit: Found, of: 'absent' | 'rejected'): void => {
  const { record, reason, sentAt } = culprit
  const overAt = run.settings.clock.now()
  const quote = of === 'rejected' ? { quote: reason } : {}
  const conclusion = tell(record, { sentAt, overAt, reason, fact: { is: 'said', of }, ...quote }, run.settings)
  if (conclusion.is === 'unknowable') settle(run, record, { status: 'unconfirmed', reason: contradiction })
  else if (conclusion.is === 'outcome' && conclusion.status === 'absent') settleGone(run, record, 'absent', 'reply')
  else if (conclusion.is === 'outcome' && conclusion.status === 'deleted')
    settleGone(run, record, 'deleted', conclusion.evidence)
  // It was not in doubt when it was sent: new, or seen there when nothing of ours was alive.
  else reject(run, culprit)
}

/** It is read, together with others, as soon as a read can tell. */
const suspect = (run: Run, culprit: Found): void => {
  tellRefused(run, culprit)
  run.known.culprits.suspects.push(culprit)
  run.tell.wake()
}

/** It was in a request that was refused, and did nothing. */
export const tellRefused = (run: Run, { record, reason, sentAt, by }: Found): void => {
  const overAt = run.settings.clock.now()
  const quoted = by !== 'inference'
  const fact = { is: 'over', took: 'nothing', quoted } as const
  tell(record, { sentAt, overAt, reason, fact, ...(quoted && { quote: reason }) }, run.settings)
}

const reject = (run: Run, { record, reason, root }: Found): void => {
  // Not the backend's word: no request can be made of it.
  if (reason.code === 'invalid-id') settle(run, record, { status: 'untouched', why: 'invalid-id', reason })
  else if (!park(run, record, reason, root)) settle(run, record, { status: 'rejected', reason })
}

/** One request of its own; for a record that has had that, nothing more can be known. */
const askAlone = (run: Run, culprit: Found): void => {
  const { record, by, reason, root, rootSize, sentAt } = culprit
  if (by !== 'inference') {
    const message = `refused, and neither the answer nor a read says whether it is still there: ${reason.message}`
    settleUnconfirmed(run, [record], { ...reason, message })
    return
  }
  sendNext(run, { records: [record], search: { others: [], refusal: culprit.refusal, root, rootSize, sentAt } })
}

/** Three records of different batches, each refused alike, and nothing has ever passed. Read first, where possible: what is gone is no sign of anything. */
const examineHeld = async (run: Run): Promise<void> => {
  const alike = firstAlike(run.known.culprits.held.filter(({ reason }) => !isCurable(run, reason)))
  if (alike === undefined || run.known.culprits.examining || run.ending.stop.reason() !== undefined) return
  run.known.culprits.examining = true
  const seen = canRead(run)
    ? await look(
        run,
        alike.map((culprit) => culprit.record),
        1,
      )
    : undefined
  run.known.culprits.examining = false
  run.tell.wake()
  if (run.known.experience.passed > 0 || run.ending.stop.reason() !== undefined) return
  const gone = new Set(
    seen !== undefined && E.isRight(seen)
      ? alike.filter((one) => isComfort(one, seen.right)).map(({ record }) => record)
      : [],
  )
  if (gone.size > 0) {
    const isFreed = (culprit: Found) => gone.has(culprit.record) || (culprit.by === 'name' && culprit.is === 'absent')
    const freed = run.known.culprits.held.filter(isFreed)
    run.known.culprits.held = run.known.culprits.held.filter((culprit) => !isFreed(culprit))
    for (const culprit of freed) settleCulprit(run, culprit)
    return examineHeld(run)
  }
  const [first] = alike
  const detail = `nothing has passed, and three records of different batches were refused alike (${first?.reason.message ?? ''}): it is not the records`
  run.ending.stop.halt({ because: 'refused-alike', detail })
}

/**
 * What is not listed is no sign of anything, if the refusal said so too, or if it was the usual form of reading that
 * looked: where a whole place is missing, the usual form fails and another one finds nothing.
 */
const isComfort = ({ record, is }: Found, { unlisted, proven, usual }: Look): boolean =>
  unlisted.includes(record) && (proven || usual || is === 'absent')

const alikeNeeded = 3

const firstAlike = (held: ReadonlyArray<Found>): ReadonlyArray<Found> | undefined => {
  const groups = new Map<string, Map<number, Found>>()
  for (const culprit of held) {
    if (culprit.by !== 'alone') continue
    const key = `${culprit.is} ${culprit.reason.status ?? ''} ${culprit.reason.code}`
    const group = groups.get(key) ?? new Map<number, Found>()
    groups.set(key, group.set(culprit.root, culprit))
    if (group.size >= alikeNeeded) return [...group.values()]
  }
  return undefined
}

/** Reads the suspects together. There: refused, if it was in a request of its own, else sent in one. */
export const readSuspects = async (run: Run): Promise<void> => {
  const { suspects } = run.known.culprits
  run.known.culprits.suspects = []
  const byRecord = new Map(suspects.map((culprit) => [culprit.record, culprit]))
  const after = suspects.reduce((latest, { record }) => Math.max(latest, record.doubt?.deadAt ?? 0), 0)
  await waitUntil(run, after + run.settings.readLagMs)
  const seen = await lookWithProof(run, [...byRecord.keys()])
  if (E.isLeft(seen) || !seen.right.proven) {
    const failure = unreadable(E.isLeft(seen) ? seen.left : undefined)
    for (const culprit of suspects)
      askAlone(run, {
        ...culprit,
        reason: { ...culprit.reason, message: `${culprit.reason.message}; ${failure.message}` },
      })
    return
  }
  const { refused, there, open } = settleSeen(run, seen.right)
  for (const { record, by } of suspects) if (record.settled && by === 'inference') run.known.experience.bad++
  for (const record of [...refused, ...there, ...open]) {
    const culprit = byRecord.get(record)
    if (culprit === undefined) continue
    if (refused.includes(record) && culprit.by !== 'inference') reject(run, culprit)
    else askAlone(run, culprit)
  }
}

/** The run ends and these were never decided: nothing was done to them. */
export const settleHeldAtEnd = (run: Run): void => {
  const { held } = run.known.culprits
  run.known.culprits.held = []
  const halted = run.ending.stop.halted()
  for (const culprit of held) {
    if (halted === undefined) settleCulprit(run, culprit)
    else settle(run, culprit.record, { status: 'untouched', why: 'halted', reason: culprit.reason })
  }
}
