import { audit, expectDeleted } from '../kit/audit.ts'
import { expect, misfit } from '../kit/breach.ts'
import type { CasePlan } from '../kit/case.ts'
import { idsCarried } from '../kit/ids-carried.ts'
import { isDeletion, isReading, type Scene } from '../kit/scene.ts'

/** How much a request may carry. */
export const limitCases: ReadonlyArray<CasePlan> = [
  {
    name: 'the declared limits hold, as the backend counts them',
    meets: 'requests',
    play: (scene) => limits(scene),
  },
]

const limits = async (scene: Scene): Promise<void> => {
  const { provider, relay, subject } = scene
  const { maxBatchSize, maxUrlBytes, maxBodyBytes } = provider.capabilities
  const count = Math.min(2 * maxBatchSize + 1, mostRecords)
  const plain = scene.ids(count)
  const heavy = scene.ids(count, count).map((id) => `${id}${'é "ü'.repeat(8)}`)
  const most = { ids: 0, urlBytes: 0, bodyBytes: 0 }
  const rounds = [plain, heavy.every((id) => provider.isValidId(id)) ? heavy : []]
  for (const ids of rounds) {
    await scene.seed(ids)
    const told = await scene.run(ids)
    const isSeen = relay.requests.some((request) => isDeletion(request) && idsCarried(subject, request, ids).length > 0)
    if (ids.length > 0 && !isSeen) misfit('no id can be found in any deletion: give idsIn')
    for (const request of relay.requests) {
      const { target, body, told: answer } = request
      const urlBytes = Buffer.byteLength(target)
      const bodyBytes = Buffer.byteLength(body)
      const isSized = isDeletion(request) || isReading(request)
      expect(
        !isSized || urlBytes <= (maxUrlBytes ?? Number.POSITIVE_INFINITY),
        () => `sent a request target of ${urlBytes} bytes, and declares at most ${maxUrlBytes}`,
        'weigh and overhead to be what a request really carries',
      )
      if (!isDeletion(request)) continue
      expect(
        bodyBytes <= (maxBodyBytes ?? Number.POSITIVE_INFINITY),
        () => `sent a body of ${bodyBytes} bytes, and declares at most ${maxBodyBytes}`,
        'weigh and overhead to be what a request really carries',
      )
      const carried = idsCarried(subject, request, ids).length
      expect(
        carried <= maxBatchSize,
        () => `sent ${carried} records in one request, and declares at most ${maxBatchSize}`,
        'no more than declared',
      )
      most.ids = Math.max(most.ids, carried)
      most.urlBytes = Math.max(most.urlBytes, urlBytes)
      most.bodyBytes = Math.max(most.bodyBytes, bodyBytes)
      const refused = answer !== undefined && answer.status >= 400 && answer.status < 500
      expect(
        !refused,
        () =>
          `had a request with ${carried} good records refused by the backend with ${answer?.status} (${urlBytes} bytes of URL, ${bodyBytes} of body)`,
        'declared limits that are as low as the real ones',
      )
    }
    audit(scene, told)
    expectDeleted(told, ids)
  }
  // A limit that no request came near has shown nothing.
  if (most.ids === maxBatchSize) scene.tested('maxBatchSize')
  if (most.urlBytes > nearly * (maxUrlBytes ?? Number.POSITIVE_INFINITY)) scene.tested('maxUrlBytes')
  if (most.bodyBytes > nearly * (maxBodyBytes ?? Number.POSITIVE_INFINITY)) scene.tested('maxBodyBytes')
}

const nearly = 0.8

/** More would make a case slow, and show no more. */
const mostRecords = 1_201
