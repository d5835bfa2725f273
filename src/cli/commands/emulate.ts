import { existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { EmulatorRate } from '../../emulators/index.ts'
import { rateForms, rateOf } from '../emulate/rate.ts'
import {
  allFor,
  type Fault,
  faultForm,
  faultOf,
  lastFor,
  needsJobs,
  type Part,
  partOf,
  type Said,
  saidOf,
} from '../emulate/said.ts'
import {
  type Emulated,
  type EmulatedSystem,
  type EmulateSettings,
  emulatedSystems,
  startEmulated,
} from '../emulate/systems.ts'
import { secretOptionsOf } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { durationMs } from '../terminal/duration.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/figures.ts'
import { nearest } from '../terminal/nearest.ts'
import { destinationOf } from '../terminal/output-file.ts'
import { print } from '../terminal/standard-output.ts'
import { forceOption } from './options.ts'

interface EmulateOptions {
  readonly records: ReadonlyArray<Said<number>>
  readonly latency?: ReadonlyArray<Said<number>>
  readonly fault?: ReadonlyArray<Said<Fault>>
  readonly refuse?: ReadonlyArray<Said<Part>>
  readonly port: number
  readonly rate?: EmulatorRate | 'none'
  readonly output?: string
  readonly json?: true
  readonly force?: true
}

/** `expunge emulate [NAME…]` */
export const addEmulateCommand = (program: Command): void => {
  program
    .command('emulate')
    .description(
      'Starts stand-ins for the systems on this machine, fills them, and runs until Ctrl-C. Writes a configuration and id ' +
        'files for them, so that every command can be tried where nothing can be lost.',
    )
    .argument('[name...]', `which, as NAME or NAME=RECORDS: ${names.join(', ')}; default all`)
    .option('--records <n>', 'records in each; or in one: datocms=500', saidOf(names, wholeUpTo(10_000_000)), [
      { value: 1_000 },
    ])
    .option(
      '--fault <fault>',
      `makes calls go wrong: ${faultForm}; in one system: datocms=503. May be given more than once`,
      saidOf(names, faultOf),
    )
    .option(
      '--latency <time>',
      'between a request and its answer, such as 200ms; in one: uuid-list=1s',
      saidOf(names, timeOf),
    )
    .option(
      '--refuse <n>',
      'so many records that the system will not delete, or 5%; in one: datocms=3',
      saidOf(names, partOf),
    )
    .option('--port <port>', 'port of the first; the others have the next ones; 0: any', wholeUpTo(65_535), 0)
    .option('--rate <limit>', `the limit that each keeps, of any kind: ${rateForms}; default: the system's own`, rateOf)
    .option('-o, --output <dir>', 'where cleanup.json and the id files go; default: a new temporary folder')
    .addOption(forceOption())
    .option('--json', 'says how to reach them as one line of JSON')
    .addHelpText('after', examples)
    .action(emulate)
}

const names = emulatedSystems.map(({ provider }) => provider)

const examples = `
Examples:
  expunge emulate
  expunge emulate datocms uuid-list --records 10000 --port 4010 -o playground
  expunge emulate datocms --rate counter:60/3
  expunge emulate datocms=500 uuid-list=20000 --latency 150ms --refuse 2% --fault datocms=lost-after@delete:3
  expunge run playground/cleanup.json          (in another terminal)`

const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`)
  }

const timeOf = (text: string): number => {
  const ms = durationMs(text)
  if (ms !== undefined && ms <= 600_000) return ms
  throw new InvalidArgumentError('It must be a time up to 10 minutes, such as 200ms or 1s.')
}

/** `datocms=500` is a system and how many records it has. */
const namedCount = (text: string): { readonly name: string; readonly count?: number } => {
  const [name = '', count] = text.split('=', 2)
  if (count === undefined) return { name }
  try {
    return { name, count: wholeUpTo(10_000_000)(count) }
  } catch (cause) {
    throw new CommandError(`${text}: ${(cause as Error).message}`, undefined, cause)
  }
}

const emulate = async (chosen: ReadonlyArray<string>, options: EmulateOptions): Promise<void> => {
  const { port, output, json, rate, force = false, latency = [], fault = [], refuse = [] } = options
  demandFolder(output)
  const named = chosen.map(namedCount)
  const systems =
    chosen.length === 0
      ? emulatedSystems
      : [...new Set(named.map(({ name }) => name))].map((name) => demandSystem(name))
  const counts = named.flatMap(({ name, count }) => (count === undefined ? [] : [{ system: name, value: count }]))
  const records = [...options.records, ...counts]
  demandJobs(systems, fault)
  const ended = untilSignal()
  const running: Emulated[] = []
  try {
    for (const [index, system] of systems.entries())
      running.push(
        await startAt(system, {
          records: lastFor(records, system.provider) ?? 0,
          port: port && port + index,
          ...(rate !== undefined && { rate }),
          latencyMs: lastFor(latency, system.provider) ?? 0,
          faults: allFor(fault, system.provider).filter((each) => system.hasJobs || !needsJobs(each)),
          refuse: lastFor(refuse, system.provider) ?? { records: 0 },
        }),
      )
    const folder = output === undefined ? mkdtempSync(join(tmpdir(), 'expunge-emulate-')) : resolve(output)
    const config = writeEmulatedFiles(folder, running, force)
    await print(json === true ? jsonAbout(running, folder, config) : textAbout(running, config))
    process.exitCode = await ended
  } finally {
    await Promise.all(running.map(({ emulator }) => emulator.close()))
  }
}

const demandSystem = (name: string): EmulatedSystem => {
  const found = emulatedSystems.find(({ provider }) => provider === name)
  if (found !== undefined) return found
  const meant = nearest(name, names)
  const suggestion = meant === undefined ? '' : ` Did you mean ${meant}?`
  throw new CommandError(`there is no emulator "${name}": they are ${names.join(', ')}.${suggestion}`)
}

/** A fault of jobs that was asked for where there are none would never come. */
const demandJobs = (systems: ReadonlyArray<EmulatedSystem>, faults: ReadonlyArray<Said<Fault>>): void => {
  for (const { system, value } of faults) {
    const meant = systems.filter(({ provider }) => system === undefined || system === provider)
    if (meant.length === 0) throw new CommandError(`--fault: ${system} is not among the systems that are started`)
    if (needsJobs(value) && meant.every(({ hasJobs }) => !hasJobs))
      throw new CommandError(
        `--fault ${value.kind}: ${meant.map(({ provider }) => provider).join(' and ')} has no jobs`,
      )
  }
}

const startAt = async (system: EmulatedSystem, settings: EmulateSettings): Promise<Emulated> => {
  const { port } = settings
  try {
    return await startEmulated(system, settings)
  } catch (cause) {
    const { code } = cause as { readonly code?: unknown }
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'ERR_SOCKET_BAD_PORT') throw cause
    throw new CommandError(`port ${port} can't be used (${code}): choose another with --port`, undefined, cause)
  }
}

