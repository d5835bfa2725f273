import { statfsSync } from 'node:fs'
import { dirname } from 'node:path'

/** The name of the network file system that a path is on, or undefined: known on Linux only. */
export const networkDrive = (path: string, statfs: typeof statfsSync = statfsSync): string | undefined => {
  if (process.platform !== 'linux') return undefined
  return networkTypes.get(Number(statfs(dirname(path)).type) >>> 0)
}

/** The magic numbers of statfs(2): locks and shared memory can't be relied on there, and write-ahead logging needs both. */
const networkTypes: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x517b, 'SMB'],
  [0x65735546, 'FUSE'],
  [0x01021997, '9P'],
  [0x5346414f, 'AFS'],
  [0x00c36400, 'Ceph'],
])
