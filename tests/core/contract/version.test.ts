import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../../src/core/contract/version.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('version')

test('it is the one of the package', () => {
  const text = readFileSync(join(import.meta.dirname, '..', '..', '..', 'package.json'), 'utf8')
  assert.is(version, JSON.parse(text).version)
})
