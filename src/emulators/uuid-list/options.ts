import type { Emulator, EmulatorOptions } from '../server/emulator.ts'

/**
 * What the UUID-list emulator can be told, on top of what all can. The vendor shows neither the JSON of an error nor
 * the filter for a list of ids: options let a test try each way they may be.
 */
export interface UuidListEmulatorSettings extends EmulatorOptions {
  /** The full identifier of the one object that there is. Default `'io_showcase'`. */
  readonly object?: string
  /** What a call to any other object gets: an error that names no record. Default 404. */
  readonly wrongObject?: 400 | 404
  /** The token that is accepted. Default `'uuid-list-token'`. With `tokenLifetimeMs`, see also `issueToken`. */
  readonly token?: string
  /** Whether every delete is permanent, as an object can be configured. Default false. */
  readonly physicalDelete?: boolean
  /** Where the error stands in the body. Default `'top'`. */
  readonly errorShape?: 'top' | 'error' | 'errors' | 'array'
  /** The name of the error's kind. Default `'error_type'`. */
  readonly errorTypeName?: 'error_type' | 'type' | 'errorType' | 'code'
  /** The name of the error's text. Default `'error_message'`. */
  readonly errorMessageName?: 'error_message' | 'message' | 'errorMessage' | 'detail'
  /** Whether a refusal's text names the record: it does, it doesn't, or it names one that nobody sent. Default true. */
  readonly names?: boolean | 'stranger'
  /** The error type of a record that isn't there; the documentation has both. Default `'entity_not_found_error'`. */
  readonly notFoundType?: 'entity_not_found_error' | 'entity_not_found'
  /** Fields of a record besides `io_uuid`; asked whenever it is shown or filtered. Default: an `io_name`. */
  readonly record?: (id: string) => Readonly<Record<string, unknown>>
  /** Whether `X-Total-Count` tells how many there are. Default true. */
  readonly counts?: boolean
  /** What `filter` does: works, answers 400, lists every record, or lists none. Default `'works'`. */
  readonly filter?: 'works' | 'refused' | 'ignored' | 'empty'
  /** The status for a request line over `maxUrlBytes`; 404 is what IIS says. Default 414. */
  readonly tooLong?: 404 | 413 | 414 | 431
  /** The body of a successful delete. Default `'json'`: an empty object. */
  readonly successBody?: 'json' | 'empty'
}

/** Goes straight into `uuidList(…)`. */
export interface UuidListEmulatorOptions {
  readonly baseUrl: string
  readonly object: string
  readonly token: string
}

export interface UuidListEmulator extends Emulator<UuidListEmulatorOptions> {
  /** The records that exist, in lower case: UUIDs compare without regard to case. Throws on what is no UUID. */
  readonly seed: (ids: Iterable<string>) => void
  /** The records that were deleted logically, in lower case: still there, marked. Permanent deletes leave nothing. */
  readonly recoverable: () => ReadonlySet<string>
  /** A new token, good for `tokenLifetimeMs` from now; fits the `token` option of the provider. */
  readonly issueToken: () => Promise<string>
}
