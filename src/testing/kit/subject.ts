import type { AskOptions, BulkRecordProvider } from '../../http-provider.ts'
import type { Answer, SeenRequest } from '../backends/loopback.ts'
import type { TrueAnswer } from '../backends/relay.ts'
import type { Spoiling, SpoilNames } from '../backends/spoil.ts'
import type { VirtualClock } from '../backends/virtual-clock.ts'

/** A base URL where nobody is, with a path like those of backends: for a provider that is only looked at. */
export const nowhere = 'http://127.0.0.1:9/nowhere'

/**
 * An adapter under test, and the backend that it is tested against: a fake on loopback, or a real server. Facts alone:
 * which cases apply is decided by the provider's capabilities and members, and by whether the backend has a url.
 */
export interface ContractSubject {
  /** Makes the provider, as a caller would, for a backend at this URL (without a slash at its end). It is called for every case, and must not send anything. */
  readonly provider: (baseUrl: string) => BulkRecordProvider
  /** Starts a backend without records, or gives a fresh corner of one that runs (a table of its own). Called once or twice a case. */
  readonly start: (means: StartMeans) => Promise<ContractBackend>
  /**
   * The n-th id, n from 0: valid, no two of the same record, and none part of another. Default `record-000n`. Where the
   * ids are the backend's own choice, let `seed` make records with the ids it is given, or keep a table of both.
   */
  readonly id?: (n: number) => string
  /** Another spelling of the same record; needed where `identityOf` merges more than upper and lower case. */
  readonly respell?: (id: string) => string
  /** Ids that the system has never had, for the adapter's `isValidId` to turn away. Default: none. */
  readonly invalidIds?: ReadonlyArray<string>
  /** What must be seen in no report, event or error, besides what goes out as a credential in the headers. Default: nothing. */
  readonly secrets?: ReadonlyArray<string>
  /**
   * Whether the backend's answer to a deletion tells a record that was not there from one that was (`told`, the default),
   * or is the same for both (`silent`): DynamoDB, and whatever answers 204 to everything.
   */
  readonly missing?: 'told' | 'silent'
  /** The ids that a deletion carries, spelled as they stand there decoded. Default: the kit looks for its own ids in the URL and the body. */
  readonly idsIn?: (request: SeenRequest) => ReadonlyArray<string>
  /**
   * Spoils an answer that lists records: without `entry` (`missing`), with `entry` twice (`twice`), or with `stranger` in
   * place of `entry` (`stranger`). Default: the kit finds lists in JSON and XML by itself; give it for any other format,
   * and return undefined where there is nothing to spoil.
   */
  readonly spoil?: (answer: TrueAnswer, how: Spoiling, names: SpoilNames) => Answer | undefined
  /**
   * Cuts the list of a read short as this backend does it: without `entry`, and with whatever it says then (a next page,
   * keys that it did not look up). Default: the entry is dropped, where the answer shows all the same how much it lists: a
   * count, a row a key. Return undefined where there is nothing to cut.
   */
  readonly cut?: (answer: TrueAnswer, names: SpoilNames) => Answer | undefined
  /** The backend's answer to a request whose signature is wrong for its time, for an adapter that signs; the kit adds the `Date`. */
  readonly skewed?: () => Answer
  /** Makes an answer to a deletion one of another place (an environment), where the backend's answers say from which they come. */
  readonly elsewhere?: (answer: TrueAnswer) => Answer
  /** For a provider with a list of its own: all of its records, as a run would take them for its ids. Pass the options on. */
  readonly list?: (provider: BulkRecordProvider, options: AskOptions) => AsyncIterable<string>
}

/** What a backend is started with. */
export interface StartMeans {
  /** The time of the case. A fake that has times of its own (how long a job takes) has them by this clock. */
  readonly clock: VirtualClock
}

/** A backend while a case runs. Everything may be asynchronous. */
export interface ContractBackend {
  /**
   * Where it listens, with a path where it has one. The adapter does not get it: the kit puts a relay in between, which
   * counts, measures and breaks. An adapter over an SDK gets the relay's URL, too. Left out only where nothing can be told a
   * URL: cases that meet what is sent have nothing to meet then.
   */
  readonly url?: string
  /** Makes these records exist. */
  readonly seed: (ids: ReadonlyArray<string>) => unknown
  /** The ids of all records that exist now, spelled in any way that is the same identity. A record in a bin does not exist. */
  readonly existing: () => Iterable<string> | Promise<Iterable<string>>
  /** All that a record holds, as its copy should have it, for a provider with `readContent`. Default: a copy has to be JSON, and not empty. */
  readonly content?: (id: string) => unknown
  /** Makes the backend refuse to delete this record, in its own words (a lock, a reference). Left out only where no record can be refused, and never where a batch is all or nothing. */
  readonly refuse?: (id: string) => unknown
  /** The next deletion of this record is put off in the backend's own words (a lock, a conflict, a busy row), and the one after it is done. Left out where no record is ever put off. */
  readonly busy?: (id: string) => unknown
  /**
   * For a provider that follows jobs: `hold` lets jobs that are started from now on never end (what they have done by then is
   * theirs to choose), `fail` lets them end in failure with nothing done.
   */
  readonly jobs?: { readonly hold: () => unknown; readonly fail: () => unknown }
  /** For adapters that don't send by `context.exchange`, where there is no url: the next deletion is done, and its answer lost. */
  readonly loseAnswer?: () => unknown
  readonly close: () => Promise<unknown> | unknown
}
