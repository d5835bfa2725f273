import { batchCases } from '../cases/cases-batches.ts'
import { jobCases } from '../cases/cases-jobs.ts'
import { limitCases } from '../cases/cases-limits.ts'
import { lineCases } from '../cases/cases-line.ts'
import { plainCases } from '../cases/cases-plain.ts'
import { readingCases } from '../cases/cases-reading.ts'
import { replyCases } from '../cases/cases-replies.ts'
import { secretCases } from '../cases/cases-secrets.ts'
import { turnedBackCases } from '../cases/cases-turned-back.ts'
import { wordCases } from '../cases/cases-words.ts'
import type { CasePlan } from './case-plan.ts'
import { onStage } from './scene.ts'
import { type ContractSubject, nowhere } from './subject.ts'

/** One thing that every adapter of its kind has to get right. `run` rejects with an error that says what it did, and what was expected. */
export interface ContractCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/**
 * The contract, as cases for any test runner: each opens a backend of its own, drives the adapter through the public
 * engine, holds what it told against what the backend then has, and closes everything. Which cases there are is decided
 * by the provider's capabilities and members alone. Cases may run in any order, and take milliseconds of virtual time.
 *
 *     for (const { name, run } of providerContract(subject)) test(name, run)
 */
export const providerContract = (subject: ContractSubject): ReadonlyArray<ContractCase> => {
  const provider = subject.provider(nowhere)
  return allCases
    .filter(({ applies }) => applies(provider))
    .map(({ name, play }) => ({ name, run: () => onStage(subject, play) }))
}

const allCases: ReadonlyArray<CasePlan> = [
  ...wordCases,
  ...plainCases,
  ...limitCases,
  ...batchCases,
  ...readingCases,
  ...jobCases,
  ...turnedBackCases,
  ...lineCases,
  ...replyCases,
  ...secretCases,
]
