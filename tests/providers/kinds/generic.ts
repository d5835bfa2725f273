import type { SeenRequest } from '../../support/listen.ts'
import { assert } from '../../support/suite.ts'
import type { Answered, Meddling, Told } from './front.ts'
import { assertTrue, open, tally } from './scene.ts'
import type { Traffic, Trial } from './table.ts'

/** No deletion is done, and each answer to a reading is cut: what it leaves out is there all the same. */
export const shortList =
  (traffic: Traffic, ...cuts: ReadonlyArray<(answer: Answered, request: SeenRequest) => Told>): Trial =>
  async (means) => {
    for (const cut of cuts) {
      const scene = await open(means, traffic)
      scene.front.meddle((request) => {
        if (traffic.deletes(request)) return 'lost-before'
        return traffic.reads(request) ? { change: (answer) => cut(answer, request) } : undefined
      })
      const report = await scene.run(scene.ids, { attempts: 2, drainMs: 5_000 })
      await assertTrue(scene, report)
      const { deleted = 0, absent = 0 } = tally(report)
      assert.equal([deleted, absent], [0, 0], cut.name)
      assert.ok(scene.front.requests.some(traffic.reads), 'nothing was read back')
    }
  }

/** The first deletion is not done, and lists never show more than a few: all are found all the same, and go. */
export const cappedList =
  (traffic: Traffic, cap: (answer: Answered) => Told): Trial =>
  async (means) => {
    const scene = await open(means, traffic)
    let lost = 0
    scene.front.meddle((request) => {
      if (traffic.deletes(request)) return lost++ === 0 ? 'lost-before' : undefined
      return traffic.reads(request) ? { change: cap } : undefined
    })
    assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length })
  }

/** Deletions are answered with successes that speak of no record, and not done. */
export const hollowSuccess =
  (traffic: Traffic, ...successes: ReadonlyArray<(request: SeenRequest) => Told>): Trial =>
  async (means) => {
    for (const success of successes) {
      const scene = await open(means, traffic)
      scene.front.meddle((request) => (traffic.deletes(request) ? success(request) : undefined))
      const report = await scene.run(scene.ids, { attempts: 2 })
      await assertTrue(scene, report)
      const { deleted = 0, absent = 0, rejected = 0 } = tally(report)
      assert.equal([deleted, absent, rejected], [0, 0, 0])
    }
  }

/** Each request is put off three times, in one way or another, before it is done. */
export const passingRefusal =
  (traffic: Traffic, ...refusals: ReadonlyArray<(request: SeenRequest) => Told>): Trial =>
  async (means) => {
    const locked = (status: number) => () => ({ status, text: 'later' })
    for (const refusal of [...refusals, locked(423), locked(425), locked(420)]) {
      const scene = await open(means, traffic)
      let left = 3
      scene.front.meddle((request) => (traffic.deletes(request) && left-- > 0 ? refusal(request) : undefined))
      const report = await scene.run(scene.ids)
      assert.equal(tally(report), { deleted: scene.ids.length }, JSON.stringify(refusal(anyRequest)))
      assert.is(report.halted, undefined)
    }
  }

/** Each record is refused in a word that nobody knows: it is tried once more, then rejected in the vendor's words. */
export const unknownRefusal =
  (traffic: Traffic, code: string, meddle: (request: SeenRequest) => Meddling): Trial =>
  async (means) => {
    const scene = await open(means, traffic, 5)
    scene.front.meddle(meddle)
    const report = await scene.run(scene.ids)
    await assertTrue(scene, report)
    assert.equal(
      report.outcomes.map((outcome) => outcome.status === 'rejected' && outcome.reason.code),
      scene.ids.map(() => code),
    )
    assert.is(scene.front.requests.filter(traffic.deletes).length, 2)
  }

const anyRequest: SeenRequest = { method: 'DELETE', target: '/', headers: {}, body: '' }

/** Whatever carries one record is a 500, and nothing of it is done. */
export const costlyRecord =
  (traffic: Traffic): Trial =>
  async (means) => {
    const scene = await open(means, traffic)
    const poison = scene.ids[7] as string
    scene.front.meddle((request) =>
      traffic.deletes(request) && carries(request, poison) ? { status: 500, text: 'internal error' } : undefined,
    )
    const report = await scene.run(scene.ids)
    await assertTrue(scene, report)
    const others = report.outcomes.filter(({ id }) => id !== poison)
    assert.equal(
      others.filter(({ status }) => status !== 'deleted'),
      [],
    )
  }

