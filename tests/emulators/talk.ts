import type { AvePointOpusEmulator, DatoCmsEmulator, UuidListEmulator } from '../../src/emulators/index.ts'
import { type Answer, type Ask, ask, sleep } from './http.ts'

/** Speaks to the DatoCMS emulator with the headers that it wants. */
export const dato = (emulator: DatoCmsEmulator) => {
  const headers = {
    authorization: `Bearer ${emulator.options.apiToken}`,
    accept: 'application/json',
    'x-api-version': '3',
    'content-type': 'application/vnd.api+json',
  }
  const send = (method: string, path: string, request: Ask = {}): Promise<Answer> =>
    ask(method, emulator.url + path, { ...request, headers: { ...headers, ...request.headers } })
  const destroy = (ids: ReadonlyArray<string>, request: Ask = {}) =>
    send('POST', '/items/bulk/destroy', { json: destruction(ids), ...request })
  const poll = (id: string) => send('GET', `/job-results/${id}`)
  /** Asks until the job has ended; hands back `{ status, payload }`. */
  const follow = async (started: Promise<Answer>) => {
    const { json } = await started
    for (let attempt = 0; attempt < 1_000; attempt += 1) {
      const answer = await poll(json.data.id)
      if (answer.status === 200) return answer.json.data.attributes
      await sleep(2)
    }
    throw new Error('the job never ended')
  }
  return { send, destroy, poll, follow }
}

export const destruction = (ids: ReadonlyArray<string>) => ({
  data: {
    type: 'item_bulk_destroy_operation',
    relationships: { items: { data: ids.map((id) => ({ type: 'item', id })) } },
  },
})

/** Speaks to the Opus emulator, with a token that it fetches first. */
export const opus = async (emulator: AvePointOpusEmulator) => {
  const token = async (form: Readonly<Record<string, string>> = {}) =>
    ask('POST', emulator.options.tokenUrl, {
      form: {
        grant_type: 'client_credentials',
        client_id: emulator.options.clientId,
        client_secret: emulator.options.clientSecret,
        scope: 'records.readwrite.all',
        ...form,
      },
    })
  const issued = (await token()).json
  const headers = { authorization: `Bearer ${issued.access_token}`, 'content-type': 'application/json' }
  const send = (method: string, path: string, request: Ask = {}): Promise<Answer> =>
    ask(method, emulator.url + path, { ...request, headers: { ...headers, ...request.headers } })
  const destroy = (disposalIds: unknown, path = '/records/connector/records') =>
    send('DELETE', path, { json: { disposalIds } })
  return { send, destroy, token, issued }
}

/** Speaks to the UUID-list emulator. */
export const uuids = (emulator: UuidListEmulator) => {
  const path = `/v2/${emulator.options.object}`
  const headers = { authorization: `Bearer ${emulator.options.token}` }
  const send = (method: string, target: string, request: Ask = {}): Promise<Answer> =>
    ask(method, emulator.url + target, { ...request, headers: { ...headers, ...request.headers } })
  const remove = (ids: ReadonlyArray<string>, more = '') => send('DELETE', `${path}?uuids=${ids.join(',')}${more}`)
  const list = (filter: string, more = '') => send('GET', `${path}?filter=${encodeURIComponent(filter)}${more}`)
  return { path, send, remove, list }
}

/** The n-th UUID of the tests. */
export const uuid = (n: number): string => `84a33b7e-833a-47da-95ed-${n.toString(16).padStart(12, '0')}`

export const inList = (ids: ReadonlyArray<string>): string => `io_uuid in (${ids.map((id) => `'${id}'`).join(',')})`
