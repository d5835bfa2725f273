/** Salesforce at `https://acme.my.salesforce.com`, `SALESFORCE_TOKEN` in `process.env`, and three accounts. */
import { salesforceSubject } from '../../testing/providers/salesforce.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['001RM000003oLrH', '001RM000003oLra', '001RM000003oLrb']
process.env['SALESFORCE_TOKEN'] = 'salesforce-secret-token'

export const close = await standIn(salesforceSubject, 'https://acme.my.salesforce.com', ids)
