import type { ContractSubject, VirtualClock } from '../../src/testing.ts'
import { redirect } from './redirect.ts'

/** The backend that a provider is held against, in the place of a host of the real world, with records in it. */
export const standIn = async (
  subject: ContractSubject,
  origin: string,
  ids: ReadonlyArray<string>,
): Promise<() => unknown> => {
  // An example runs in real time, and a backend asks its clock for no more than the time and a sleep.
  const sleep = (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms))
  const { url, seed, close } = await subject.start({ clock: { now: Date.now, sleep } as VirtualClock })
  redirect(origin, url ?? '')
  await seed(ids)
  return close
}
