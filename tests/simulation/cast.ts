import { avePointOpus, type BulkRecordProvider, datoCms, uuidList } from '../../src/index.ts'
import { type Gatekeeper, openGatekeeper } from './auth.ts'
import { datoServer } from './dato-server.ts'
import { genericProvider } from './generic-provider.ts'
import { genericServer } from './generic-server.ts'
import { openNetwork } from './network.ts'
import { opusServer } from './opus-server.ts'
import { plainProvider } from './plain-provider.ts'
import { uuidServer } from './uuid-server.ts'
import type { World } from './world.ts'

/** The provider of a scenario, with its model backend behind it. */
export const castOf = (world: World): BulkRecordProvider => {
  const { scenario } = world
  const gatekeeper = openGatekeeper(world)
  const baseUrl = 'https://backend.example.test'
  const server = serverOf(world)
  const fetch = openNetwork(world, server, gatekeeper)
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
      return plainProvider(world, server, fetch)
    default:
      return genericProvider(scenario, gatekeeper, fetch)
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
