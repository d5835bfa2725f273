import { type Command, InvalidArgumentError, Option } from 'commander'
import { durationMs } from '../terminal/duration.ts'

/** `--quiet` and `--log-format`, which every command that does something has. */
export const messageOptions = (command: Command): Command =>
  command
    .option('--quiet', 'tells only what is wrong')
    .addOption(new Option('--log-format <format>', 'messages on stderr').choices(['text', 'json']).default('text'))

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
      .option('--json', 'the result as JSON on stdout')
      .option('--events <file>', 'adds every event to a file, as NDJSON'),
  )

const readDuration = (text: string): number => {
  const ms = durationMs(text)
  if (ms === undefined) throw new InvalidArgumentError('It must be a time such as 30s, 10m or 7h, or milliseconds.')
  return ms
}
