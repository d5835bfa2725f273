/**
 * For adapter authors: `defineHttpProvider` and its words. The providers that come with the package are written with
 * this entry point alone.
 */
export type { Call, Dialect, Exchange, RequestSpec } from './core/calls.ts'
export { defineProvider, type ProviderSpec, type Told, type Trouble } from './core/define-provider.ts'
export type { Diagnosis } from './core/diagnosing.ts'
export { type Culprit, type ErrorTag, type ProviderError, type Reason, UsageError } from './core/error.ts'
export type { HttpRequest } from './core/http.ts'
export { type ConnectionOptions, checkOptions, type HttpOptions, type PlainFetch } from './core/http-config.ts'
export { defineHttpProvider, type HttpProviderSpec } from './core/http-provider.ts'
export { type IdSource, ListChangedError, type ListedRecord, type ListPage, type ListSpec } from './core/listing.ts'
export type { Effect } from './core/outcome.ts'
export { type Pin, pinTo } from './core/pin.ts'
export {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type CallContext,
  type Capabilities,
  type Clock,
  ExchangeClosed,
  ExchangeTimeout,
  type Existing,
  type HttpReply,
  type JobStarted,
  type JobState,
  type Place,
  type Purpose,
  type Verdict,
  type Weight,
} from './core/provider.ts'
export { AskingFailedError, type AskOptions } from './core/question.ts'
export type { Question, Questions } from './core/questions.ts'
export type { Listing, ReadForm } from './core/read-forms.ts'
export { on, type Replies, type Row, reasonOf, type Said } from './core/rows.ts'
export { basicAuth, type Credentials, type SigningSpec, signing } from './core/signing.ts'
export { type Authorization, type ClientCredentials, clientCredentials, type Signing } from './core/tokens.ts'
export type { Explanation } from './core/triage.ts'
export { commaList, urlComponent } from './core/weight.ts'
