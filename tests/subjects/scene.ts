import * as E from 'fp-ts/lib/Either.js'
import type { BatchReply, BulkRecordProvider, ProviderError } from '../../src/http-provider.ts'
import type { SubjectSystem, SubjectsReport } from '../../src/index.ts'
import { deleteSubjects, type Subject } from '../../src/index.ts'
import { openClock, type SimulatedClock } from '../simulation/clock.ts'
import { type Diary, openDiary } from '../simulation/diary.ts'
import { type Dice, openDice } from '../simulation/random.ts'

/** What a drawn case came to: the last report, and what is not as it must be. */
export interface Played {
  readonly report: SubjectsReport | undefined
  readonly problems: ReadonlyArray<string>
  readonly kills: number
  readonly requests: number
}

interface Model {
  readonly name: string
  readonly there: Set<string>
  readonly refused: ReadonlySet<string>
  /** When each was removed: a read shows it for a while yet. */
  readonly removedAt: Map<string, number>
  readonly after: ReadonlyArray<string | { readonly target: string; readonly each: true }>
  readonly isJournalled: boolean
  readonly reads: boolean
}

interface Life {
  dead: boolean
}

const readLagMs = 1_000
const lateMs = 2_000
const names = ['one', 'two', 'three'] as const

/**
 * Three systems with faults, and subjects with records in them: a deletion whose answer is lost before or after it was done,
 * late effects, records that are refused, reads that lag and fail; processes that die and are followed by others. The last
 * process meets no new faults. The truth is the models' own, and so is the count of what came before its turn.
 */
export const playSubjects = async (seed: number): Promise<Played> => {
  const dice = openDice(seed)
  const clock = openClock(1_000_000)
  const subjects = drawSubjects(dice)
  const journalled = dice.chance(0.3)
  const models = drawModels(dice, subjects, journalled)
  const problems: string[] = []
  let requests = 0
  let calm = false
  const isBefore = (model: Model, id: string): boolean => {
    const owners = subjects.filter(({ ids }) => idsOf(ids[model.name]).includes(id))
    return model.after.some((before) => {
      const earlier = models.find(({ name }) => name === (typeof before === 'string' ? before : before.target)) as Model
      const waits = typeof before === 'string' ? subjects : owners
      return waits.some(({ ids }) => idsOf(ids[earlier.name]).some((each) => earlier.there.has(each)))
    })
  }
  const providerOf = (model: Model, life: Life): BulkRecordProvider => {
    const living = async <A>(work: () => Promise<A>): Promise<A> => {
      const answer = await work()
      return life.dead ? new Promise(() => {}) : answer
    }
    const remove = (ids: ReadonlyArray<string>): ReadonlyArray<string> =>
      ids.filter((id) => {
        if (model.refused.has(id) || !model.there.delete(id)) return false
        model.removedAt.set(id, clock.now())
        return true
      })
    const deleteNow = async (ids: ReadonlyArray<string>): Promise<E.Either<ProviderError, BatchReply>> => {
      requests++
      for (const id of ids) if (isBefore(model, id)) problems.push(`${model.name}: ${id} was sent before its turn`)
      await clock.sleep(dice.whole(1, 400))
      const fault = calm ? 'none' : dice.weigh({ none: 12, lost: 1, cut: 1, late: 1, throttled: 1, denied: 0 })
      if (fault === 'throttled') return E.left({ tag: 'Throttled', detail: 'later', retryAfterMs: 300 })
      if (fault === 'cut') return E.left({ tag: 'Interrupted', detail: 'cut before it was done' })
      if (fault === 'late') {
        void clock.sleep(dice.whole(1, lateMs - 500)).then(() => remove(ids))
        return E.left({ tag: 'Interrupted', detail: 'cut, and done later' })
      }
      const was = new Set(ids.filter((id) => model.there.has(id)))
      const removed = new Set(remove(ids))
      if (fault === 'lost') return E.left({ tag: 'Interrupted', detail: 'done, and the answer is lost' })
      return E.right({
        kind: 'ById',
        silence: 'unconfirmed',
        verdicts: ids.map((id) => {
          if (removed.has(id)) return { id, is: 'deleted' } as const
          if (!was.has(id)) return { id, is: 'absent' } as const
          return { id, is: 'rejected', reason: { code: 'vendor:locked', message: 'locked' } } as const
        }),
      })
    }
    const readNow = async (ids: ReadonlyArray<string>) => {
      requests++
      await clock.sleep(dice.whole(1, 100))
      if (!calm && dice.chance(0.1)) return E.left<ProviderError>({ tag: 'Interrupted', detail: 'not read' })
      const shown = ids.filter(
        (id) => model.there.has(id) || clock.now() - (model.removedAt.get(id) ?? Number.NEGATIVE_INFINITY) < readLagMs,
      )
      return E.right({ ids: shown, complete: true })
    }
    return {
      specification: 1,
      name: model.name,
      verified: 'documentation',
      capabilities: {
        maxBatchSize: 4,
        atomicity: 'per-record',
        replay: 'safe',
        effect: 'erased',
        lateEffectMs: lateMs,
        readLagMs,
      },
      isValidId: () => true,
      deleteBatch:
        ({ ids }) =>
        () =>
          living(() => deleteNow(ids)),
      ...(model.reads && {
        findExisting:
          ({ ids }) =>
          () =>
            living(() => readNow(ids)),
      }),
    }
  }

  const diaries = new Map<string, Diary>(models.map(({ name }) => [name, openDiary()]))
  let report: SubjectsReport | undefined
  let kills = 0
  const legs = journalled ? dice.whole(0, 3) : 0
  try {
    for (let leg = 0; leg <= legs; leg++) {
      const life: Life = { dead: false }
      const lent = clock.lend()
      calm = leg === legs && dice.chance(0.7)
      const systems: ReadonlyArray<SubjectSystem> = models.map((model) => ({
        name: model.name,
        provider: providerOf(model, life),
        after: model.after,
        options: {
          clock: lent,
          ...(model.isJournalled && { journal: (diaries.get(model.name) as Diary).open(life) }),
        },
      }))
      let done = false
      const run = deleteSubjects(systems, subjects, { shared: 'last' }).then(
        (made) => {
          report = made
          done = true
        },
        (cause: unknown) => {
          problems.push(`rejected: ${String(cause)}`)
          done = true
        },
      )
      if (leg < legs) {
        const at = clock.now() + dice.whole(1, 3_000)
        const end = await clock.play(() => done, at)
        if (end === 'stuck') problems.push('stuck')
        if (!done) {
          kills++
          life.dead = true
          lent.stop()
        }
      } else {
        const end = await clock.play(() => done, clock.now() + 3_600_000 * 24)
        if (end !== 'ended') problems.push(`the last run did not end: ${end}`)
        else await run
      }
      for (const diary of diaries.values()) diary.close(life.dead)
    }
    await clock.play(() => false, clock.now() + lateMs * 2)
  } finally {
    for (const diary of diaries.values()) diary.remove()
  }
  if (report !== undefined) problems.push(...judge(report, subjects, models, clock))
  return { report, problems, kills, requests }
}

