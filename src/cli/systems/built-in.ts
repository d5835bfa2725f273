import type { BulkRecordProvider } from '../../index.ts'

/** An option of a built-in provider, as the configuration takes it. */
export interface ProviderOption {
  readonly name: string
  /** Must be written out: no default decides where, and how irrevocably. */
  readonly required?: true
  /** Comes from the environment, a file or a command; the latter two are asked again when the backend no longer takes it. */
  readonly secret?: true
  /** The variable that is usual for it. */
  readonly variable?: string
  /** It decides what kind of gone a deletion is. */
  readonly decidesEffect?: true
  readonly meaning: string
}

/** A provider that comes with the package. */
export interface BuiltIn {
  readonly name: string
  readonly summary: string
  readonly options: ReadonlyArray<ProviderOption>
  readonly build: (options: Readonly<Record<string, unknown>>) => BulkRecordProvider
  /** Options that make a provider, to show its capabilities. */
  readonly sample: Readonly<Record<string, unknown>>
}

export const baseUrl = { name: 'baseUrl', meaning: 'the address of the API' } as const
export const allowInsecure = { name: 'allowInsecure', meaning: 'plain http to a host other than this machine' } as const
