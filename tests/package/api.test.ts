import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { apiListing } from '../../scripts/api.ts'
import { assert, suite } from '../support/suite.ts'

const test = suite('the signature listing', { deadlineMs: 30_000 })

const page = join(import.meta.dirname, '..', '..', 'docs', 'api.md')

test('docs/api.md is what the built package exports', () => {
  const kept = readFileSync(page, 'utf8').trimEnd().split('\n')
  const built = apiListing().split('\n')
  const at = built.findIndex((line, index) => line !== kept[index])
  const changed = at >= 0 || built.length !== kept.length
  assert.not.ok(
    changed,
    [
      'The signatures have changed. Run "npm run api", read the difference as your users will, and commit it.',
      `First difference, docs/api.md:${at + 1}:`,
      `  kept:  ${kept[at] ?? '(nothing)'}`,
      `  built: ${built[at] ?? '(nothing)'}`,
    ].join('\n'),
  )
})

test('shows what is exported, where it is at home, and what it names', () => {
  const listing = apiListing()
  assert.match(listing, '## expunge/providers/datocms\n\n```cts\ninterface DatoCms extends BulkRecordProvider {')
  assert.match(listing, 'const datoCms: (config: DatoCmsConfig) => DatoCms')
  assert.match(listing, /As in `expunge\/providers\/datocms`: `DatoCms`, `datoCms`/)
  assert.match(listing, /exported by none[\s\S]*type Awaitable<A> = A \| Promise<A>/)
  assert.not.match(listing, '/**')
})
