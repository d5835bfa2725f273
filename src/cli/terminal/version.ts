import { readFileSync } from 'node:fs'

/** This release, as the package says it: found by its name, because the built code lies in another folder than its source. */
export const version: string = JSON.parse(
  readFileSync(new URL(import.meta.resolve('expunge/package.json')), 'utf8'),
).version
