import type { BulkRecordProvider } from '../../http-provider.ts'
import type { CasePlan } from '../kit/case.ts'
import { claimsOf } from '../kit/claims.ts'
import { type CaseResult, notApplicable } from '../kit/result.ts'
import { onStage, type Played } from '../kit/scene.ts'
import { type ContractSubject, nowhere } from '../kit/subject.ts'
import { batchCases } from './batches.ts'
import { copyCases } from './copies.ts'
import { cutCases } from './cut.ts'
import { jobCases } from './jobs.ts'
import { laterCases } from './later.ts'
import { limitCases } from './limits.ts'
import { lineCases } from './line.ts'
import { oddReplyCases } from './odd-replies.ts'
import { placeAndTimeCases } from './place-and-time.ts'
import { plainCases } from './plain.ts'
import { readingCases } from './reading.ts'
import { replyCases } from './replies.ts'
import { secretCases } from './secrets.ts'
import { turnedBackCases } from './turned-back.ts'
import { wordCases } from './words.ts'

/** One thing that every adapter of its kind has to get right. */
export interface ContractCase {
  readonly name: string
  /**
   * Resolves where the adapter got it right, or where there is nothing to get right, and why; rejects where it failed,
   * with an error that says what the adapter did, and what was expected.
   */
  readonly run: () => Promise<CaseResult>
}

/** How one case went. */
export interface CaseReport {
  readonly name: string
  readonly result: 'passed' | 'failed' | 'not-applicable'
  /** Of a case that failed: what the adapter did, and what was expected. Of one that does not apply: why. */
  readonly reason?: string
}

/** How all cases went. */
export interface ContractReport {
  readonly cases: ReadonlyArray<CaseReport>
  /** What the provider claims and no case that passed has tested: names of capabilities and members. They stand on their author's word. */
  readonly untested: ReadonlyArray<string>
}

/**
 * The contract, as cases for any test runner: each opens a backend of its own, drives the adapter through the public
 * engine, holds what it told against what the backend then has, and closes everything. Every case is listed for every
 * subject; one that has nothing to show of it says so when it runs. Cases may run in any order, and take milliseconds of
 * virtual time.
 *
 *     for (const { name, run } of providerContract(subject)) test(name, async () => void (await run()))
 */
export const providerContract = (subject: ContractSubject): ReadonlyArray<ContractCase> => {
  const provider = subject.provider(nowhere)
  return allCases.map((plan) => ({
    name: plan.name,
    run: async () => (await playedBy(subject, provider, plan)).result,
  }))
}

/** Runs all cases, one after the other, and says what they leave untested. Never rejects for a case that fails. */
export const contractReport = async (subject: ContractSubject): Promise<ContractReport> => {
  const provider = subject.provider(nowhere)
  const cases: CaseReport[] = []
  const tested = new Set<string>()
  for (const plan of allCases) {
    const { name } = plan
    try {
      const { result, tested: claims } = await playedBy(subject, provider, plan)
      for (const claim of claims) tested.add(claim)
      cases.push({ name, ...result })
    } catch (cause) {
      cases.push({ name, result: 'failed', reason: cause instanceof Error ? cause.message : String(cause) })
    }
  }
  return { cases, untested: claimsOf(provider).filter((claim) => !tested.has(claim)) }
}

const playedBy = async (subject: ContractSubject, provider: BulkRecordProvider, plan: CasePlan): Promise<Played> => {
  const reason = plan.unless?.(provider, subject)
  return reason === undefined ? onStage(subject, plan) : { result: notApplicable(reason), tested: new Set() }
}

const allCases: ReadonlyArray<CasePlan> = [
  ...wordCases,
  ...plainCases,
  ...limitCases,
  ...batchCases,
  ...readingCases,
  ...cutCases,
  ...copyCases,
  ...jobCases,
  ...turnedBackCases,
  ...laterCases,
  ...placeAndTimeCases,
  ...lineCases,
  ...replyCases,
  ...oddReplyCases,
  ...secretCases,
]
