/**
 * For adapter authors: the contract that every adapter keeps, as cases for any test runner, and what their own tests
 * are made of: a backend that does as it is told, and a clock that costs no time.
 */
export { ContractBreach } from './testing/breach.ts'
export { type ContractCase, providerContract } from './testing/contract.ts'
export type { Answer, Fault, Loopback, SeenRequest } from './testing/loopback.ts'
export type { TrueAnswer } from './testing/relay.ts'
export {
  type FaultWhen,
  type LedgerEntry,
  type RoutedRequest,
  type Script,
  type ScriptedBackend,
  scriptedBackend,
} from './testing/scripted-backend.ts'
export type { Spoiling, SpoilNames } from './testing/spoil.ts'
export type { ContractBackend, ContractSubject, StartMeans } from './testing/subject.ts'
export { type VirtualClock, virtualClock } from './testing/virtual-clock.ts'
