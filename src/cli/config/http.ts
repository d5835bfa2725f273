import { anyMembersOf, membersOf, present, type Spot, textAt } from './checks.ts'

/** How requests to a target are sent. */
export interface HttpConfig {
  readonly headers: Readonly<Record<string, Spot>>
  readonly proxy?: Spot
  readonly caFile?: string
  readonly certFile?: string
  readonly keyFile?: string
}

export const httpAt = (spot: Spot): HttpConfig => {
  const { headers, proxy, caFile, certFile, keyFile } = membersOf(spot, [
    'headers',
    'proxy',
    'caFile',
    'certFile',
    'keyFile',
  ])
  if ((certFile === undefined) !== (keyFile === undefined)) spot.fail('certFile and keyFile belong together')
  return {
    headers: headers === undefined ? {} : anyMembersOf(headers),
    ...present({ proxy, caFile: textAt(caFile), certFile: textAt(certFile), keyFile: textAt(keyFile) }),
  }
}
