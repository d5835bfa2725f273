import type { Command } from 'commander'
import { showDemo } from '../demo/show.ts'
import { startDemoSystems } from '../demo/systems.ts'
import { exitCodes } from '../terminal/exit-codes.ts'

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

/** Exits 1 where the report is not true. */
export const demo = async (): Promise<void> => {
  // Whoever reads the output has gone: there is nobody left to show anything to.
  process.stdout.on('error', () => process.exit(1))
  const systems = await startDemoSystems()
  try {
    if (!(await showDemo(systems, process.stdout))) process.exitCode = exitCodes.notGone
  } finally {
    await Promise.all(systems.map(({ emulator }) => emulator.close()))
  }
}
