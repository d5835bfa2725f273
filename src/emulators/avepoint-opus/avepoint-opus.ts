import { randomUUID } from 'node:crypto'
import { rateLimit, retryAfterHeader } from '../server/rate.ts'
import { serve } from '../server/server.ts'
import type { Reply, Route, System } from '../server/system.ts'
import { createTimers } from '../server/timers.ts'
import { type TokenBook, tokenBook } from '../server/tokens.ts'
import type { AvePointOpusEmulator, AvePointOpusEmulatorSettings } from './options.ts'
import { type OpusState, recordRoutes } from './records.ts'
import { repliesOf } from './replies.ts'

const scope = 'records.readwrite.all'

/**
 * Starts a stand-in for the connector records of AvePoint Opus, on loopback.
 *
 * Emulated: `DELETE`, `POST` and `GET` on `/records/connector/records` (15 records a request), and `POST
 * /connect/token` (OAuth 2.0 client credentials, tokens of an hour). `existing()` holds what is not Destroyed.
 * Purpose words for faults: `delete`, `submit`, `read` (`list`), `token`. Facts: learn.avepoint.com/docs.
 */
export const startAvePointOpus = async (settings: AvePointOpusEmulatorSettings = {}): Promise<AvePointOpusEmulator> => {
  const { clientId = 'opus-client', clientSecret = 'opus-secret', rate = 'none' } = settings
  const lifetimeMs = settings.tokenLifetimeMs ?? 3_600_000
  const timers = createTimers()
  const state: OpusState = { existing: new Set(), destroyed: new Set(), submitted: new Map(), refusals: new Map() }
  const limit = rateLimit(rate, settings.ratePhaseMs)
  const tokens = tokenBook(lifetimeMs)
  const replies = repliesOf(settings)
  const { destroy, submit, due } = recordRoutes(state, replies, settings)
  const token = tokenRoute(tokens, lifetimeMs, { clientId, clientSecret })
  const paths = new Set(['/records/connector/records', '/connector/records'])
  if (settings.path !== undefined) paths.add(settings.path.startsWith('/') ? settings.path : `/${settings.path}`)

  const system: System = {
    words: new Set(['delete', 'submit', 'read', 'list', 'token']),
    hasJobs: false,
    find: (method, path) => {
      if (path === '/connect/token') return method === 'POST' ? token : undefined
      return paths.has(path) ? { DELETE: destroy, POST: submit, GET: due }[method] : undefined
    },
    admit: (arrival, route) => {
      if (route === token) return undefined
      if (!tokens.accepts(arrival.headers.authorization)) return replies.fail(401)
      if (limit.take(arrival.call)) return undefined
      return { ...replies.fail(429), headers: retryAfterHeader(settings.retryAfter ?? 'none', limit.waitMs()) }
    },
    fail: replies.fail,
    left: limit.left,
    headers: () => ({ 'request-id': randomUUID() }),
  }
  const running = await serve(system, settings, timers)
  return {
    ...running,
    options: { baseUrl: running.url, tokenUrl: `${running.url}/connect/token`, clientId, clientSecret },
    seed: (ids) => {
      for (const id of ids) {
        state.existing.add(id)
        state.destroyed.delete(id)
      }
    },
    refuse: (ids, reason = 'The record has not been approved for destruction.') => {
      for (const id of ids) state.refusals.set(id, reason)
    },
    existing: () => state.existing,
    destroyed: () => state.destroyed,
    submitted: () => state.submitted,
  }
}

interface Credentials {
  readonly clientId: string
  readonly clientSecret: string
}

const tokenRoute = (tokens: TokenBook, lifetimeMs: number, { clientId, clientSecret }: Credentials): Route => ({
  words: ['token'],
  open: ({ body, headers }) => {
    const isForm = /^application\/x-www-form-urlencoded\b/.test(headers['content-type'] ?? '')
    const form = new URLSearchParams(isForm ? body : '')
    const run = (): Reply => {
      if (form.get('grant_type') === null) return oauthError('invalid_request')
      if (form.get('grant_type') !== 'client_credentials') return oauthError('unsupported_grant_type')
      const known = form.get('client_id') === clientId && form.get('client_secret') === clientSecret
      if (!known) return oauthError('invalid_client')
      if (!(form.get('scope') ?? '').split(' ').includes(scope)) return oauthError('invalid_scope')
      const seconds = Math.max(1, Math.floor(lifetimeMs / 1000))
      return { status: 200, json: { access_token: tokens.issue(), expires_in: seconds, token_type: 'Bearer', scope } }
    }
    return { ids: [], run }
  },
})

const oauthError = (error: string): Reply => ({ status: 400, json: { error } })
