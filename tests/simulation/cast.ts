import type { PlainFetch } from '../../src/http-provider.ts'
import { avePointOpus, type BulkRecordProvider, datoCms, uuidList } from '../../src/index.ts'
import { type Gatekeeper, openGatekeeper } from './auth.ts'
import { datoServer } from './dato-server.ts'
import { genericProvider } from './generic-provider.ts'
import { genericServer } from './generic-server.ts'
import { openNetwork } from './network.ts'
import { opusServer } from './opus-server.ts'
import { type Line, openLine, plainProvider } from './plain-provider.ts'
import type { Server } from './server.ts'
import { uuidServer } from './uuid-server.ts'
import type { Life, World } from './world.ts'

/** What outlives a process: the backend, and the line to it. */
export interface Backend {
  readonly server: Server
  readonly gatekeeper: Gatekeeper
  readonly fetch: PlainFetch
  readonly line: Line
}

export const openBackend = (world: World): Backend => {
  const gatekeeper = openGatekeeper(world)
  const server = serverOf(world)
  const fetch = openNetwork(world, server, gatekeeper)
  return { server, gatekeeper, fetch, line: openLine(world, server, fetch) }
}

/** The provider of a scenario, with its model backend behind it: a new one for each process. */
export const castOf = ({ scenario, life }: World, backend: Backend): BulkRecordProvider => {
  const { gatekeeper } = backend
  const fetch = mortal(life, backend.fetch)
  const line = mortal(life, backend.line)
  const baseUrl = 'https://backend.example.test'
  const http = { fetch }
  switch (scenario.family) {
    case 'opus':
      return avePointOpus({ baseUrl, http, ...opusAuth(gatekeeper) })
    case 'datocms':
      return datoCms({ baseUrl, http, apiToken: tokenOf(gatekeeper) as string })
    case 'uuid-list': {
      const { maxBatchSize } = scenario.traits
      return uuidList({
        baseUrl,
        http,
        object: 'io_thing',
        token: tokenOf(gatekeeper),
        permanentDelete: true,
        maxBatchSize,
      })
    }
    case 'plain':
      return plainProvider(scenario, line)
    default:
      return genericProvider(scenario, gatekeeper, fetch)
  }
}

/** A dead process sends nothing, and hears nothing. */
const mortal =
  <Given extends ReadonlyArray<unknown>, Answer>(
    life: Life,
    call: (...given: Given) => Promise<Answer>,
  ): ((...given: Given) => Promise<Answer>) =>
  async (...given) => {
    if (life.dead) return new Promise(() => {})
    try {
      return await call(...given)
    } finally {
      if (life.dead) await new Promise(() => {})
    }
  }

const serverOf = (world: World) => {
  switch (world.scenario.family) {
    case 'opus':
      return opusServer(world)
    case 'datocms':
      return datoServer(world)
    case 'uuid-list':
      return uuidServer(world)
    default:
      return genericServer(world)
  }
}

const tokenOf = ({ authorization }: Gatekeeper): string | (() => Promise<string>) => {
  if (authorization === undefined || typeof authorization === 'object') throw new Error('this system takes a token')
  return authorization
}

const opusAuth = (gatekeeper: Gatekeeper) => {
  const { authorization } = gatekeeper
  return typeof authorization === 'object' ? authorization : { token: tokenOf(gatekeeper) }
}
