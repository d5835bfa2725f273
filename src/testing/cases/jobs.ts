import type { Fault } from '../backends/loopback.ts'
import type { RelayedRequest } from '../backends/relay.ts'
import { audit, expectDeleted, said } from '../kit/audit.ts'
import { breach, expect, misfit } from '../kit/breach.ts'
import { type CasePlan, unlessFollows } from '../kit/case.ts'
import { idsCarried } from '../kit/ids-carried.ts'
import { notApplicable } from '../kit/result.ts'
import { caseOptions, isDeletion, type Scene } from '../kit/scene.ts'
import { expectSentOnce } from './batches.ts'

/** What is done later, by a job. */
export const jobCases: ReadonlyArray<CasePlan> = [
  {
    name: 'a job that never ends is given up, leaves doubt, and is not started again',
    unless: unlessFollows,
    play: (scene) => endless(scene),
  },
  {
    name: 'a job that failed is at its end, and nothing is called deleted',
    unless: unlessFollows,
    tests: ['followJob'],
    play: async (scene) => {
      const ids = scene.ids(3)
      await scene.seed(ids)
      const { jobs } = scene.backend
      if (jobs === undefined) return misfit('its provider follows jobs: give jobs, so that one can fail')
      await jobs.fail()
      const told = await scene.run(ids)
      audit(scene, told)
      for (const outcome of told.report.outcomes) {
        if (outcome.status !== 'unconfirmed' || outcome.reason.code !== 'JobOverdue') continue
        breach('asked for a job that had failed until its deadline, as if it still ran', 'its failure to be its end')
      }
    },
  },
  {
    name: 'a question to a job that fails is asked again, and the job is not started again',
    unless: unlessFollows,
    meets: 'requests',
    play: async (scene) => {
      const ids = scene.ids(3)
      await scene.seed(ids)
      const faults: ReadonlyArray<Fault> = [
        { answer: { status: 503 } },
        { answer: { status: 429, headers: { 'retry-after': '2' } } },
        'reset-before',
        'html',
        { answer: { status: 404, json: { error: 'not found' } } },
        { answer: { status: 200, json: {} } },
        'silent-before',
      ]
      scene.relay.meddle({ fault: (request) => (isPoll(request) ? faults[request.nth - 1] : undefined) })
      const told = await scene.run(ids)
      audit(scene, told)
      expectDeleted(told, ids)
      expectSentOnce(scene, ids)
    },
  },
]

const isPoll = ({ purpose }: RelayedRequest): boolean => purpose === 'poll'

/** Where the backend can't keep a job from ending, nobody is told that it has. */
const endless = async (scene: Scene) => {
  const { backend, provider } = scene
  const ids = scene.ids(3)
  await scene.seed(ids)
  if (backend.jobs !== undefined) await backend.jobs.hold()
  const canBreak = scene.hasRelay
  if (!canBreak && backend.jobs === undefined)
    return notApplicable('its backend has neither jobs that can be held, nor a url where their answers can be met')
  if (canBreak)
    scene.relay.meddle({
      fault: (request) => (backend.jobs === undefined && isPoll(request) ? 'silent-before' : undefined),
      onArrival: (request) => {
        if (isPoll(request) && request.nth > mostPolls)
          breach(`asked ${request.nth} times for a job that does not end`, 'it to be given up at its deadline')
      },
    })
  const startedAt = scene.clock.now()
  const told = await scene.run(ids)
  audit(scene, told)
  if (canBreak) expectSentOnce(scene, ids)
  const tookMs = scene.clock.now() - startedAt
  const longestMs = 10 * caseOptions.jobDeadlineMs + (provider.capabilities.lateEffectMs ?? 0)
  expect(tookMs <= longestMs, () => `followed a job that does not end for ${tookMs} ms`, 'it to be given up')
  const carries = (request: RelayedRequest, id: string) => idsCarried(scene.subject, request, [id]).length > 0
  for (const outcome of told.report.outcomes) {
    const shown = outcome.status === 'deleted' && outcome.evidence === 'read-back'
    if (outcome.status === 'unconfirmed' || shown) continue
    const sent =
      !canBreak || scene.relay.requests.some((request) => isDeletion(request) && carries(request, outcome.id))
    if (outcome.status === 'untouched' && !sent) continue
    breach(`called ${said(outcome)}, of which only a job that never ended could tell`, 'it to be unconfirmed')
  }
  return undefined
}

/** A polite pace asks a few dozen times within the deadline of a case. */
const mostPolls = 500
