import { readFileSync } from 'node:fs'
import { arch, availableParallelism, cpus, release, totalmem, type } from 'node:os'
import { join } from 'node:path'

/** What figures can't be read without. */
export interface Machine {
  readonly processor: string
  readonly system: string
  readonly node: string
  /** Of what is measured beside, by package. */
  readonly versions: Readonly<Record<string, string>>
}

const packages = ['undici', 'p-queue', 'p-map', '@datocms/cma-client', '@elastic/elasticsearch']

export const thisMachine = (): Machine => ({
  processor: `${availableParallelism()} × ${cpus()[0]?.model.trim() ?? 'unknown'}`,
  system: `${type()} ${release().split('-')[0]} ${arch()}, ${Math.round(totalmem() / 2 ** 30)} GiB`,
  node: process.version,
  versions: {
    expunge: versionIn('..'),
    ky: versionIn('../node_modules/ky'),
    ...Object.fromEntries(packages.map((name) => [name, versionIn(`node_modules/${name}`)])),
  },
})

const versionIn = (folder: string): string =>
  JSON.parse(readFileSync(join(import.meta.dirname, folder, 'package.json'), 'utf8')).version
