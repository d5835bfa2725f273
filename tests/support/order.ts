/**
 * In which order the files run, and how many side by side: what needs the processor first, the longest before all others,
 * so that none of them is left over at the end. Paths are below `tests/`.
 */

export interface Phase {
  readonly files: ReadonlyArray<string>
  /** Files at a time: one more than there are processors at the least, since most wait now and then. */
  readonly lanes: number
}

/** The longest, which start first. A file that is missing here costs time and nothing else. */
export const longest: ReadonlyArray<string> = [
  'cli/commands/run.test.ts',
  'testing/broken.test.ts',
  'cli/commands/run-on-terminal.test.ts',
  'docs.test.ts',
  'cli/run/beside.test.ts',
  'cli/run/backup.test.ts',
  'simulation/simulation.test.ts',
  'cli/demo/demo.test.ts',
  'testing/providers.test.ts',
  'cli/plan/selection.test.ts',
  'cli/config/config.test.ts',
  'journal/crash.test.ts',
  'examples.test.ts',
  'support/suite.test.ts',
  'cli/commands/retry.test.ts',
  'bench/jobs.test.ts',
  'bench/requests.test.ts',
  'bench/pacing.test.ts',
  'package/browser.test.ts',
  'cli/commands/verify.test.ts',
  'cli/evidence/certificate.test.ts',
  'cli/evidence/approve.test.ts',
  'pages/browser.test.ts',
  'crash/processes.test.ts',
  'crash/guards.test.ts',
]

/** It starts a hundred processes, four at a time, and so has the machine to itself. */
const alone: ReadonlyArray<string> = ['crash/kill.test.ts']

/** These hold real time against real servers. Most of it they wait, so they run beside each other and nothing else. */
const holdsTime = /^(?:core\/engine|crash)\//

export const phasesOf = (files: ReadonlyArray<string>): ReadonlyArray<Phase> => {
  const ordered = files.toSorted((one, other) => placeOf(one) - placeOf(other))
  const own = ordered.filter((file) => alone.includes(file))
  const timed = ordered.filter((file) => holdsTime.test(file) && !own.includes(file))
  const others = ordered.filter((file) => !timed.includes(file) && !own.includes(file))
  return [
    { files: others, lanes: 3 },
    { files: timed, lanes: 3 },
    { files: own, lanes: 1 },
  ]
}

const placeOf = (file: string): number => (longest.includes(file) ? longest.indexOf(file) : longest.length)
