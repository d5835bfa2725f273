import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { assert, suite } from '../support/suite.ts'

/** What waits for the next release says what kind of change it is, and says it to somebody. */
const test = suite('changesets')

const root = join(import.meta.dirname, '..', '..')
const folder = join(root, '.changeset')
const { name } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'))

const wrongIn = (text: string): string | undefined => {
  const [, head = '', body = ''] = /^---\n([\s\S]*?)\n---\n([\s\S]*)$/.exec(text) ?? []
  const kind = new RegExp(`^"${name}": (?:major|minor|patch)$`)
  if (!kind.test(head)) return `the head must be "${name}": major, minor or patch`
  return body.trim().length < 20 ? 'there is nothing for the reader of the changelog' : undefined
}

test('each names the package, the kind of change, and what it is', () => {
  for (const file of readdirSync(folder).filter((path) => path.endsWith('.md') && path !== 'README.md'))
    assert.is(wrongIn(readFileSync(join(folder, file), 'utf8')), undefined, file)
})

test('one that says nothing is found out', () => {
  assert.is(wrongIn(`---\n"${name}": patch\n---\n\nReads a list to its end.\n`), undefined)
  assert.match(wrongIn('---\n"other": patch\n---\n\nReads a list to its end.\n') ?? '', 'the head must be')
  assert.match(wrongIn(`---\n"${name}": patch\n---\n\n`) ?? '', 'there is nothing')
})
