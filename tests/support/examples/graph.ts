/** Microsoft Graph, `GRAPH_TOKEN` in `process.env`, and three messages. */
import { graphSubject } from '../../testing/providers/graph.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['AAMk1', 'AAMk2', 'AAMk3']
process.env['GRAPH_TOKEN'] = 'graph-secret-token'

export const close = await standIn(graphSubject, 'https://graph.microsoft.com/v1.0', ids)
