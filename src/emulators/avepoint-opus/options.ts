import type { Emulator, EmulatorOptions } from '../server/emulator.ts'

/**
 * What the AvePoint Opus emulator can be told, on top of what all can. The vendor shows no sample of a failure: options
 * let a test try each way it may look.
 */
export interface AvePointOpusEmulatorSettings extends EmulatorOptions {
  /** Default `'opus-client'`. */
  readonly clientId?: string
  /** Default `'opus-secret'`. */
  readonly clientSecret?: string
  /** A path of the records API, on top of `/records/connector/records` and the older `/connector/records`. */
  readonly path?: string
  /** The connection (a GUID) whose records `seed` makes. Default `d9da492f-cc67-4920-99f9-6fbaae1f1410`. */
  readonly connection?: string
  /** What a destroy without any failure answers: 200 with a body, or 204. Default 200. */
  readonly success?: 200 | 204
  /** Where the 418 of a partial failure stands: HTTP status, or only `statusCode` in a 200. Default `'http-418'`. */
  readonly partial?: 'http-418' | 'body-418'
  /**
   * How `failedItems` names the failures: as keys, as objects that carry the key by that name, as records that nobody
   * sent, not at all, as an empty list, or as something that names no record. Default `'strings'`.
   */
  readonly failedItems?:
    | 'strings'
    | 'rowKey'
    | 'id'
    | 'disposalId'
    | 'recordId'
    | 'strangers'
    | 'missing'
    | 'empty'
    | 'unreadable'
  /** What `message` is in a reply that has something to tell. Default `'string'`. */
  readonly message?: 'string' | 'list' | 'null'
  /** What becomes of a record that is Destroyed already (undocumented). Default `'ok'`. */
  readonly destroyedAgain?: 'ok' | 'failed'
  /** What becomes of a key that was never submitted (undocumented). Default `'failed'`. */
  readonly missing?: 'ok' | 'failed'
  /** The name of the conflict option that a submit is read by; the other one is then as good as missing. Default `'either'`. */
  readonly conflictField?: 'either' | 'conflictOption' | 'confilictOption'
  /** Why a submit does not take a record; `undefined` where it does. Default: it takes all. */
  readonly refuseSubmit?: (rowKey: string) => string | undefined
  /** When a record is due, in ISO 8601; one that is due later than it is asked for is not listed. Default: all are due. */
  readonly dueAt?: (rowKey: string) => string
  /** The name that the due list has for a record that was seeded. Default: none. A submitted one has its own. */
  readonly leafName?: (rowKey: string) => string
  /** What `startIndex` counts (undocumented): records from 0 or from 1, or pages. Default `'records'`. */
  readonly startIndex?: 'records' | 'records-from-1' | 'pages'
  /** Whether 400, 429, 500 and 503 are HTTP statuses or only `statusCode` in a 200. Default `'http'`. */
  readonly errors?: 'http' | 'body'
  /** Default 3,600,000 (an hour). `expires_in` tells it in whole seconds, 1 at least. */
  readonly tokenLifetimeMs?: number
}

/** Goes straight into `avePointOpus(…)`. */
export interface AvePointOpusEmulatorOptions {
  readonly baseUrl: string
  readonly tokenUrl: string
  readonly clientId: string
  readonly clientSecret: string
}

export interface AvePointOpusEmulator extends Emulator<AvePointOpusEmulatorOptions> {
  /** The records whose status is Destroyed: a live view. `existing()` holds the others. */
  readonly destroyed: () => ReadonlySet<string>
  /** What was submitted last for each key, as it was sent: a live view. */
  readonly submitted: () => ReadonlyMap<string, Readonly<Record<string, unknown>>>
}
