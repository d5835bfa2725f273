import type { Emulator, EmulatorOptions } from '../server/emulator.ts'

/**
 * What the DatoCMS emulator can be told, on top of what all can. Where the vendor documents nothing, an option lets a
 * test try each way it may turn out.
 */
export interface DatoCmsEmulatorSettings extends EmulatorOptions {
  /** The API token that is accepted. Default `'datocms-token'`. */
  readonly apiToken?: string
  /** Ids of the environments; the first is the primary one. Default `['main']`. */
  readonly environments?: ReadonlyArray<string>
  /** What `options.environment` is, and the place that `seed` and `existing` speak of. Default: the primary one's id. */
  readonly environment?: string
  /** How long a job takes, in ms. Default 50. Its work is done at the end of that time. */
  readonly jobMs?: number
  /** How long the result of a job can be read, in ms; 404 after that. Default: for ever. */
  readonly jobResultMs?: number
  /**
   * What a missing id does to a bulk destroy (undocumented): it counts as failed, it is counted nowhere, the request is
   * refused and nothing happens, or the job ends with an error and nothing happens. Default `'failed'`.
   */
  readonly missing?: 'failed' | 'ignored' | 'refuses' | 'job-fails'
  /** The status of that refusal. Default 422. */
  readonly refusalStatus?: 404 | 422
  /** What `filter[ids]` does: works, answers 422, lists every record instead, or lists none. Default `'works'`. */
  readonly filter?: 'works' | 'refused' | 'ignored' | 'empty'
  /** Which records are drafts, hidden from reads without `version=current`; asked at `seed`. Default: none. */
  readonly drafts?: (id: string) => boolean
  /** What a record is like; asked whenever it is shown or filtered. Default: without attributes, of the first of `models`. */
  readonly record?: (id: string) => DatoCmsRecord
  /** The models that there are. Default: one, `{ id: 'BxZ9Y2aKQVeTnM4hP8wLpD', apiKey: 'article' }`, without fields. */
  readonly models?: ReadonlyArray<DatoCmsModel>
  /** Default: none. */
  readonly webhooks?: ReadonlyArray<DatoCmsWebhook>
  /** Whether the token may see models, fields and webhooks; 403 where it may not. Default true. */
  readonly schema?: boolean
  /** What `filter[type]` and `filter[fields]` do: work, or list every record. Default `'works'`. */
  readonly fieldFilter?: 'works' | 'ignored'
  /** The `payload` of a successful bulk job: the two counts, or null. Default `'counts'`. */
  readonly jobPayload?: 'counts' | 'null'
  /** How much of its work a job has done that fails or never ends (see the faults). Default `'nothing'`. */
  readonly brokenJob?: 'nothing' | 'half' | 'everything'
  /** Whether `GET /site` and `GET /environments` exist. Default true. */
  readonly places?: boolean
  /** The status of the errors of a closed system, but for the platform's own maintenance, which is 503. Default 422. */
  readonly closedStatus?: number
}

export interface DatoCmsRecord {
  /** API key of its model. Default: the first one's. */
  readonly model?: string
  /** Those of a link field (see `models`) hold an id, or a list of ids; those of a block field whole blocks, `{ type: 'item', id, attributes, … }`. Default: none. */
  readonly attributes?: Readonly<Record<string, unknown>>
  /** ISO 8601. Default: `2020-04-21T07:57:11.124Z`. */
  readonly updatedAt?: string
}

export interface DatoCmsModel {
  readonly id: string
  readonly apiKey: string
  /** Those that link to records. */
  readonly fields?: ReadonlyArray<DatoCmsLinkField>
}

export interface DatoCmsLinkField {
  readonly apiKey: string
  /** Default `'link'`. */
  readonly type?: 'link' | 'links' | 'structured_text'
  /** API keys of the models that it may link to. */
  readonly to: ReadonlyArray<string>
  /** Default `'delete_references'`. */
  readonly onDelete?: 'delete_references' | 'fail'
  /** Default false. */
  readonly required?: boolean
}

export interface DatoCmsWebhook {
  readonly name: string
  /** Default true. */
  readonly enabled?: boolean
  readonly events: ReadonlyArray<{
    readonly entity_type: string
    readonly event_types: ReadonlyArray<string>
    readonly filters?: ReadonlyArray<{ readonly entity_type: string; readonly entity_ids: ReadonlyArray<string> }>
  }>
}

/** Goes straight into `datoCms(…)`. */
export interface DatoCmsEmulatorOptions {
  readonly apiToken: string
  readonly environment: string
  readonly baseUrl: string
}

/**
 * Why DatoCMS may be closed for now. `maintenance` turns away writes to the primary environment, `read-only` writes to
 * any, `platform-maintenance` all writes; `environment-not-ready` and `site-not-ready` turn away everything but
 * questions about the place.
 */
export type DatoCmsMode =
  | 'open'
  | 'maintenance'
  | 'read-only'
  | 'environment-not-ready'
  | 'site-not-ready'
  | 'platform-maintenance'

export interface DatoCmsEmulator extends Emulator<DatoCmsEmulatorOptions> {
  /** Makes these records exist in an environment. Default: the one of `options`. */
  readonly seed: (ids: Iterable<string>, environment?: string) => void
  /** The reason is an error code. Default `DELETE_RESTRICTION`. It holds in every environment. */
  readonly refuse: (ids: Iterable<string>, reason?: string) => void
  /** The records of an environment. Default: the one of `options`. */
  readonly existing: (environment?: string) => ReadonlySet<string>
  /** Opens or closes the system from now on. */
  readonly mode: (mode: DatoCmsMode) => void
  /** Makes another environment the primary one: calls without `X-Environment` go there from now on. */
  readonly promote: (environment: string) => void
}
