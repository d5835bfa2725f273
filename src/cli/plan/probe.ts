import { AskingFailedError, type BulkRecordProvider, findExisting } from '../../index.ts'
import { quoted } from '../ids/quoted.ts'
import type { Origin } from '../systems/provider.ts'
import { builtIn } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import type { PlannedTarget, RunPlan } from './run-plan.ts'

/** What came of asking a system with its credential, before anything is sent. */
export interface Asked {
  /** For the plan. */
  readonly said: string
  readonly warning?: string
}

/**
 * Asks the system of a target once with its credential, and reads one record where it can: a wrong token, address or object
 * shows now, and not when the plan was approved. Rejects with a `CommandError` where it does not answer.
 */
export const probe = async (
  target: PlannedTarget,
  provider: BulkRecordProvider,
  id: string | undefined,
  rate: RunPlan['rate'],
  { spot }: Origin,
): Promise<Asked> => {
  const { attempts = mostAttempts, callTimeoutMs, verify } = target.pace
  const options = {
    attempts: Math.min(attempts, mostAttempts),
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
    ...(rate !== undefined && { rate }),
  }
  const known = builtIn(target.provider)
  try {
    if (provider.findExisting !== undefined && id !== undefined) {
      const { found } = await findExisting(provider, [id], options)
      const shown = found[0]?.presence === 'present' ? 'it lists' : 'it does not list'
      return { said: `it answers; asked for one record, ${shown} ${quoted(id)}` }
    }
    if (known?.ask !== undefined) {
      await known.ask(provider, options)
      return { said: 'it answers; it can not be asked for a record' }
    }
  } catch (cause) {
    if (!(cause instanceof AskingFailedError)) throw cause
    const { error, message } = cause
    const isRefused = error.tag === 'Refused' || (error.tag === 'Denied' && error.status !== unauthenticated)
    const isOfNoRecord = provider.findExisting === undefined && error.tag === 'Refused'
    if ((isRefused && verify === 'never') || isOfNoRecord) {
      const warning = `target "${target.name}": ${provider.name} does not let itself be read: ${message}`
      return { said: `it answers, and a read was not allowed: ${message}`, warning }
    }
    throw new CommandError(
      `${spot([])}: ${provider.name} was asked for one record, and does not answer as it should: ${message}; --offline plans without asking`,
      undefined,
      cause,
    )
  }
  if (provider.findExisting !== undefined) return { said: 'not asked: there is no record to ask for' }
  return known?.asksPlace === true
    ? { said: 'it said where it is; it can not be asked for a record' }
    : { said: 'it can not be asked anything before the run: a wrong credential or address shows only then' }
}

/** A system that is away for a moment is asked once more. */
const mostAttempts = 2

/** The status of a credential that is none. What may not be read is 403. */
const unauthenticated = 401

export const notAsked: Asked = {
  said: 'not asked, because of --offline: a wrong credential, address or object shows only in the run',
}
