/**
 * The room `plan`: decides what a run will do, and puts it on record before anything is sent. A `PlanDraft` (`draft.ts`) is
 * what was written down; a `RunPlan` (`run-plan.ts`) is what the journal keeps; `approval.ts` lets it be carried out.
 * May import: `terminal`, `config`, `ids`, `systems`. Begin with `makePlan`.
 */

import {
  AskingFailedError,
  type AskOptions,
  identifyPlace,
  type ListedRecord,
  type Place,
  planDeletion,
  writePlan,
} from '../../index.ts'
import type { OpenJournal } from '../../journal/index.ts'
import { isAtLeast } from '../../subjects.ts'
import { withoutPasswords } from '../config/secrets.ts'
import { openHolds } from '../ids/holds.ts'
import { protectedBy } from '../ids/protect.ts'
import { openLinking } from '../subjects/linking.ts'
import { openProviders, type TargetProvider } from '../systems/provider.ts'
import { remainsOf } from '../systems/remains.ts'
import type { Activity } from '../terminal/activity.ts'
import { CommandError } from '../terminal/command-error.ts'
import { counted, grouped } from '../terminal/figures.ts'
import { onOneLine } from '../terminal/output.ts'
import { version } from '../terminal/version.ts'
import { demandBackup } from './backup-file.ts'
import { digestOf, phraseOf, sealOf } from './digest.ts'
import type { PlanDraft, PlanWay, TargetDraft } from './draft.ts'
import { keepNotes, type MadePlan } from './notes.ts'
import { demandSomething } from './nothing.ts'
import { type Notice, openNotice } from './notice.ts'
import { overlaps } from './overlap.ts'
import { notAsked, probe } from './probe.ts'
import { keep, type PlannedTarget, type RunPlan } from './run-plan.ts'
import { type Sample, sampled } from './sample.ts'
import { demandExpected, openSelection } from './selection.ts'

/**
 * Asks every system where it is, reads all ids, and puts the plan on record. Sends no deletion. Rejects with a
 * `CommandError` where the plan must not be.
 */
export const makePlan = async (
  draft: PlanDraft,
  openTo: () => OpenJournal,
  { allowEmpty = false, offline = false, activity }: PlanWay = {},
): Promise<MadePlan> => {
  const opened = await openProviders(draft.targets.map((target) => [target, target.origin]))
  try {
    for (const [index, target] of draft.targets.entries())
      demandBackup(target, (opened[index] as TargetProvider).provider, draft)
    activity?.at(() => `asks ${draft.targets.map(({ name }) => name).join(', ')} where it is`)
    const places = await Promise.all(
      draft.targets.map((target, index) => placeOf(target, opened[index] as TargetProvider)),
    )
    demandEffects(draft, opened)
    const journal = openTo()
    const linking = draft.subjects === undefined ? undefined : openLinking(draft.subjects)
    const targets: PlannedTarget[] = []
    const samples = new Map<string, ReadonlyArray<ListedRecord & Sample>>()
    const notices = new Map<string, Notice>()
    for (const [index, target] of draft.targets.entries()) {
      const made = await planTarget(
        target,
        opened[index] as TargetProvider,
        places[index] as Place,
        draft,
        journal,
        linking,
        activity,
      )
      targets.push(made.planned)
      samples.set(target.name, made.sample)
      notices.set(target.name, made.notice)
    }
    demandSomething(targets, notices, allowEmpty)
    demandWithin(draft, targets)
    const subjects = linking?.close(journal)
    activity?.at(() => (offline ? 'finishes the plan' : 'asks for one record of each'))
    const asked = new Map(
      await Promise.all(
        targets.map(async (target, index) => {
          const { provider } = opened[index] as TargetProvider
          const { origin } = draft.targets[index] as TargetDraft
          const id = samples.get(target.name)?.[0]?.id
          return [target.name, offline ? notAsked : await probe(target, provider, id, draft.rate, origin)] as const
        }),
      ),
    )
    const plannedAt = new Date()
    const { config, guards, authority, rate, hours, from, expiryMs, policy, holds, notBefore } = draft
    const plan: Omit<RunPlan, 'digest' | 'phrase'> = withoutPasswords({
      format: 2,
      expunge: version,
      plannedAt: plannedAt.toISOString(),
      ...(expiryMs !== undefined && { expiresAt: new Date(plannedAt.getTime() + expiryMs).toISOString() }),
      config,
      guards,
      ...(authority !== undefined && { authority }),
      ...(rate !== undefined && { rate }),
      ...(hours !== undefined && { hours }),
      ...(from !== undefined && { from }),
      ...(policy !== undefined && { policy }),
      ...(holds !== undefined && { holds }),
      ...(notBefore !== undefined && { notBefore }),
      ...(subjects !== undefined && { subjects }),
      targets,
    })
    const named = { ...plan, digest: digestOf(plan), phrase: phraseOf(plan.targets) }
    const whole: RunPlan = { ...named, seal: sealOf(named) }
    keep(journal, 'plan', whole)
    const warnings = [
      ...targets.flatMap(protectsNothing),
      ...overlaps(
        journal,
        targets,
        opened.map(({ provider }) => provider),
      ),
      ...[...asked.values()].flatMap(({ warning = [] }) => warning),
    ]
    const made = { plan: whole, samples, notices, asked, warnings }
    keepNotes(journal, made)
    return made
  } finally {
    await Promise.all(opened.map(({ close }) => close()))
  }
}

