import { resolve } from 'node:path'
import { assert, suite } from '../support/suite.ts'
import { missingTexts, mutations } from './mutations.ts'

const test = suite('mutations')
const project = resolve(import.meta.dirname, '..', '..')

test('each mistake can still be made: its text stands in the engine exactly once', () => {
  assert.ok(mutations.length >= 50)
  assert.equal(
    mutations.flatMap((mutation) => missingTexts(mutation, project)),
    [],
  )
})

test('a text that is gone, or stands twice, is told', () => {
  const edit = (find: string) => ({ name: 'x', edits: [{ file: 'pace/pacing.ts', find, replace: '' }] })
  assert.is(missingTexts(edit('no such text in the engine'), project).length, 1)
  assert.is(missingTexts(edit('count'), project).length, 1)
})
