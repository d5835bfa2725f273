import { openActivity } from '../../../src/cli/terminal/activity.ts'
import { openMessages } from '../../../src/cli/terminal/messages.ts'
import { assert, suite } from '../../support/suite.ts'
import { keptOutput, withEnvironment } from '../output.ts'

const test = suite('activity')

const quick = { silentMs: 0, everyMs: 5 }
const rest = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))
const erased = '\r\u001b[2K'

test('a terminal shows what a command is at, and nothing is left of it', async ({ after }) => {
  after(withEnvironment({ TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: undefined }))
  const { output, text } = keptOutput(40)
  const messages = openMessages({}, output)
  const activity = openActivity(messages, quick)
  let read = 0
  activity.at(() => `cms: ${++read} ids read, and this is more than fits`)
  await rest(30)
  assert.match(text(), 'cms: 1 ids read')
  messages.warn('one is odd')
  assert.match(text(), `${erased}warning: one is odd\n`)
  await rest(30)
  activity.end()
  const lines = text().split(erased)
  assert.ok(lines.length > 3, 'it is drawn again and again')
  assert.is(lines.at(-1), '', 'it is taken away')
  assert.ok(lines.every((line) => line.replace(/.*\n/, '').length < 40))
})

test('a silence that is short shows nothing, and neither does what is no terminal', async ({ after }) => {
  after(withEnvironment({ TERM: 'xterm', NO_COLOR: '1', FORCE_COLOR: undefined }))
  const short = keptOutput(40)
  const activity = openActivity(openMessages({}, short.output))
  activity.at(() => 'asks where it is')
  activity.look()
  activity.end()
  assert.is(short.text(), '')
  for (const [kept, options] of [
    [keptOutput(), {}],
    [keptOutput(40), { quiet: true }],
    [keptOutput(40), { logFormat: 'json' as const }],
  ] as const) {
    const none = openActivity(openMessages(options, kept.output), quick)
    none.at(() => 'asks where it is')
    await rest(20)
    none.end()
    assert.is(kept.text(), '')
  }
})
