/** DatoCMS at its real address, `process.env.DATOCMS_API_TOKEN`, and three records of `blog_post`, one of which is not there. */
import { startDatoCms } from '../../../src/emulators/index.ts'
import { redirect } from '../redirect.ts'

const emulator = await startDatoCms({
  models: [{ id: 'BxZ9Y2aKQVeTnM4hP8wLpD', apiKey: 'blog_post' }],
  record: (id) => ({ attributes: { title: `Post ${id}` } }),
})
redirect('https://site-api.datocms.com', emulator.url)
process.env['DATOCMS_API_TOKEN'] = emulator.options.apiToken

export const ids: ReadonlyArray<string> = ['T4m4tPymSACFzsqbZS65WA', 'dZOoNBJFQ_GnjtUqIy45Hw', '42']
emulator.seed(ids.slice(0, 2))

export const close = () => emulator.close()
export { emulator }
