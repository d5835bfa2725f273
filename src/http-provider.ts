/**
 * For adapter authors: `defineHttpProvider` and its words. The providers that come with the package are written with
 * this entry point alone.
 */
export type { Call, Dialect, Exchange } from './core/adapter/calls.ts'
export type { ContentForm, ContentReading } from './core/adapter/contents.ts'
export {
  defineProvider,
  type ProviderSpec,
  type SdkReadForm,
  type Told,
  type Trouble,
} from './core/adapter/define-provider.ts'
export type { Diagnosis } from './core/adapter/diagnosing.ts'
export { hidingSecrets } from './core/adapter/hiding.ts'
export { defineHttpProvider, type HttpProviderSpec } from './core/adapter/http-provider.ts'
export type { Question, Questions } from './core/adapter/inquiries.ts'
export { dateForms, instantOf } from './core/adapter/instant.ts'
export { type Answered, type AnyHeaders, type Item, troubleOf, verdictOfItem } from './core/adapter/items.ts'
export {
  type IdSource,
  ListChangedError,
  type ListedRecord,
  type ListPage,
  type ListSpec,
} from './core/adapter/listing.ts'
export type { ReadForm } from './core/adapter/read-forms.ts'
export type { RequestSpec } from './core/adapter/requests.ts'
export { type Culprit, type ErrorTag, type ProviderError, type Reason, UsageError } from './core/contract/error.ts'
export type { Effect } from './core/contract/outcome.ts'
export {
  type Batch,
  type BatchReply,
  type BulkRecordProvider,
  type CallContext,
  type Capabilities,
  type Clock,
  type Contents,
  ExchangeClosed,
  ExchangeTimeout,
  type Existing,
  type HttpReply,
  type JobStarted,
  type JobState,
  type Listing,
  type Place,
  type Purpose,
  type RecordContent,
  type Verdict,
  type Weight,
} from './core/contract/provider.ts'
export { wordsOf } from './core/contract/text.ts'
export { AskingFailedError, type AskOptions } from './core/engine/inquiry.ts'
export { type ConnectionOptions, checkOptions, type HttpOptions, type PlainFetch } from './core/http/config.ts'
export { urlComponent } from './core/http/path.ts'
export { type Pin, pinTo } from './core/http/pin.ts'
export { on, type Replies, type Row, reasonOf, type Said } from './core/http/rows.ts'
export { redact } from './core/http/scrub.ts'
export type { HttpRequest } from './core/http/send.ts'
export { basicAuth, type Credentials, type SigningSpec, signing } from './core/http/signing.ts'
export { type Authorization, type ClientCredentials, clientCredentials, type Signing } from './core/http/tokens.ts'
export type { Explanation } from './core/http/triage.ts'
export { commaList } from './core/intake/weight.ts'
