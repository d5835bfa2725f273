import fc from 'fast-check'
import { urlEncoded as urlComponent } from '../../../src/core/contract/text.ts'
import { commaList, scaleOf } from '../../../src/core/intake/weight.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('weight')

type Build = (ids: ReadonlyArray<string>) => { readonly path: string; readonly body?: unknown }

const measured = (build: Build) => (ids: ReadonlyArray<string>) => {
  const { path, body } = build(ids)
  const { pathname, search } = new URL(path, 'https://api.example.com')
  const bodyBytes = body === undefined ? 0 : new TextEncoder().encode(JSON.stringify(body)).length
  return { urlBytes: pathname.length + search.length, bodyBytes }
}

const builders: Readonly<Record<string, Build>> = {
  'a comma list in the query': (ids) => ({ path: `/v2/o?uuids=${commaList(ids)}&permanent=true` }),
  'a parameter for each': (ids) => ({ path: `/r?x=1${ids.map((id) => `&records[]=${urlComponent(id)}`).join('')}` }),
  'quoted in a filter': (ids) => ({
    path: `/r?filter=id%20in%20(${ids.map((id) => `'${urlComponent(id)}'`).join(',')})`,
  }),
  'a list in the body': (ids) => ({ path: '/r', body: { ids } }),
  'objects in the body': (ids) => ({ path: '/r', body: { data: ids.map((id) => ({ type: 'item', id })) } }),
  'in both': (ids) => ({ path: `/r?ids=${commaList(ids)}`, body: ids }),
  'in an encoding of its own': (ids) => ({
    path: `/r?ids=${ids.map((id) => encodeURIComponent(encodeURIComponent(id))).join('%2C')}`,
  }),
  'in base64': (ids) => ({ path: '/r', body: ids.map((id) => Buffer.from(id).toString('base64')) }),
  'in the path, one at a time': ([id = '']) => ({ path: `/r/${urlComponent(id)}` }),
}

const anyId = fc.oneof(
  fc.uuid(),
  fc.string({ minLength: 1, maxLength: 40 }),
  fc.string({ minLength: 1, maxLength: 40, unit: 'grapheme' }),
)

for (const [name, build] of Object.entries(builders)) {
  test(`the sum of the weights is never less than the request, and hardly more: ${name}`, () => {
    const measure = measured(build)
    const { weigh, overhead } = scaleOf(measure)
    fc.assert(
      fc.property(fc.array(anyId, { minLength: 1, maxLength: name.includes('one at a time') ? 1 : 30 }), (ids) => {
        const truth = measure(ids)
        let { urlBytes, bodyBytes } = overhead
        for (const id of ids) {
          const weight = weigh(id)
          urlBytes += weight.urlBytes
          bodyBytes += weight.bodyBytes
        }
        if (name.includes('one at a time')) return true
        const separator = 3
        return (
          urlBytes >= truth.urlBytes &&
          urlBytes <= truth.urlBytes + separator &&
          bodyBytes >= truth.bodyBytes &&
          bodyBytes <= truth.bodyBytes + separator
        )
      }),
    )
  })
}

test('a UUID in a comma list weighs 37 bytes', () => {
  const { weigh } = scaleOf(measured(builders['a comma list in the query'] as Build))
  assert.equal(weigh('84a33b7e-833a-47da-95ed-8da49ee9eeb0'), { urlBytes: 37, bodyBytes: 0 })
})

test('commas between ids stay, commas within an id do not', () => {
  assert.is(commaList(['a', 'b,c', "d'e", 'f g']), 'a,b%2Cc,d%27e,f%20g')
})
