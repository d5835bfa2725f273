import { AskingFailedError, type BulkRecordProvider, identifyPlace, type RunOptions } from '../../index.ts'
import { openHolds } from '../ids/holds.ts'
import { protectedBy } from '../ids/protect.ts'
import { originOf } from '../plan/draft.ts'
import { heldIn } from '../plan/make.ts'
import type { PlannedTarget, RunPlan } from '../plan/run-plan.ts'
import { openProviders, type TargetProvider } from '../systems/provider.ts'
import { builtIn } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'

/** A target of a plan, ready to be run. */
export interface ReadyTarget {
  readonly provider: BulkRecordProvider
  /** Targets on one account share its rate limit. */
  readonly limitKey: string
  readonly protect?: ReadonlyArray<string>
  /** Asked for each batch: the files are read again when they change. */
  readonly holds?: NonNullable<RunOptions['holds']>
  readonly close: () => Promise<void>
}

/**
 * Makes the providers of a plan again and holds them against it: another place, another adapter, another effect is a
 * `CommandError`, before anything is sent.
 */
export const readyTargets = async (
  plan: RunPlan,
  warn: (message: string) => void,
): Promise<ReadonlyMap<string, ReadyTarget>> => {
  const ready = new Map<string, ReadyTarget>()
  try {
    const opened = await openProviders(
      plan.targets.map((target) => [target, originOf(plan, target.name), target.toSend]),
    )
    for (const [index, target] of plan.targets.entries())
      ready.set(target.name, await readyTarget(plan, target, opened[index] as TargetProvider, warn))
    await Promise.all(plan.targets.map((target) => demandPlace(target, ready.get(target.name) as ReadyTarget)))
    return ready
  } catch (cause) {
    await closeAll(ready)
    throw cause
  }
}

export const closeAll = async (targets: ReadonlyMap<string, ReadyTarget>): Promise<void> => {
  await Promise.all([...targets.values()].map(({ close }) => close()))
}

const readyTarget = async (
  plan: RunPlan,
  target: PlannedTarget,
  { provider, close }: TargetProvider,
  warn: (message: string) => void,
): Promise<ReadyTarget> => {
  const { name, place } = target
  const { folder } = originOf(plan, name)
  if (provider.capabilities.effect !== target.effect) {
    throw new CommandError(`target "${name}": gone there is now "${provider.capabilities.effect}": plan again`)
  }
  const guarded = target.protect && (await protectedBy(target.protect.path, target.column, folder, provider))
  if (guarded !== undefined && guarded.digest !== target.protect?.digest) {
    warn(
      `target "${name}": ${target.protect?.path} has changed since the plan; what it protects now is left alone, too`,
    )
  }
  // A place's key ends with the part that does not matter for its limits: the environment, the object, the path.
  const account = builtIn(target.provider) === undefined ? place.key : place.key.replace(/ [^ ]*$/, '')
  const held = openHolds(heldIn(plan.holds, name), target.column, folder, provider)
  return {
    provider,
    close,
    limitKey: `${target.provider} ${account}`,
    ...(guarded !== undefined && { protect: guarded.ids }),
    ...(held !== undefined && { holds: held.referencesOf }),
  }
}

/** Where the place can't be told for now, the run says so by itself: it halts before it sends anything. */
const demandPlace = async ({ name, place }: PlannedTarget, { provider }: ReadyTarget): Promise<void> => {
  try {
    const now = await identifyPlace(provider)
    if (now.key === place.key) return
    throw new CommandError(
      `target "${name}": this is another place: the plan was made for ${place.label}, and this is ${now.label}`,
    )
  } catch (cause) {
    if (!(cause instanceof AskingFailedError)) throw cause
  }
}
