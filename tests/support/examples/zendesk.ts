/** Zendesk at `https://acme.zendesk.com`, `ZENDESK_API_TOKEN` in `process.env`, and three tickets. */
import { zendeskSubject } from '../../testing/providers/zendesk.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['35436', '35437', '35438']
process.env['ZENDESK_API_TOKEN'] = 'zendesk-secret'

export const close = await standIn(zendeskSubject, 'https://acme.zendesk.com', ids)
