/**
 * For adapter authors: the contract that every adapter keeps, as cases for any test runner, and what their own tests
 * are made of: a backend that does as it is told, and a clock that costs no time.
 */

export type { Answer, Fault, Loopback, SeenRequest } from './testing/backends/loopback.ts'
export type { TrueAnswer } from './testing/backends/relay.ts'
export {
  type FaultWhen,
  type LedgerEntry,
  type RoutedRequest,
  type Script,
  type ScriptedBackend,
  scriptedBackend,
} from './testing/backends/scripted.ts'
export type { Spoiling, SpoilNames } from './testing/backends/spoil.ts'
export { type VirtualClock, virtualClock } from './testing/backends/virtual-clock.ts'
export {
  type CaseReport,
  type ContractCase,
  type ContractReport,
  contractReport,
  providerContract,
} from './testing/cases/contract.ts'
export { ContractBreach } from './testing/kit/breach.ts'
export type { CaseResult, NotApplicable } from './testing/kit/result.ts'
export type { ContractBackend, ContractSubject, StartMeans } from './testing/kit/subject.ts'
