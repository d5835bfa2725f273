import type { Command } from 'commander'
import { demo } from '../demo/show.ts'

/** `expunge demo` */
export const addDemoCommand = (program: Command): void => {
  program
    .command('demo')
    .description(
      'Deletes 16,500 records from three systems that are emulated on this machine, and holds the reports against what the ' +
        'systems really did. Takes about 15 seconds; nothing leaves the machine. Ends with 1 where a report is not true.',
    )
    .addHelpText('after', '\nExamples:\n  expunge demo\n  NO_COLOR=1 expunge demo > demo.txt')
    .action(demo)
}
