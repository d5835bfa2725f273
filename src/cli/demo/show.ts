/**
 * The room `demo`: a whole run on three emulated systems, held record by record against what those really did.
 * `demo.ts` is the entry of `npm run demo`; `audit.ts` compares.
 * May import: `terminal`, `run`, and the emulators. Begin with `demo`.
 */

import { deleteRecords } from '../../index.ts'
import { openProgress } from '../run/progress.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { type Output, paintFor, widthOf, wrap } from '../terminal/output.ts'
import { audit } from './audit.ts'
import { type DemoSystem, startDemoSystems } from './systems.ts'
import {
  comparisonOf,
  complaintsAbout,
  type DemoResult,
  introductionOf,
  notesOn,
  rejectionsIn,
  resultTable,
  verdictOf,
} from './text.ts'

/** Starts the systems and shows the demo. Exits 1 where the report is not true. */
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

/** Deletes everything in all systems at once, shows it, and holds the reports against what the systems really did: true when they agree. */
export const showDemo = async (systems: ReadonlyArray<DemoSystem>, output: Output): Promise<boolean> => {
  const paint = paintFor(output)
  const width = widthOf(output)
  const say = (...lines: ReadonlyArray<string>): void => {
    for (const line of lines) output.write(`${line}\n`)
  }
  const tell = (text: string): string => wrap(text, Math.min(width, 100))
  const list = (texts: ReadonlyArray<string>) => texts.map((text) => wrap(text, Math.min(width, 100), 2))

  say(tell(introductionOf(systems)), '')
  const results = await deleteAll(systems, output)
  const [headings = '', ...rows] = resultTable(results, width)
  say('', paint.title(headings), ...rows, '', ...notesOn(results).map((note) => paint.quiet(tell(note))))
  const rejections = rejectionsIn(results)
  if (rejections.length > 0) say('', paint.title('Rejected'), ...list(rejections))
  say('', tell(comparisonOf(results)), ...list(complaintsAbout(results)))
  const { right, text } = verdictOf(results)
  say(right ? paint.good(text) : paint.bad(text))
  return right
}

const deleteAll = async (systems: ReadonlyArray<DemoSystem>, output: Output): Promise<ReadonlyArray<DemoResult>> => {
  const progress = openProgress(output)
  try {
    return await Promise.all(
      systems.map(async (system) => {
        const { name, provider, ids, bystanders, emulator } = system
        const report = await deleteRecords(provider, ids, { onEvent: progress.follow(name, ids.length) })
        const { identityOf } = provider
        return { system, report, audit: audit({ ids, bystanders, report, system: emulator, identityOf }) }
      }),
    )
  } finally {
    progress.close()
  }
}
