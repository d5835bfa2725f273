/** Airtable at `https://api.airtable.com`, `AIRTABLE_TOKEN` in `process.env`, and three records of one table. */
import { airtableSubject } from '../../testing/providers/airtable.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['rec560UJdUtocSouk', 'rec3lbPRG4aVqkeOQ', 'rec8tbPRG4aVqkeOW']
process.env['AIRTABLE_TOKEN'] = 'airtable-secret-token'

export const close = await standIn(airtableSubject, 'https://api.airtable.com', ids)
