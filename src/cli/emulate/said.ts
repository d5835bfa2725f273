import { InvalidArgumentError } from 'commander'
import type { FaultKind, FaultWhen } from '../../emulators/index.ts'

/** A value for every system, or for one: `5`, `datocms=5`. Said several times, the last that fits a system counts. */
export interface Said<A> {
  readonly system?: string
  readonly value: A
}

/** Reads `value` or `system=value`, and adds it to what was said before. */
export const saidOf =
  <A>(systems: ReadonlyArray<string>, read: (text: string) => A) =>
  (text: string, before: ReadonlyArray<Said<A>> = []): ReadonlyArray<Said<A>> => {
    const at = text.indexOf('=')
    const system = at < 0 ? undefined : text.slice(0, at)
    if (system !== undefined && !systems.includes(system))
      throw new InvalidArgumentError(`There is no emulator "${system}": they are ${systems.join(', ')}.`)
    const value = read(text.slice(at + 1))
    return [...before, system === undefined ? { value } : { system, value }]
  }

export const allFor = <A>(said: ReadonlyArray<Said<A>>, system: string): ReadonlyArray<A> =>
  said.filter((each) => each.system === undefined || each.system === system).map(({ value }) => value)

export const lastFor = <A>(said: ReadonlyArray<Said<A>>, system: string): A | undefined => allFor(said, system).at(-1)

/** A fault as `emulator.fault` takes it. */
export interface Fault {
  readonly kind: FaultKind
  readonly when: FaultWhen
}

export const faultForm =
  'KIND[@ROUTE][:NTH][xTIMES], such as 503, lost-after@delete, late@delete:3, 429@delete:5x2 or 500x*'

export const faultOf = (text: string): Fault => {
  const [, kind = '', route, nth, times] = form.exec(text) ?? []
  if (!(kinds as ReadonlyArray<string>).includes(kind))
    throw new InvalidArgumentError(`It must be ${faultForm}; kinds are ${kinds.join(', ')}.`)
  return {
    kind: kind as FaultKind,
    when: {
      ...(route !== undefined && { route }),
      ...(nth !== undefined && { nth: Number(nth) }),
      ...(times !== undefined && { times: times === '*' ? Number.POSITIVE_INFINITY : Number(times) }),
    },
  }
}

const form = /^([a-z0-9]+(?:-[a-z]+)*)(?:@([^:]+?))?(?::([1-9]\d{0,8}))?(?:x([1-9]\d{0,8}|\*))?$/

const kinds: ReadonlyArray<FaultKind> = [
  'lost-before',
  'lost-after',
  'late',
  '401',
  '403',
  '429',
  '500',
  '503',
  'html',
  'truncated',
  'slow',
  'job-fails',
  'job-never-ends',
]

export const needsJobs = ({ kind }: Fault): boolean => kind === 'job-fails' || kind === 'job-never-ends'

/** So many records, or such a part of them. */
export type Part = { readonly records: number } | { readonly share: number }

export const partOf = (text: string): Part => {
  const [, figure, percent] = /^(\d{1,8}(?:\.\d{1,3})?)(%)?$/.exec(text) ?? []
  const value = Number(figure)
  if (percent !== undefined && value <= 100) return { share: value / 100 }
  if (figure !== undefined && percent === undefined && Number.isInteger(value)) return { records: value }
  throw new InvalidArgumentError('It must be a number of records, or a part of them such as 5%.')
}

/** That many of them, spread over all. */
export const spread = (ids: ReadonlyArray<string>, part: Part): ReadonlyArray<string> => {
  const many = Math.min(ids.length, 'records' in part ? part.records : Math.round(part.share * ids.length))
  return Array.from({ length: many }, (_, n) => ids[Math.floor((n * ids.length) / many)] as string)
}
