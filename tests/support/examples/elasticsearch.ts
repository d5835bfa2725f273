/** Elasticsearch at `https://search.example.com`, `ELASTIC_API_KEY` in `process.env`, and three documents. */
import { elasticsearchSubject } from '../../testing/providers/elasticsearch.ts'
import { standIn } from '../stand-in.ts'

export const ids: ReadonlyArray<string> = ['a1', 'a2', 'a3']
process.env['ELASTIC_API_KEY'] = 'elastic-secret-key'

export const close = await standIn(elasticsearchSubject, 'https://search.example.com', ids)
