import { type RateNews, rateNews } from '../../../src/core/pace/rate-headers.ts'
import { assert, suite } from '../../support/suite.ts'

const test = suite('rate headers')

const now = Date.UTC(2026, 6, 1)

const news = (headers: Readonly<Record<string, string>>): RateNews | undefined => rateNews(new Headers(headers), now)

test('nothing said is no news', () => {
  assert.is(news({}), undefined)
  assert.is(news({ 'content-type': 'application/json', 'retry-after': '5' }), undefined)
})

test('X-RateLimit, a header for each figure', () => {
  const dato = { 'X-RateLimit-Limit': '60', 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': '3' }
  assert.equal(news(dato), { limit: 60, remaining: 0, resetMs: 3_000 })
  assert.equal(news({ 'x-ratelimit-remaining': '12' }), { remaining: 12 })
})

test('RateLimit, a header for each figure, and the window where the policy has it', () => {
  const headers = { 'ratelimit-limit': '100', 'ratelimit-remaining': '50', 'ratelimit-reset': '50' }
  assert.equal(news(headers), { limit: 100, remaining: 50, resetMs: 50_000 })
  const policy = { ...headers, 'ratelimit-limit': '100, 100;w=60', 'ratelimit-policy': '100;w=60' }
  assert.equal(news(policy), { limit: 100, remaining: 50, resetMs: 50_000, perMs: 60_000 })
})

test('the combined RateLimit of the drafts, older and newer', () => {
  assert.equal(news({ ratelimit: 'limit=100, remaining=50, reset=5' }), { limit: 100, remaining: 50, resetMs: 5_000 })
  const newer = { ratelimit: '"default";r=50;t=30', 'ratelimit-policy': '"default";q=100;qu="requests";w=60' }
  assert.equal(news(newer), { limit: 100, remaining: 50, resetMs: 30_000, perMs: 60_000 })
})

test('a reset in seconds may have decimals', () => {
  assert.equal(news({ 'x-ratelimit-reset': '0.25' }), { resetMs: 250 })
  assert.equal(news({ 'x-ratelimit-reset': '0' }), { resetMs: 0 })
})

test('a reset that is a date: in seconds, in milliseconds, or in words', () => {
  const at = (ms: number) => news({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': String(ms) })
  assert.equal(at((now + 30_000) / 1_000), { remaining: 1, resetMs: 30_000 })
  assert.equal(at((now - 30_000) / 1_000), { remaining: 1, resetMs: 0 })
  assert.equal(at(now + 30_000), { remaining: 1, resetMs: 30_000 })
  for (const words of ['2026-07-01T00:00:30Z', 'Wed, 01 Jul 2026 00:00:30 GMT']) {
    const said = news({ 'x-ratelimit-remaining': '1', 'x-ratelimit-reset': words })
    assert.ok(said?.resetMs === undefined || said.resetMs === 30_000, `${words} is not ${said?.resetMs} ms`)
  }
})

test('several limits at once: the shortest is the one to pace by, the others are told besides', () => {
  const listed = {
    'x-ratelimit-limit': '60, 1000',
    'x-ratelimit-remaining': '59, 950',
    'x-ratelimit-reset': '1, 3600',
  }
  const hour = { name: '1', limit: 1_000, remaining: 950, resetMs: 3_600_000 }
  assert.equal(news(listed), { limit: 60, remaining: 59, resetMs: 1_000, also: [hour] })
  const byUnit = {
    'x-ratelimit-limit-hour': '600',
    'x-ratelimit-remaining-hour': '599',
    'x-ratelimit-limit-second': '6',
    'x-ratelimit-remaining-second': '5',
  }
  const also = [{ name: 'hour', limit: 600, remaining: 599, perMs: 3_600_000 }]
  assert.equal(news(byUnit), { limit: 6, remaining: 5, perMs: 1_000, also })
  const drafts = {
    ratelimit: '"day";r=900;t=3600, "burst";r=9;t=1, "bytes";r=10;t=1',
    'ratelimit-policy': '"burst";q=10;w=1, "day";q=1000;w=86400, "bytes";q=9000;w=1;qu="content-bytes"',
  }
  const day = { name: '"day"', limit: 1_000, remaining: 900, resetMs: 3_600_000, perMs: 86_400_000 }
  assert.equal(news(drafts), { limit: 10, remaining: 9, resetMs: 1_000, perMs: 1_000, also: [day] })
})

test('the account and an endpoint, as Zendesk tells them', () => {
  const account = {
    'x-rate-limit': '700',
    'ratelimit-limit': '700',
    'x-rate-limit-remaining': '699',
    'ratelimit-remaining': '699',
    'ratelimit-reset': '41',
  }
  const name = 'zendesk-ratelimit-tickets-index'
  const also = [{ name, limit: 100, remaining: 99, resetMs: 30_000 }]
  assert.equal(news(account), { limit: 700, remaining: 699, resetMs: 41_000 })
  assert.equal(news({ 'x-rate-limit': '700', 'x-rate-limit-remaining': '3' }), { limit: 700, remaining: 3 })
  assert.equal(news({ ...account, [name]: 'total=100; remaining=99; resets=30' })?.also, also)
  assert.equal(news({ [name]: 'total=100;remaining=99;resets=30' }), { also })
  assert.is(news({ [name]: 'soon' }), undefined)
})

test('a count of something else than requests is no news', () => {
  assert.is(news({ 'x-ratelimit-remaining-tokens': '7' }), undefined)
  assert.is(news({ ratelimit: 'bytes;r=9;t=1', 'ratelimit-policy': 'bytes;q=10;w=1;qu="content-bytes"' }), undefined)
})

test('nonsense is no news, and takes nothing sound along with it', () => {
  for (const text of ['', 'soon', '-1', 'NaN', 'null', '1e3', '12abc']) {
    assert.equal(news({ 'x-ratelimit-limit': text, 'x-ratelimit-remaining': '7' }), { remaining: 7 }, text)
    assert.is(news({ 'x-ratelimit-reset': text }), undefined, text)
  }
  assert.equal(news({ 'x-ratelimit-limit': '0', 'x-ratelimit-remaining': '7' }), { remaining: 7 }, 'no limit is 0')
  assert.equal(news({ 'x-ratelimit-remaining': '7', 'ratelimit-policy': 'w=0' }), { remaining: 7 })
  assert.equal(news({ 'x-ratelimit-remaining': '7', 'x-ratelimit-limit': '9'.repeat(400) }), { remaining: 7 })
})
