/** Directus at `https://cms.example.com`, `DIRECTUS_TOKEN` in `process.env`, and three articles. */
import { directusSubject } from '../../testing/providers/directus.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['7', '8', '9']
process.env['DIRECTUS_TOKEN'] = 'directus-secret-token'

export const close = await standIn(directusSubject, 'https://cms.example.com', ids)
