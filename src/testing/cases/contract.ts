import type { CasePlan } from '../kit/case.ts'
import { onStage } from '../kit/scene.ts'
import { type ContractSubject, nowhere } from '../kit/subject.ts'
import { batchCases } from './batches.ts'
import { jobCases } from './jobs.ts'
import { limitCases } from './limits.ts'
import { lineCases } from './line.ts'
import { plainCases } from './plain.ts'
import { readingCases } from './reading.ts'
import { replyCases } from './replies.ts'
import { secretCases } from './secrets.ts'
import { turnedBackCases } from './turned-back.ts'
import { wordCases } from './words.ts'

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
