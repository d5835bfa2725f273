import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startAvePointOpus, startDatoCms, startUuidList } from '../../src/emulators/index.ts'
import { expunge, folderOf } from '../cli/command.ts'
import { assert, suite } from '../support/suite.ts'

/** The `cleanup.json` of docs/unify.md, as it stands there but for the hosts, carried out by the command. */
const test = suite('docs/unify.md', { deadlineMs: 60_000 })

const page = readFileSync(join(import.meta.dirname, '..', '..', 'docs', 'unify.md'), 'utf8')

interface Target {
  readonly name: string
  readonly options: Readonly<Record<string, unknown>>
}

test('the cleanup of three systems does what the page says', async (context) => {
  const [, json = ''] = /<!-- cleanup\.json -->\n```json\n([\s\S]*?)```/.exec(page) ?? []
  const { targets, guards } = JSON.parse(json) as { targets: ReadonlyArray<Target>; guards: unknown }
  const [website, service, archive] = await Promise.all([startDatoCms(), startUuidList(), startAvePointOpus()])
  for (const system of [website, service, archive]) context.after(() => system.close())
  const [pages, files] = [Array.from({ length: 250 }, (_, n) => `${9_000 + n}`), ['a.pdf', 'b, signed.pdf']]
  const tickets = ['0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81', '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b82']
  website.seed(pages)
  service.seed(tickets)
  archive.seed(files)

  const hosts: Readonly<Record<string, object>> = {
    website: { baseUrl: website.url },
    service: { baseUrl: service.url },
    archive: { region: undefined, baseUrl: archive.url, tokenUrl: archive.options.tokenUrl },
  }
  const onLoopback = targets.map((target) => ({ ...target, options: { ...target.options, ...hosts[target.name] } }))
  const folder = folderOf(context, {
    'cleanup.json': JSON.stringify({ targets: onLoopback, guards }),
    'pages.txt': pages.join('\n'),
    'tickets.csv': `uuid,title\n${tickets.map((ticket) => `${ticket},a ticket`).join('\n')}\n`,
    'files.ndjson': files.map((rowKey) => JSON.stringify({ rowKey })).join('\n'),
  })
  const env = {
    DATOCMS_API_TOKEN: website.options.apiToken,
    UUID_LIST_TOKEN: service.options.token,
    OPUS_CLIENT_ID: archive.options.clientId,
    OPUS_CLIENT_SECRET: archive.options.clientSecret,
  }

  const planned = await expunge(folder, ['plan', 'cleanup.json', '-o', 'friday.db', '--json'], { env })
  assert.is(planned.code, 0, planned.stderr)
  const digest = String(JSON.parse(planned.stdout).digest).slice(0, 16)
  const ran = await expunge(folder, ['run', 'friday.db', '--approve', digest], { env })
  assert.is(ran.code, 0, ran.stderr)
  assert.equal([website.existing().size, service.existing().size, archive.existing().size], [0, 0, 0])
  const lastBefore = Math.max(...[...website.calls, ...service.calls].filter(isDeletion).map(({ at }) => at))
  assert.ok(archive.calls.filter(isDeletion).every(({ at }) => at >= lastBefore))

  const report = await expunge(folder, ['report', 'friday.db', '--format', 'csv', '-o', 'friday.csv'], { env })
  assert.is(report.code, 0, report.stderr)
  assert.is(readFileSync(join(folder, 'friday.csv'), 'utf8').trim().split('\n').length, 1 + 250 + 2 + 2)
})

const isDeletion = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  method === 'DELETE' || url.endsWith('/destroy')
