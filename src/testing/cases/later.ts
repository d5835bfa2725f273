import type { ProviderError } from '../../http-provider.ts'
import type { VirtualClock } from '../backends/virtual-clock.ts'
import { audit, expectDeleted, said } from '../kit/audit.ts'
import { breach, expect } from '../kit/breach.ts'
import { type CasePlan, seesAnswers, unlessMany, unlessReads } from '../kit/case.ts'
import { idsCarried } from '../kit/ids-carried.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, isReading } from '../kit/scene.ts'
import { expectHalted, expectWaited, refuse } from './turned-back.ts'

/** What passes by itself: the records are not at fault, and go again. */
export const laterCases: ReadonlyArray<CasePlan> = [
  {
    name: 'a record that is busy goes again, and is not called rejected',
    play: async (scene) => {
      const { busy } = scene.backend
      if (busy === undefined) return notApplicable('its backend puts no record off: its subject gives no busy')
      const ids = scene.ids(5)
      await scene.seed(ids)
      for (const id of [ids[1] ?? '', ids[3] ?? '']) await busy(id)
      const told = await scene.run(ids)
      audit(scene, told)
      expectDeleted(told, ids)
      return undefined
    },
  },
  {
    name: '420, 423 and 425 pass: the records go again',
    meets: 'requests',
    play: async (scene) => {
      // More often than a record may be tried: waiting is no attempt.
      const times = seesAnswers(scene) ? 7 : 1
      for (const [index, status] of passing.entries()) {
        const ids = scene.ids(3, 10 * index)
        await scene.seed(ids)
        refuse(scene, { status, json: { error: 'not now' } }, times)
        const told = await scene.run(ids)
        audit(scene, told)
        expectDeleted(told, ids)
      }
    },
  },
  {
    name: 'a read that is answered with 420, 423 or 425 is asked again',
    unless: unlessReads,
    meets: 'requests',
    play: async (scene) => {
      for (const [index, status] of passing.entries()) {
        const ids = scene.ids(3, 10 * index)
        await scene.seed(ids)
        let [lost, putOff, reads] = [1, 2, 0]
        scene.relay.meddle({
          fault: (request) => {
            if (!isReading(request)) return isDeletion(request) && lost-- > 0 ? 'lost-after' : undefined
            // The first one passes, and shows that the reader can see.
            const isPutOff = ++reads > 1 && putOff-- > 0
            return isPutOff ? { answer: { status, json: { error: 'not now' } } } : undefined
          },
        })
        const told = await scene.run(ids)
        audit(scene, told)
        if (seesAnswers(scene)) expectDeleted(told, ids)
      }
    },
  },
  {
    name: '429 with a Retry-After that can not be meant is waited for',
    meets: 'requests',
    play: async (scene) => {
      // A time since 1970 in the place of seconds is beyond what an SDK can be asked to see through.
      const waits = seesAnswers(scene) ? [...oddWaits, ...unixTimes] : oddWaits
      for (const [index, [leastMs, write]] of waits.entries()) {
        const ids = scene.ids(2, 10 * index)
        await scene.seed(ids)
        const headers = { date: new Date(scene.clock.now()).toUTCString(), 'retry-after': write(scene.clock) }
        refuse(scene, { status: 429, json: { error: 'too many requests' }, headers }, 1)
        const told = await scene.run(ids)
        audit(scene, told)
        expectDeleted(told, ids)
        expectWaited(scene, leastMs, headers)
      }
    },
  },
  {
    name: 'a Retry-After beyond all patience ends the run, and nothing is called rejected',
    meets: 'requests',
    play: async (scene) => {
      for (const [index, status] of [429, 503].entries()) {
        const ids = scene.ids(3, 10 * index)
        await scene.seed(ids)
        const startedAt = scene.clock.now()
        refuse(scene, { status, headers: { 'retry-after': '86400' } }, Number.POSITIVE_INFINITY)
        const told = await scene.run(ids)
        audit(scene, told)
        if (status === 429) expectHalted(scene, told, ['unavailable'])
        const tookMs = scene.clock.now() - startedAt
        const longestMs = 3_600_000 + (scene.provider.capabilities.lateEffectMs ?? 0)
        expect(tookMs < longestMs, () => `waited for ${tookMs} ms`, 'nobody to be kept waiting for a day')
        for (const outcome of told.report.outcomes) {
          const isLeft = outcome.status === 'untouched' || outcome.status === 'unconfirmed'
          if (!isLeft) breach(`called ${said(outcome)} by a backend that only asked to wait`, 'it to be left')
        }
      }
    },
  },
  {
    name: 'a 500 that one record causes does not keep the others',
    unless: (provider) => unlessReads(provider) ?? unlessMany(provider),
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(Math.min(6, scene.provider.capabilities.maxBatchSize))
      const bad = ids[1] ?? ''
      await scene.seed(ids)
      scene.relay.meddle({
        fault: (request) =>
          isDeletion(request) && !isReading(request) && idsCarried(scene.subject, request, [bad]).length > 0
            ? { answer: { status: 500, text: 'oops' } }
            : undefined,
      })
      const told = await scene.run(ids)
      audit(scene, told)
      const results = await Promise.all(scene.deletions)
      if (results.some(isWithoutStatus)) return notApplicable('its adapter does not tell an answer from silence')
      expectDeleted(
        told,
        ids.filter((id) => id !== bad),
      )
      return undefined
    },
  },
]

/** Whether it says that it may have happened, and not that there was an answer. */
const isWithoutStatus = (result: unknown): boolean => {
  const { left } = result as { readonly left?: ProviderError }
  return left?.tag === 'Interrupted' && left.status === undefined
}

const passing = [420, 423, 425]

/** Least wait in ms, and how the header says it. */
const oddWaits: ReadonlyArray<readonly [number, (clock: VirtualClock) => string]> = [
  [1, () => '0'],
  [1, () => '-5'],
  [1, (clock) => new Date(clock.now() - 60_000).toUTCString()],
  [1, () => 'soon'],
  [3_000, () => '3, 3'],
]

const unixTimes: typeof oddWaits = [
  [2_900, (clock) => String(Math.ceil(clock.now() / 1_000) + 3)],
  [2_900, (clock) => String(clock.now() + 3_000)],
]
