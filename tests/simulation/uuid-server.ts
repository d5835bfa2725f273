import { mix, openDice, part } from './random.ts'
import type { Answer, Server } from './server.ts'
import { blamedIn, openReading, storedId } from './store.ts'
import type { World } from './world.ts'

/** A list of UUIDs in a query string, all or nothing: `DELETE /v2/<object>?uuids=…`, and two ways to read. */
export const uuidServer = (world: World): Server => {
  const { scenario, identityOf } = world
  const { traits, seed } = scenario
  const dice = openDice(mix(seed, 78))
  const shape = Math.floor(part(seed, 79) * 4)
  const filters = part(seed, 80) < 0.5

  const problem = (type: string, message: string): unknown => {
    const error = { error_type: type, error_message: message }
    return [error, { error: { type, message } }, { errors: [{ code: type, detail: message }] }, [error]][shape]
  }

  const destroy = (ids: ReadonlyArray<string>): Answer => {
    if (ids.length > (traits.realMaxIds ?? ids.length)) return { status: 414, says: [] }
    const blamed = blamedIn(world, ids)
    if (blamed.length === 0) {
      for (const id of ids) world.remove(identityOf(id))
      return {
        status: 200,
        body: '',
        says: ids.map((id) => ({ identity: identityOf(id), says: 'deleted', via: 'reply' })),
      }
    }
    const { id, is, code } = dice.pick(blamed)
    const status = is === 'absent' ? 404 : 400
    if (traits.names === 'nothing') {
      const says = ids.map((each) => ({ identity: identityOf(each), says: 'failed', via: 'reply' }) as const)
      return { status, body: {}, says }
    }
    const named = traits.names === 'culprit'
    const text =
      is === 'absent'
        ? `Entity not found${named ? ` UUID: ${storedId(world, id)}` : ' for a record of the request'}`
        : `Error Deleting Records. Exception={${code}${named ? ` on ${storedId(world, id).toUpperCase()}` : ''}}`
    const body = problem(is === 'absent' ? 'entity_not_found_error' : 'operation_error', text)
    const about = named ? [id] : ids
    return { status, body, says: about.map((each) => ({ identity: identityOf(each), says: is, via: 'reply', code })) }
  }

  const says = (ids: ReadonlyArray<string>, there: ReadonlyArray<string>): Answer['says'] =>
    ids.map((id) => ({ identity: identityOf(id), says: there.includes(id) ? 'listed' : 'unlisted', via: 'read' }))

  const reading = openReading(world)
  const filter = (ids: ReadonlyArray<string>): Answer => {
    if (traits.reader === 'second-form') {
      if (filters)
        return { status: 400, body: problem('invalid_parameter_error', 'the filter is not understood'), says: [] }
      const all = [...world.truths.values()].filter((truth) => truth.exists).map(({ fact }) => ({ io_uuid: fact.id }))
      // One that does not filter lists what was not asked for; where it can't, nobody is misled by the list.
      const strange = all.length > 0 ? all : [{ io_uuid: stranger }]
      return { status: 200, body: [...strange, { io_uuid: stranger }], says: [] }
    }
    const there = traits.reader === 'blind' ? [] : ids.filter(reading(ids))
    const body = dice.shuffle(there.map((id) => ({ io_uuid: storedId(world, id) })))
    return { status: 200, body, headers: { 'x-total-count': String(there.length) }, says: says(ids, there) }
  }
  const show = (id: string): Answer => {
    if (traits.reader !== 'blind' && reading([id])(id))
      return { status: 200, body: { io_uuid: storedId(world, id) }, says: says([id], [id]) }
    return { status: 404, body: problem('entity_not_found', `Entity not found UUID: ${id}`), says: says([id], []) }
  }

  const parts = (target: string) => {
    const [path = '', query = ''] = target.split('?', 2)
    const one = path.split('/')[3]
    const list = /(?:^|&)uuids=([^&]*)/.exec(query)?.[1]
    const asked = /(?:^|&)filter=([^&]*)/.exec(query)?.[1]
    const ids = list?.split(',') ?? decodeURIComponent(asked ?? '').match(/[0-9a-f-]{36}/gi) ?? []
    return { one, ids: one === undefined ? ids : [one] }
  }

  return {
    subjectOf: ({ method, target }) => {
      const { one, ids } = parts(target)
      if (method === 'DELETE') return { purpose: 'delete', what: 'delete', ids }
      return { purpose: 'read', what: one === undefined ? 'read' : 'read one', ids }
    },
    answer: ({ method, target }) => {
      const { one, ids } = parts(target)
      if (method === 'DELETE') return destroy(ids)
      return one === undefined ? filter(ids) : show(one)
    },
    error: (_code, message) => problem('server_error', message),
  }
}

const stranger = 'ffffffff-ffff-4fff-8fff-ffffffffffff'
