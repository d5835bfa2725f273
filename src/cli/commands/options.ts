import { type Command, InvalidArgumentError, Option } from 'commander'
import type { Status } from '../../index.ts'
import { statuses } from '../report/run-file.ts'
import { durationMs } from '../terminal/duration.ts'
import { momentForms, momentOf } from '../terminal/moment.ts'

/** `--quiet` and `--log-format`, which every command that does something has. */
export const messageOptions = (command: Command): Command =>
  command
    .option('--quiet', 'tells only what is wrong')
    .addOption(new Option('--log-format <format>', 'messages on stderr').choices(['text', 'json']).default('text'))

/** What everything has that makes a plan. */
export const planWay = (command: Command): Command =>
  command
    .option('--allow-empty', 'a plan by which nothing is deleted is written, too')
    .option('--offline', 'asks no system whether its credential is good')

/** Of every command that writes a file. */
export const forceOption = (): Option =>
  new Option('--force', 'replaces a file that is there; never a journal that has begun, nor what the plan was made of')

/** Of every command whose exit code says whether all is gone. */
export const acceptOption = (): Option =>
  new Option('--accept <what>', 'what may be left for an exit code of 0: protected').choices(['protected'])

/** What `run` and `resume` have in common. */
export const runOptions = (command: Command): Command =>
  messageOptions(
    command
      .option(
        '--grace <time>',
        'how long what is in flight may take when the run is stopped (default: "30s")',
        readDuration,
      )
      .option('--max-duration <time>', 'stops the run after so long, such as 7h', readDuration)
      .option('--until <time>', `stops the run then: ${momentForms}`, readMoment)
      .option('--limit <number>', 'stops the run when it has sent so many records', readWhole)
      .option('--rps <number>', 'requests a second at most, from now on; none: no limit of your own', readRps)
      .option('--share <part>', "the part of the backend's rate limit, from now on, over 0 to 1", readShare)
      .option('--concurrency <number>', 'requests in flight at most, from now on', readWhole)
      .option('--json', 'the result as JSON on stdout')
      .addOption(acceptOption())
      .option(
        '--metrics-file <file>',
        "figures in Prometheus' text, every ten seconds and at the end, such as run.prom",
      )
      .option('--events <file>', 'adds every event to a file, as NDJSON; - is standard output'),
  )

export const readShare = (text: string): number => {
  const share = text.trim() === '' ? Number.NaN : Number(text)
  if (!(share > 0 && share <= 1)) throw new InvalidArgumentError('It must be a number over 0 and at most 1.')
  return share
}

export const readRps = (text: string): number => {
  if (text === 'none') return Number.POSITIVE_INFINITY
  const rps = text.trim() === '' ? Number.NaN : Number(text)
  if (!(rps > 0 && rps < Number.POSITIVE_INFINITY))
    throw new InvalidArgumentError('It must be a number over 0, or none.')
  return rps
}

export const readWhole = (text: string): number => {
  const number = /^\d+$/.test(text) ? Number(text) : 0
  if (!(Number.isSafeInteger(number) && number > 0)) throw new InvalidArgumentError('It must be a whole number over 0.')
  return number
}

/** A moment that is still to come. */
export const readMoment = (text: string): number => {
  const now = Date.now()
  const moment = momentOf(text, now)
  if (moment === undefined) throw new InvalidArgumentError(`It must be a time such as ${momentForms}.`)
  if (moment <= now) throw new InvalidArgumentError('It is over already.')
  return moment
}

const readDuration = (text: string): number => {
  const ms = durationMs(text)
  if (ms === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 10m or 7h, or milliseconds.')
  return ms
}

/** `--status rejected,unconfirmed`, which may be given more than once. */
export const statusesOption = (description: string): Option =>
  new Option('--status <outcomes>', `${description}: ${statuses.join(', ')}, separated by commas`).argParser(
    readStatuses,
  )

const readStatuses = (text: string, before: ReadonlyArray<Status> = []): ReadonlyArray<Status> => {
  const words = text.split(',').map((word) => word.trim())
  const unknown = words.find((word) => !(statuses as ReadonlyArray<string>).includes(word))
  if (unknown !== undefined) {
    throw new InvalidArgumentError(`"${unknown}" is not an outcome: they are ${statuses.join(', ')}.`)
  }
  return [...new Set([...before, ...(words as ReadonlyArray<Status>)])]
}