/** A list of another system, or of another column, protects as little as none. */
const protectsNothing = ({ name, protect, protected: kept }: PlannedTarget): ReadonlyArray<string> =>
  protect?.entries === undefined || kept > 0
    ? []
    : [
        `target "${name}": not one of the ${grouped(protect.entries)} entries of ${protect.path} is among the ids, so it protects nothing here`,
      ]

/** Where a target deletes; and what it must be said of, before anything is planned there. */
const placeOf = async (target: TargetDraft, { provider }: TargetProvider): Promise<Place> => {
  const { spot } = target.origin
  const { effect } = provider.capabilities
  if (target.require !== undefined && effect !== target.require) {
    throw new CommandError(
      `${spot(['require'])}: "${target.require}" is asked for, and ${provider.name} with these options promises "${effect}"`,
    )
  }
  const place = await identifyPlace(provider).catch((cause: unknown) => {
    if (!(cause instanceof AskingFailedError)) throw cause
    throw new CommandError(`${spot([])}: ${provider.name} can't say where it is: ${cause.message}`, undefined, cause)
  })
  if (place.production === 'yes' && !target.production) {
    throw new CommandError(
      `${spot(['production'])}: ${place.label} is production: write "production": true if that is meant`,
    )
  }
  return { ...place, label: onOneLine(place.label) }
}

