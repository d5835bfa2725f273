import { onOneLine } from '../../../src/cli/terminal/output.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('output')

test('nothing in an id or a label steers a terminal', () => {
  assert.is(onOneLine('a\n\u001b[31m\u009b31m\u202e é"\\'), 'a\\n\\u001b[31m\\u009b31m\\u202e é"\\')
  assert.is(onOneLine('\u{1f468}\u200d\u{1f469}'), '\u{1f468}\u200d\u{1f469}')
})
