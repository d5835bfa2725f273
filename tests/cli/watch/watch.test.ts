import { get, type IncomingHttpHeaders } from 'node:http'
import { join } from 'node:path'
import { openFeed, type Told } from '../../../src/cli/watch/feed.ts'
import { startBrowser } from '../../support/browser.ts'
import { assert, suite } from '../../support/suite.ts'
import { startExpunge } from '../child.ts'
import { plantedRun } from '../evidence/made-certificate.ts'

const test = suite('cli: watch', { deadlineMs: 90_000 })

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string
}

/** `until`: a text after which no more is read. */
const ask = (url: string, headers: Readonly<Record<string, string>> = {}, until?: string): Promise<Got> =>
  new Promise((resolve, reject) => {
    const request = get(url, { headers }, (response) => {
      let text = ''
      const end = () => resolve({ status: response.statusCode ?? 0, headers: response.headers, text })
      response.setEncoding('utf8').on('data', (piece: string) => {
        text += piece
        if (until === undefined || !text.includes(until)) return
        request.destroy()
        end()
      })
      response.once('end', end).once('error', () => {})
    })
    request.once('error', reject)
  })

test('a link that opens once, on this machine, for its own pages alone', async (context) => {
  const { folder } = await plantedRun(context)
  const watched = startExpunge('watch', join(folder, 'run.db'))
  context.after(() => watched.child.kill())
  const link = (await watched.says('\n')).trim()
  const { origin, searchParams } = new URL(link)
  assert.match(origin, /^http:\/\/127\.0\.0\.1:\d+$/)
  assert.is((await ask(`${origin}/`)).status, 403)
  assert.is((await ask(`${origin}/events`)).status, 403)
  assert.is((await ask(`${origin}/?token=${'x'.repeat(32)}`)).status, 403)
  assert.is((await ask(link, { host: 'evil.example.com' })).status, 421)
  const opened = await ask(link)
  assert.is(opened.status, 303)
  const [setCookie = ''] = opened.headers['set-cookie'] ?? []
  assert.match(setCookie, /; HttpOnly; SameSite=Strict/)
  assert.is((await ask(link)).status, 403, `${searchParams.get('token')?.length} letters are good for once`)
  const cookie = setCookie.split(';')[0] ?? ''
  const page = await ask(`${origin}/`, { cookie })
  assert.is(page.status, 200)
  assert.match(String(page.headers['content-security-policy']), /^default-src 'none'; .*script-src 'nonce-/)
  assert.is(page.headers['access-control-allow-origin'], undefined)
  assert.match(page.text, 'Where it stands: ended')
  assert.is((await ask(`${origin}/events`, { cookie, 'sec-fetch-site': 'cross-site' })).status, 403)
  const all = await ask(`${origin}/events`, { cookie }, 'event: course')
  assert.match(all.text, /id: 1\nevent: standing\ndata: \{"html":/)
  const rest = await ask(`${origin}/events`, { cookie, 'last-event-id': '1' }, 'event: course')
  assert.not.match(rest.text, 'event: standing')
  const browser = await startBrowser()
  context.after(() => browser.close())
  const second = startExpunge('watch', join(folder, 'run.db'))
  context.after(() => second.child.kill())
  const view = await browser.newPage()
  const problems: string[] = []
  view.on('console', (message) => {
    if (message.type() === 'error') problems.push(message.text())
  })
  await view.goto((await second.says('\n')).trim())
  await view.getByText('Up to date since').waitFor()
  assert.match(await view.locator('#standing').innerText(), 'Where it stands: ended')
  assert.ok((await view.locator('#live svg').count()) > 0)
  assert.equal(
    problems.filter((text) => !text.includes('favicon')),
    [],
  )
})

test('whoever comes late, or comes back, is told what was missed', () => {
  const feed = openFeed()
  feed.tell('standing', 'a')
  feed.tell('standing', 'a')
  feed.tell('course', 'b')
  const heard = (after: number | undefined): ReadonlyArray<string> => {
    const told: Told[] = []
    feed.listen(after, (each) => told.push(each))()
    return told.map(({ id, html }) => `${id} ${html}`)
  }
  assert.equal(heard(undefined), ['1 a', '2 b'])
  assert.equal(heard(1), ['2 b'])
  assert.equal(heard(2), [])
  const told: Told[] = []
  const stop = feed.listen(2, (each) => told.push(each))
  for (let number = 0; number < 150; number++) feed.tell('standing', `s${number}`)
  stop()
  feed.tell('standing', 'last')
  assert.is(told.length, 150)
  assert.is(heard(140).length, 13)
  assert.equal(heard(3), ['2 b', '153 last'], 'too long ago: what is so now')
  assert.equal(heard(9_999), ['2 b', '153 last'], 'of another process')
  assert.is(feed.listeners(), 0)
})
