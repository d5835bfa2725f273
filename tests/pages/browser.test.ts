import { readFileSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Browser, BrowserContextOptions, Page } from 'playwright-core'
import { reportPage } from '../../src/cli/report/page.ts'
import { readRunFile } from '../../src/cli/report/run-file.ts'
import { uuidList } from '../../src/index.ts'
import { openJournal } from '../../src/journal/index.ts'
import { certified, newKey, plantedRun } from '../cli/evidence/made-certificate.ts'
import { makeRun } from '../cli/made-run.ts'
import { startBrowser } from '../support/browser.ts'
import { assert, suite, type TestContext } from '../support/suite.ts'

/** Pages as people meet them: in a real browser, once for the whole file. */
const test = suite('pages in a browser', { deadlineMs: 90_000 })

let browser: Browser | undefined
test.before(async () => {
  browser = await startBrowser()
})
test.after(() => browser?.close())

const hostile = '</td><script>document.title="owned"</script><img src=x onerror="document.title=1">\u202egnp.exe'

/** A report with names that would like to be markup, and a certificate. */
const pages = async (
  context: Pick<TestContext, 'after'>,
): Promise<Readonly<Record<'report' | 'certificate', string>>> => {
  const { folder, path, ids, emulator } = await plantedRun(context, 300)
  const second = join(folder, 'second.db')
  const provider = uuidList({ ...emulator.options, permanentDelete: true })
  emulator.seed(ids.slice(0, 20))
  await makeRun(second, [
    {
      name: 'max',
      provider,
      ids: [...ids.slice(0, 20), ...Array.from({ length: 1_500 }, (_, at) => `${hostile} ${at}`)],
    },
  ])
  const journal = openJournal(second)
  journal.approve({ digest: 'abcdef0123456789'.repeat(4), approver: hostile, role: '"><b>', at: 0, how: 'named' })
  const timeline = journal.timeline('max', 7)
  const settled = timeline.stretches.map((stretch) => stretch.settled['deleted'] ?? 0)
  assert.ok(timeline.stretches.length <= 7)
  assert.is(
    settled.reduce((sum, count) => sum + count, 0),
    20,
    'every record is in one stretch',
  )
  const sent = timeline.stretches.reduce((sum, stretch) => sum + stretch.sent, 0)
  assert.is(sent, journal.target('max').lastBatch())
  const run = readRunFile(journal)
  const report = join(folder, 'report.html')
  writeFileSync(report, reportPage(run, run.targets, journal))
  journal.close()
  await certified(path, join(folder, 'certificate'), { key: newKey().key })
  return { report, certificate: join(folder, 'certificate', 'certificate.html') }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

/** What axe finds, in a line each. */
const violations = async (page: Page): Promise<ReadonlyArray<string>> => {
  await page.evaluate(axe)
  return page.evaluate(async () => {
    const { violations: found } = await (
      globalThis as unknown as {
        axe: {
          run: () => Promise<{ violations: ReadonlyArray<{ id: string; nodes: ReadonlyArray<{ html: string }> }> }>
        }
      }
    ).axe.run()
    return found.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`)
  })
}

const opened = async (file: string, options: BrowserContextOptions): Promise<Page> => {
  const context = await (browser as Browser).newContext(options)
  const page = await context.newPage()
  const asked: string[] = []
  page.on('request', (request) => asked.push(request.url()))
  page.on('dialog', () => asked.push('dialog'))
  await page.goto(pathToFileURL(file).href)
  assert.equal(asked.length, 1, `it asks for nothing else: ${asked.join()}`)
  return page
}

test('phone and desktop, light and dark, by keyboard, on paper, without script', async (context) => {
  for (const [name, file] of Object.entries(await pages(context))) {
    assert.ok(statSync(file).size <= 300_000, `${name} has ${statSync(file).size} bytes`)
    for (const [width, colorScheme] of [
      [390, 'light'],
      [1280, 'dark'],
    ] as const) {
      const page = await opened(file, { viewport: { width, height: 800 }, colorScheme })
      assert.equal(await violations(page), [], `${name} at ${width}, ${colorScheme}`)
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${name} fits ${width}`)
      assert.not.match(await page.title(), 'owned')
      assert.is(await page.locator('script, img, iframe, link').count(), 0)
      await page.keyboard.press('Tab')
      assert.is(await page.evaluate(() => document.activeElement?.textContent), 'To the content')
      if (name === 'report') assert.ok((await page.locator('svg[role=img]').count()) >= 3)
      await page.context().close()
    }
    const plain = await opened(file, { javaScriptEnabled: false })
    const text = await plain.locator('main').innerText()
    assert.match(text, name === 'report' ? 'What became of the records' : 'Certificate of destruction')
    for (const format of ['A4', 'Letter'] as const) {
      const pdf = await plain.pdf({ format })
      assert.is(pdf.subarray(0, 5).toString(), '%PDF-')
    }
    await plain.context().close()
  }
})