const idsOf = (ids: string | ReadonlyArray<string> | undefined): ReadonlyArray<string> =>
  ids === undefined ? [] : typeof ids === 'string' ? [ids] : ids

const drawSubjects = (dice: Dice): ReadonlyArray<Subject> => {
  let next = 0
  const given: string[] = []
  return Array.from({ length: dice.whole(1, 12) }, (_, number) => ({
    subject: `subject ${number}`,
    ids: Object.fromEntries(
      names.map((name) => [
        name,
        Array.from({ length: dice.weigh({ 0: 2, 1: 5, 2: 2, 3: 1 } as const) as unknown as number }, () => {
          // Now and then one that another subject has, too.
          const shared = given.filter((id) => id.startsWith(name))
          if (shared.length > 0 && dice.chance(0.1)) return dice.pick(shared)
          const id = `${name} ${next++}`
          given.push(id)
          return id
        }),
      ]),
    ),
  }))
}

const drawModels = (dice: Dice, subjects: ReadonlyArray<Subject>, journalled: boolean): ReadonlyArray<Model> =>
  names.map((name, at) => {
    const ids = [...new Set(subjects.flatMap((subject) => idsOf(subject.ids[name])))]
    return {
      name,
      there: new Set(ids.filter(() => dice.chance(0.95))),
      refused: new Set(ids.filter(() => dice.chance(0.05))),
      removedAt: new Map(),
      after: names
        .slice(0, at)
        .flatMap((target) =>
          dice.chance(0.7) ? [dice.chance(0.85) ? ({ target, each: true } as const) : target] : [],
        ),
      isJournalled: journalled,
      reads: dice.chance(0.8),
    }
  })

/** Held against the models: what a report calls complete is gone, what it calls not begun is there, and states follow outcomes. */
const judge = (
  report: SubjectsReport,
  subjects: ReadonlyArray<Subject>,
  models: ReadonlyArray<Model>,
  _clock: SimulatedClock,
): ReadonlyArray<string> => {
  const problems: string[] = []
  for (const [number, { subject, ids }] of subjects.entries()) {
    const told = report.subjects[number]
    if (told?.subject !== subject) {
      problems.push(`${subject}: it is not in its place`)
      continue
    }
    const records = models.flatMap((model) => [...new Set(idsOf(ids[model.name]))].map((id) => ({ model, id })))
    const remaining = records.filter(({ model, id }) => model.there.has(id))
    const left = new Map(told.left.map((each) => [`${each.target} ${each.id}`, each]))
    const gone = records.length - left.size
    const expected =
      records.length === 0
        ? 'nothing'
        : left.size === 0
          ? 'complete'
          : gone === 0 && told.left.every(({ status }) => status !== 'unconfirmed')
            ? 'not-begun'
            : 'half-deleted'
    if (told.state !== expected) problems.push(`${subject}: ${told.state}, and by its records ${expected}`)
    if (told.state === 'complete' && remaining.length > 0)
      problems.push(`${subject}: complete, and ${remaining.length} records are there`)
    for (const { model, id } of remaining)
      if (!left.has(`${model.name} ${id}`)) problems.push(`${subject}: ${id} is there and is not told as left`)
    for (const { target, id, ...outcome } of told.left) {
      if (outcome.status !== 'untouched') continue
      const model = models.find(({ name }) => name === target) as Model
      if (model.removedAt.has(id)) problems.push(`${subject}: ${id} is called untouched, and we deleted it`)
      if (outcome.why.startsWith('waiting-for ') || report.targets.get(target)?.halted !== undefined) continue
      problems.push(`${subject}: ${id} was forgotten: ${outcome.why}`)
    }
    for (const { target, id, ...outcome } of told.left) {
      if (outcome.status !== 'untouched' || !outcome.why.startsWith('waiting-for ')) continue
      const model = models.find(({ name }) => name === target) as Model
      const owners = subjects.filter((each) => idsOf(each.ids[target]).includes(id))
      const isHeld = model.after.some((before) => {
        const earlier = typeof before === 'string' ? before : before.target
        const waits = typeof before === 'string' ? subjects : owners
        return waits.some((each) =>
          report.subjects[subjects.indexOf(each)]?.left.some((other) => other.target === earlier),
        )
      })
      if (!isHeld) problems.push(`${subject}: ${id} waits for nothing`)
    }
  }
  return problems
}
