import { type Command, InvalidArgumentError } from 'commander'
import { openJournal } from '../../../journal/index.ts'
import { readRunFile } from '../../report/run-file.ts'
import { type MessageOptions, openMessages } from '../../terminal/messages.ts'
import { openFeed } from '../../watch/feed.ts'
import { courseHtml, livePage, standingHtml } from '../../watch/live-page.ts'
import { serve } from '../../watch/server.ts'

interface WatchOptions extends MessageOptions {
  readonly port: number
}

/** `expunge watch run.db` */
export const addWatchCommand = (program: Command): Command =>
  program
    .command('watch')
    .description(
      'Shows a run as a page that keeps itself up to date, on this machine alone: prints a link that can be opened once. Read-only, also beside the process that carries the run out. Ends with Ctrl-C.',
    )
    .argument('<run.db>', 'the journal of the run')
    .option('--port <port>', 'of 127.0.0.1; 0: any that is free', readPort, 0)
    .addHelpText('after', '\nExample:\n  expunge watch run.db --port 8080')
    .action(watch)

const readPort = (text: string): number => {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65_536) return Number(text)
  throw new InvalidArgumentError('It must be a port, from 0 to 65535.')
}

/** How often the journal is looked at, and how often the curves are drawn anew at the most. */
const everyMs = 1_000
const courseEveryMs = 10_000

const watch = async (path: string, options: WatchOptions): Promise<void> => {
  const messages = openMessages(options)
  const look = <A>(work: (journal: ReturnType<typeof openJournal>) => A): A => {
    const journal = openJournal(path, { readOnly: true, snapshot: true })
    try {
      return work(journal)
    } finally {
      journal.close()
    }
  }
  const feed = openFeed()
  let drawnAt = 0
  let before = ''
  const tell = (): void =>
    look((journal) => {
      const run = readRunFile(journal)
      const standing = standingHtml(run, Date.now())
      feed.tell('standing', standing)
      const isOver = run.head.state !== 'running' && before !== run.head.state
      before = run.head.state
      if (!isOver && Date.now() - drawnAt < courseEveryMs) return
      drawnAt = Date.now()
      feed.tell('course', courseHtml(run, journal))
    })
  tell()
  const { url, close } = await serve(options.port, feed, (nonce) =>
    look((journal) => livePage(journal, Date.now(), nonce)),
  )
  process.stdout.write(`${url}\n`)
  messages.info('open this link: it is good for once. Ctrl-C ends the page, and not the run')
  let failed = ''
  const timer = setInterval(() => {
    if (feed.listeners() === 0) return
    try {
      tell()
      failed = ''
    } catch (cause) {
      const said = (cause as Error).message
      if (said !== failed) messages.warn(`the journal can't be read now: ${said}`)
      failed = said
    }
  }, everyMs)
  await new Promise<void>((resolve) => {
    process.once('SIGINT', resolve)
    process.once('SIGTERM', resolve)
  })
  clearInterval(timer)
  await close()
}
