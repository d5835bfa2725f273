import { closeSync, fsyncSync, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { RunEvent, Totals } from '../../index.ts'
import type { PlannedTarget } from '../plan/run-plan.ts'
import { CommandError } from '../terminal/command-error.ts'
import { destinationOf, type KeptFile } from '../terminal/output-file.ts'
import type { TargetResult } from './execute.ts'
import { newFigures, type TargetFigures, textOf, tookEvent } from './metrics.ts'

/** Figures of a run in a file, for whatever reads Prometheus' text: every ten seconds, and at the end. */
export interface MetricsFile {
  /** What hears of the events of a target, its totals being those of the plan. */
  readonly follow: (target: PlannedTarget) => (event: RunEvent) => void
  /** A target that does not run, for what it comes after is not gone. */
  readonly blocked: (target: string) => void
  /** Writes the last figures: how each target ended. */
  readonly close: (ends: ReadonlyArray<Pick<TargetResult, 'name' | 'state' | 'settled'>>, exitCode?: number) => void
}

export interface MetricsOptions {
  readonly keep: ReadonlyArray<KeptFile>
  readonly targets: ReadonlyArray<PlannedTarget>
  /** What runs before this one have settled. */
  readonly standingOf: (target: string) => Totals
  readonly warn: (message: string) => void
}

const option = '--metrics-file'

const everyMs = 10_000

/** Opens the file of figures: a new one, or one of ours; any other is left as it is, and a `CommandError` says so. */
export const openMetrics = (given: string, { keep, targets, standingOf, warn }: MetricsOptions): MetricsFile => {
  const to = destinationOf(given, { option, keep, onFile: (path) => demandOurs(path, given) })
  if (to.kind !== 'file') throw new CommandError(`${option} ${given}: it is replaced as a whole each time: name a file`)
  const figures = new Map(targets.map((target) => [target.name, newFigures(target, standingOf(target.name))]))
  const write = (exitCode?: number): void => replace(to.path, textOf([...figures.values()], Date.now(), exitCode))
  let isTrouble = false
  const tryToWrite = (exitCode?: number): void => {
    try {
      write(exitCode)
      isTrouble = false
    } catch (cause) {
      // The journal has what counts; a full disk there will say so itself.
      if (!isTrouble) warn(`${option} ${given}: ${messageOf(cause)}`)
      isTrouble = true
    }
  }
  const take = (name: string, change: (before: TargetFigures) => TargetFigures): void => {
    const before = figures.get(name)
    if (before !== undefined) figures.set(name, change(before))
  }
  try {
    write()
  } catch (cause) {
    throw new CommandError(`${option} ${given}: ${messageOf(cause)}`, undefined, cause)
  }
  const timer = setInterval(() => tryToWrite(), everyMs)
  return {
    follow: (target) => (event) => take(target.name, (before) => tookEvent(before, event)),
    blocked: (name) => take(name, (before) => ({ ...before, state: 'blocked' })),
    close: (ends, exitCode) => {
      clearInterval(timer)
      for (const { name, state, settled } of ends) take(name, (before) => ({ ...before, state, totals: settled }))
      tryToWrite(exitCode)
    },
  }
}

const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause))

/** The first line of each file of ours. */
const header = '# Figures of a run of expunge.'

const demandOurs = (path: string, given: string): void => {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(header.length)
    readSync(file, head, 0, head.length, 0)
    if (head.toString('utf8') === header) return
  } finally {
    closeSync(file)
  }
  throw new CommandError(
    `${option} ${given}: this file is there already, and is no file of figures: choose another name`,
  )
}

/** Whoever reads sees the figures of before or those of now, never a part. The name of what is not whole ends otherwise. */
const replace = (path: string, text: string): void => {
  const beside = join(dirname(path), `.${basename(path)}.${process.pid}.tmp`)
  try {
    // For a collector that runs as somebody else; there is no id in it.
    const file = openSync(beside, 'w', 0o644)
    try {
      const bytes = Buffer.from(`${header}\n${text}`)
      for (let done = 0; done < bytes.length; ) done += writeSync(file, bytes, done)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(beside, path)
  } catch (cause) {
    rmSync(beside, { force: true })
    throw cause
  }
}
