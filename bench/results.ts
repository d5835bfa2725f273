import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Machine } from './machine.ts'
import type { Section } from './section.ts'

/** A measure as it was last written, with when and where. */
export interface Result extends Section {
  readonly title: string
  /** `2026-11-20` */
  readonly date: string
  readonly machine: Machine
  /** Whether it ran as long as the specification asks. */
  readonly full: boolean
}

/** The last result of each measure, by its name. */
export type Results = Readonly<Record<string, Result>>

const file = join(import.meta.dirname, 'results.json')

export const readResults = (): Results => (existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})

export const writeResults = (results: Results): void => writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`)
