import { type Intake, longestId, openIntake } from '../../../src/core/intake/intake.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('intake')

type Settings = Parameters<typeof openIntake>[1]

const open = (
  { duplicates = 'drop', protect = [] }: Partial<Settings> = {},
  provider: Partial<Parameters<typeof openIntake>[0]> = {},
): Intake => openIntake({ isValidId: () => true, ...provider }, { duplicates, protect })

const lower = (id: string) => id.toLowerCase()

test('hands on what is valid, distinct and not protected', () => {
  const judge = open({ protect: ['c'] }, { isValidId: (id) => id !== 'b' })
  assert.equal(['a', 'b', 'c', 'a', 'd'].map(judge), ['send', 'invalid-id', 'protected', 'duplicate', 'send'])
})

test('the same identity in another spelling is a repeat', () => {
  const judge = open({}, { identityOf: lower })
  assert.equal(['Ab', 'aB', 'AB', 'ac'].map(judge), ['send', 'duplicate', 'duplicate', 'send'])
  const asGiven = open()
  assert.equal(['Ab', 'aB', 'Ab'].map(asGiven), ['send', 'send', 'duplicate'])
})

test('whatever was turned away is handed in too: its repeat is one', () => {
  const judge = open({ protect: ['p'] }, { isValidId: (id) => id !== 'i' })
  assert.equal(['p', 'i', 'p', 'i', '', ''].map(judge), [
    'protected',
    'invalid-id',
    'duplicate',
    'duplicate',
    'invalid-id',
    'duplicate',
  ])
})

test('repeats are let through where duplicates are allowed, and judged each time', () => {
  const judge = open({ duplicates: 'allow', protect: ['b'] })
  assert.equal(['a', 'a', 'b', 'b', 'a'].map(judge), ['send', 'send', 'protected', 'protected', 'send'])
})

test('protected in one spelling is protected in all', () => {
  for (const protect of [['ABC'], new Set(['abc']), new Set(['ABC']).values()]) {
    assert.is(open({ protect }, { identityOf: lower })('aBc'), 'protected')
  }
  const asked: string[] = []
  const judge = open({ protect: (id) => asked.push(id) > 0 && id === 'abc' }, { identityOf: lower })
  assert.equal(['aBc', 'abd'].map(judge), ['protected', 'send'])
  assert.equal(asked, ['aBc', 'abc', 'abd'], 'asks for the spelling given, and for the identity where that differs')
})

test('invalid everywhere: empty, control characters, half a character, over-long', () => {
  const unsound = ['', '\u0000', 'a\nb', 'a\tb', '\u007f', 'a\u0085', '\ud83d', 'a\udc7d', '\udc7d\ud83d']
  for (const id of unsound) assert.is(open()(id), 'invalid-id', JSON.stringify(id))
  const sound = ['a b', 'a,b', 'é', '漢', '👽', ' ', 'null', '..', '%00', 'x'.repeat(longestId)]
  for (const id of sound) assert.is(open()(id), 'send', JSON.stringify(id))
})

test('length is counted in bytes: 10 kB are too long in any script', () => {
  assert.is(open()('x'.repeat(longestId + 1)), 'invalid-id')
  for (const character of ['é', '漢', '👽', 'x']) {
    const bytes = new TextEncoder().encode(character).length
    const most = Math.floor(longestId / bytes)
    assert.is(open()(character.repeat(most)), 'send', character)
    assert.is(open()(character.repeat(most + 1)), 'invalid-id', character)
    assert.is(open()(character.repeat(Math.ceil(10_240 / bytes))), 'invalid-id', character)
  }
})

test('the provider is asked for sound ids only, and its word is final', () => {
  const asked: string[] = []
  const isValidId = (id: string) => asked.push(id) > 0 && id.startsWith('r')
  const judge = open({ protect: () => true }, { isValidId })
  assert.equal(['', 'a\u0000', 'x', 'r'].map(judge), ['invalid-id', 'invalid-id', 'invalid-id', 'protected'])
  assert.equal(asked, ['x', 'r'])
})
