import { spawnSync } from 'node:child_process'
import { assert, suite } from '../../support/suite.ts'
import { built } from '../command.ts'

const test = suite('cli: the Node that runs it', { deadlineMs: 30_000 })

/** Runs the command by a Node that says that it is another one. */
const runBy = (version: string) => {
  const versions = `Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '${version}' } })`
  const disguise = `data:text/javascript,${encodeURIComponent(versions)}`
  return spawnSync(process.execPath, ['--import', disguise, built, '--version'], { encoding: 'utf8' })
}

test('one that is too old gets one line, which says what is needed', () => {
  for (const version of ['20.20.2', '22.17.1']) {
    const { status, stdout, stderr } = runBy(version)
    assert.is(status, 2)
    assert.is(stdout, '')
    assert.match(stderr, /^expunge needs Node 22\.18 or newer, and this is v.*\n$/)
  }
})

test('one that is new enough does its work', () => {
  for (const version of ['22.18.0', '23.0.0', '30.1.0']) assert.is(runBy(version).status, 0, version)
})
