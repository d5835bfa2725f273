import { mix, openDice } from './random.ts'
import type { Answer, Circumstances, Server } from './server.ts'
import { deleteEach, missingIn, type Result } from './store.ts'
import type { World } from './world.ts'

/** Connector records of AvePoint Opus: `DELETE /records/connector/records {disposalIds}`, and nothing to read with. */
export const opusServer = (world: World): Server => {
  const { scenario, identityOf } = world
  const { traits } = scenario
  const dice = openDice(mix(scenario.seed, 81))

  const destroy = (ids: ReadonlyArray<string>, { fault }: Circumstances): Answer => {
    if (ids.length > (traits.realMaxIds ?? ids.length)) return { status: 413, body: problem(413, 'too long'), says: [] }
    if (missingIn(world, ids).length > 0) {
      const says = ids.map((id) => ({ identity: identityOf(id), says: 'failed', via: 'reply' }) as const)
      return { status: 400, body: problem(400, 'bad parameters'), says }
    }
    const results = deleteEach(world, ids)
    const failed = results.filter(({ is }) => is === 'refused' || is === 'absent')
    const deleted = (some: ReadonlyArray<Result>): Answer['says'] =>
      some.map(({ id }) => ({ identity: identityOf(id), says: 'deleted', via: 'reply' }))
    if (failed.length === 0) {
      if (traits.noContent) return { status: 204, says: deleted(results) }
      return { status: 200, body: { statusCode: 200, message: null }, says: deleted(results) }
    }
    const { list, strange } = spoiltList(failed, fault?.kind)
    const body = { statusCode: 418, message: 'processed with exceptions', failedItems: written(list) }
    const readable = traits.failedItems !== 'unreadable'
    const named = list.map(({ id, code }) => ({
      identity: identityOf(id),
      says: 'refused' as const,
      via: 'reply' as const,
      ...(code !== undefined && traits.failedItems === 'objects' && { code }),
    }))
    const silent = results.filter(({ id }) => !list.some((entry) => entry.id === id))
    const says = !readable ? [] : strange ? named : [...named, ...deleted(silent)]
    return { status: traits.exceptions === 'status' ? 418 : 200, body, says }
  }

  const spoiltList = (failed: ReadonlyArray<Result>, kind: string | undefined) => {
    const stranger: Result = { id: 'stranger-3', is: 'refused', code: 'held-by-a-stranger' }
    if (kind === 'foreign') return { list: [...failed, stranger], strange: true }
    if (kind === 'fewer') return { list: [...failed.slice(1), stranger], strange: true }
    return { list: kind === 'twice' ? [...failed, dice.pick(failed)] : failed, strange: false }
  }
  const written = (list: ReadonlyArray<Result>): unknown => {
    if (traits.failedItems === 'unreadable') return [{ row: 7 }, ...list.map(() => ({ what: 'failed' }))]
    if (traits.failedItems === 'keys') return list.map(({ id }) => id)
    return list.map(({ id, code }) => ({ rowKey: id, message: `it is ${code}` }))
  }

  return {
    subjectOf: ({ body }) => ({ purpose: 'delete', what: 'destroy', ids: idsIn(body) }),
    answer: ({ body }, circumstances) => destroy(idsIn(body), circumstances),
    error: (code, message) => problem(Number(code.replace(/\D/g, '')) || 503, message),
  }
}

const problem = (statusCode: number, message: string) => ({ statusCode, message })

const idsIn = (body: string): ReadonlyArray<string> => (JSON.parse(body) as { disposalIds: string[] }).disposalIds
