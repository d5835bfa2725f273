import { compose } from './compose.ts'
import { complaintsOf } from './oracle.ts'
import { play, type Story } from './play.ts'
import type { Scenario } from './scenario.ts'
import { shrink } from './shrink.ts'

export interface Judged {
  readonly story: Story
  readonly complaints: ReadonlyArray<string>
}

/** Plays a seed, or a scenario, and judges it. A rejection that nobody handles is the engine's, too. */
export const judge = async (seed: number | Scenario): Promise<Judged> => {
  const unhandled: string[] = []
  const onUnhandled = (cause: unknown) => unhandled.push(`unhandled: a rejection that nobody handles: ${String(cause)}`)
  const onCrash = (cause: unknown) => unhandled.push(`crash: an error that nobody catches: ${String(cause)}`)
  process.on('unhandledRejection', onUnhandled)
  process.on('uncaughtException', onCrash)
  try {
    const story = await play(typeof seed === 'number' ? compose(seed) : seed)
    return { story, complaints: [...complaintsOf(story), ...unhandled] }
  } finally {
    process.off('unhandledRejection', onUnhandled)
    process.off('uncaughtException', onCrash)
  }
}

/** The same complaint, in as small a scenario as can be found. */
export const shrinkSeed = async (seed: number, { complaints }: Judged): Promise<Judged> => {
  const kind = kindOf(complaints[0] ?? '')
  const fails = async (candidate: Scenario) => (await judge(candidate)).complaints.some((each) => kindOf(each) === kind)
  return judge(await shrink(compose(seed), fails))
}

/** The word before the colon. */
export const kindOf = (complaint: string): string => complaint.split(':', 1)[0] ?? ''