const planTarget = async (
  target: TargetDraft,
  { provider, adapter }: TargetProvider,
  place: Place,
  { rate, holds }: PlanDraft,
  journal: OpenJournal,
  linking: ReturnType<typeof openLinking> | undefined,
  activity: Activity | undefined,
): Promise<{
  readonly planned: PlannedTarget
  readonly sample: ReadonlyArray<ListedRecord & Sample>
  readonly notice: Notice
}> => {
  const { origin, entries, subjectEntries, protect: protectPath, ...written } = target
  const { name, pace, select, expect } = target
  const inJournal = journal.target(name)
  const guarded =
    protectPath === undefined ? undefined : await protectedBy(protectPath, target.column, origin.folder, provider)
  const protect = guarded === undefined ? {} : { protect: guarded.ids }
  const selection =
    entries === undefined && subjectEntries === undefined
      ? openSelection(provider, target.provider, select ?? {}, origin, askOptions(pace, rate))
      : undefined
  const watching = openNotice(provider, activity?.look)
  activity?.at(() => `${name}: ${counted(watching.notice().ids, 'id')} read`)
  const { identityOf = (id: string) => id } = provider
  const given =
    linking !== undefined && subjectEntries !== undefined
      ? linking.watched(name, subjectEntries(linking.seen, watching.onEmptyRow), identityOf)
      : (entries?.(watching.onEmptyRow) ?? selection?.entries() ?? [])
  const held = openHolds(heldIn(holds, name), target.column, origin.folder, provider)
  const plan = await writePlan(provider, watching.watched(given), {
    journal: inJournal,
    ...protect,
    ...(held !== undefined && { holds: held.referencesOf }),
  })
  activity?.at(() => `${name}: looks at the plan of ${counted(plan.records, 'record')}`)
  const inAll = await selection?.countAll()
  demandExpected(expect, plan.records, inAll, origin)
  const sideEffects = await selection?.sideEffects()
  const left = sampled(inJournal)
  const { callTimeoutMs, maxWaitMs, jobDeadlineMs, ...forecasted } = pace
  const forecast = await planDeletion(provider, left.ids, {
    ...forecasted,
    duplicates: 'allow',
    ...(rate !== undefined && { rate }),
    ...(target.backup !== undefined && { backup: () => {} }),
  })
  const { refusals, invalid, protected: kept, held: heldNow } = inJournal.planNow()
  const remains = [
    ...(target.remains ?? []),
    // A plan of what another one has left has them already.
    ...remainsOf(target.provider, target.options).filter(
      (each) => !target.remains?.some(({ where }) => where === each.where),
    ),
  ]
  const planned: PlannedTarget = {
    ...written,
    ...(adapter !== undefined && { adapter }),
    ...(protectPath !== undefined &&
      guarded !== undefined && { protect: { path: protectPath, digest: guarded.digest, entries: guarded.ids.length } }),
    verified: provider.verified,
    effect: provider.capabilities.effect,
    place,
    identities: plan.digest,
    records: plan.records,
    toSend: plan.toSend,
    refusals,
    invalid,
    protected: kept,
    ...(held !== undefined && { held: heldNow }),
    duplicates: plan.duplicates,
    batches: forecast.batches,
    requests: forecast.requests,
    seconds: forecast.seconds,
    ...(inAll !== undefined && { inAll }),
    ...(remains.length > 0 && { remains }),
    ...(sideEffects !== undefined && { sideEffects }),
  }
  const sample = left.sample.map(({ index, id }) => {
    const title = selection?.titleOf(id)
    return { index, id, ...(title !== undefined && { title }) }
  })
  return { planned, sample, notice: watching.notice() }
}

/** A target that can't give what another needs of it would be waited for in vain. */
const demandEffects = ({ targets }: PlanDraft, opened: ReadonlyArray<TargetProvider>): void => {
  for (const { name, origin, each = [] } of targets) {
    for (const { target, needs } of each) {
      const effect = opened[targets.findIndex((other) => other.name === target)]?.provider.capabilities.effect
      if (needs === undefined || effect === undefined || isAtLeast(effect, needs)) continue
      throw new CommandError(
        `${origin.spot(['after'])}: "${name}" needs "${needs}" of "${target}", which promises "${effect}": it would wait for ever`,
      )
    }
  }
}

/** Those of a target. */
export const heldIn = (holds: RunPlan['holds'], target: string): NonNullable<RunPlan['holds']> =>
  (holds ?? []).filter((hold) => hold.target === target)

const askOptions = (
  { attempts, callTimeoutMs, maxWaitMs }: TargetDraft['pace'],
  rate: PlanDraft['rate'],
): AskOptions => ({
  ...(attempts !== undefined && { attempts }),
  ...(callTimeoutMs !== undefined && { callTimeoutMs }),
  ...(maxWaitMs !== undefined && { maxWaitMs }),
  ...(rate !== undefined && { rate }),
})

const demandWithin = ({ guards, targets: drafts }: PlanDraft, targets: ReadonlyArray<PlannedTarget>): void => {
  const all = targets.reduce((sum, { toSend }) => sum + toSend, 0)
  for (const [index, { toSend, maxRecords }] of targets.entries()) {
    if (maxRecords === undefined || toSend <= maxRecords) continue
    const spot = drafts[index]?.origin.spot(['maxRecords'])
    throw new CommandError(
      `${spot}: there are ${counted(toSend, 'record')} to be deleted, more than ${grouped(maxRecords)}`,
    )
  }
  if (guards.maxRecords !== undefined && all > guards.maxRecords) {
    throw new CommandError(
      `guards.maxRecords: there are ${counted(all, 'record')} to be deleted, more than ${grouped(guards.maxRecords)}`,
    )
  }
}