const untilSignal = (): Promise<number> =>
  new Promise((resolve) => {
    // Without anything else to do, Node ends: the servers keep it going.
    process.once('SIGINT', () => resolve(exitCodes.interrupted))
    process.once('SIGTERM', () => resolve(exitCodes.terminated))
  })

const demandFolder = (output: string | undefined): void => {
  if (output === undefined) return
  if (output === '-' || output === '') throw new CommandError('-o needs the name of a folder: several files go there')
  if (existsSync(output) && !statSync(output).isDirectory()) throw new CommandError(`-o ${output}: this is no folder`)
}

/** Writes ids, secrets and a configuration for emulators that run; answers with the path of the configuration. */
const writeEmulatedFiles = (folder: string, running: ReadonlyArray<Emulated>, force: boolean): string => {
  mkdirSync(folder, { recursive: true })
  const files = new Map<string, string>()
  const write = (name: string, text: string): void => void files.set(join(folder, name), text)
  const targets = running.map(({ system, emulator, ids }) => {
    const { provider } = system
    write(`${provider}.txt`, ids.map((id) => `${id}\n`).join(''))
    const given = { ...(emulator.options as Readonly<Record<string, unknown>>), ...system.options }
    const secrets = secretOptionsOf(provider)
    const options = Object.entries(given).map(([name, value]) => {
      if (!secrets.includes(name)) return [name, value]
      write(`${provider}.${name}`, `${value}\n`)
      return [name, { file: `${provider}.${name}` }]
    })
    return {
      name: provider,
      provider,
      ids: `${provider}.txt`,
      options: Object.fromEntries(options),
      // What is primary says of itself that it is production, also here.
      production: true,
    }
  })
  write('cleanup.json', `${JSON.stringify({ targets }, undefined, 2)}\n`)
  // All are asked for before the first is written.
  const to = [...files].map(
    ([path, text]) => [destinationOf(path, { option: '-o', keep: [], force }), path, text] as const,
  )
  for (const [place, path, text] of to) {
    if (place.kind !== 'file') throw new CommandError(`-o ${path}: this is no file`)
    writeFileSync(place.path, text, { mode: 0o600 })
  }
  return join(folder, 'cleanup.json')
}

const textAbout = (running: ReadonlyArray<Emulated>, config: string): string => {
  const width = Math.max(...running.map(({ system }) => system.provider.length))
  const lines = running.flatMap(({ system, emulator, ids, refused }) => [
    `${system.provider.padEnd(width)}  ${emulator.url}  ${counted(ids.length, 'record')}${refused.length === 0 ? '' : `, ${refused.length} of them refused`}`,
    `${' '.repeat(width)}  ${JSON.stringify({ ...(emulator.options as object), ...system.options })}`,
  ])
  return `${[...lines, '', `In another terminal: expunge run ${config}`, 'Ctrl-C ends them.'].join('\n')}\n`
}

const jsonAbout = (running: ReadonlyArray<Emulated>, folder: string, config: string): string => {
  const emulators = running.map(({ system, emulator, ids, refused }) => ({
    name: system.provider,
    url: emulator.url,
    options: { ...(emulator.options as object), ...system.options },
    records: ids.length,
    refused,
    ids: join(folder, `${system.provider}.txt`),
  }))
  return `${JSON.stringify({ emulators, config })}\n`
}
