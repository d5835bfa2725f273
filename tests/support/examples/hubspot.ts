/** HubSpot at `https://api.hubapi.com`, `HUBSPOT_TOKEN` in `process.env`, and three contacts. */
import { hubSpotSubject } from '../../testing/providers/hubspot.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['512', '513', '514']
process.env['HUBSPOT_TOKEN'] = 'hubspot-secret-token'

export const close = await standIn(hubSpotSubject, 'https://api.hubapi.com', ids)