const carries = ({ target, body }: SeenRequest, id: string): boolean =>
  decodeURIComponent(target).includes(id) || body.includes(id)

/** For a minute in mid-run, nobody listens. */
export const neverSent =
  (traffic: Traffic): Trial =>
  async (means) => {
    const scene = await open(means, traffic)
    let isOff = false
    const doubts: string[] = []
    const report = await scene.run(scene.ids, {
      batchSize: 4,
      concurrency: 1,
      onEvent: (event) => {
        if (event.kind === 'call-failed') doubts.push(event.tag)
        if (event.kind !== 'settled' || isOff) return
        isOff = true
        scene.front.switchOff(60_000)
      },
    })
    assert.equal(tally(report), { deleted: scene.ids.length })
    assert.equal([...new Set(doubts)], ['Unreachable'])
  }

/** A wait of nothing, of less, or of the past is ours to choose; one of a day ends the run at once. */
export const endlessWait =
  (traffic: Traffic): Trial =>
  async (means) => {
    for (const wish of ['0', '-30', 'Thu, 01 Jan 1998 00:00:00 GMT']) {
      const scene = await open(means, traffic, 8)
      const at: number[] = []
      scene.front.meddle((request) => {
        if (!traffic.deletes(request)) return undefined
        at.push(scene.clock.now())
        return at.length <= 3 ? { status: 429, headers: { 'retry-after': wish } } : undefined
      })
      assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length }, wish)
      assert.is(new Set(at.slice(0, 4)).size, 4, `${wish}: it went again without a wait`)
    }
    const scene = await open(means, traffic, 8)
    scene.front.meddle((request) =>
      traffic.deletes(request) ? { status: 429, headers: { 'retry-after': '86400' } } : undefined,
    )
    const report = await scene.run(scene.ids)
    assert.is(report.halted?.because, 'unavailable')
    assert.is(scene.front.requests.filter(traffic.deletes).length, 1)
    assert.equal(
      report.outcomes.map((outcome) => outcome.status === 'untouched' && outcome.why),
      scene.ids.map(() => 'throttled'),
    )
  }

/** Ids that a path would swallow are sent nowhere else than deletions belong. */
export const dotSegments =
  (traffic: Traffic): Trial =>
  async (means) => {
    const scene = await open(means, traffic, 3)
    const report = await scene.run([...scene.ids, '.', '..', '%2e%2E', '../x'])
    const astray = scene.front.requests.filter((request) => request.method === 'DELETE' && !traffic.deletes(request))
    assert.equal(
      astray.map(({ target }) => target),
      [],
    )
    assert.equal(
      report.outcomes.filter(({ id }) => scene.ids.includes(id)).map(({ status }) => status),
      scene.ids.map(() => 'deleted'),
    )
  }

/** Whatever is asked, some answers are nested 200,000 deep, in the places where words are looked for. */
export const deepBody =
  (traffic: Traffic, own: (deep: unknown) => unknown, statuses: ReadonlyArray<number> = [200, 400]): Trial =>
  async (means) => {
    const shapes: ReadonlyArray<typeof own> = [
      own,
      (deep) => ({ error: deep }),
      (deep) => ({ error: { type: 'odd', code: 'odd', message: deep, details: deep } }),
      (deep) => ({ errors: [{ message: 'odd', extensions: { code: deep } }], message: deep, data: deep }),
      (deep) => deep,
    ]
    const nested = [`${'['.repeat(200_000)}${']'.repeat(200_000)}`, `${'{"a":'.repeat(200_000)}1${'}'.repeat(200_000)}`]
    const answers = shapes.flatMap((shape, at) => {
      const text = JSON.stringify(shape('DEEP')).replaceAll('"DEEP"', nested[at % 2] ?? '')
      return statuses.map((status) => ({ status, text }))
    })
    const scene = await open(means, traffic, 6)
    let met = 0
    // Each way of asking meets each of them, and what comes to nothing is tried again.
    const isToken = ({ target }: SeenRequest) => target.includes('token')
    scene.front.meddle((request) =>
      !isToken(request) && met < 3 * answers.length && met++ % 3 < 2 ? answers[met % answers.length] : undefined,
    )
    const report = await scene.run(scene.ids, { batchSize: 1, concurrency: 1, attempts: 3, drainMs: 5_000 })
    await assertTrue(scene, report)
    assert.is.not(report.halted?.because, 'defect', report.halted?.detail)
    assert.ok(met > shapes.length, `${met} requests`)
  }
