import { existsSync, mkdirSync, mkdtempSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { type Command, InvalidArgumentError } from 'commander'
import type { EmulatorRate } from '../../emulators/index.ts'
import { rateForms, rateOf } from '../emulate/rate.ts'
import { type Emulated, type EmulatedSystem, emulatedSystems, startEmulated } from '../emulate/systems.ts'
import { secretOptionsOf } from '../systems/registry.ts'
import { CommandError } from '../terminal/command-error.ts'
import { exitCodes } from '../terminal/exit-codes.ts'
import { counted } from '../terminal/figures.ts'
import { nearest } from '../terminal/nearest.ts'
import { destinationOf } from '../terminal/output-file.ts'
import { print } from '../terminal/standard-output.ts'
import { forceOption } from './options.ts'

interface EmulateOptions {
  readonly records: number
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
    .argument('[name...]', `which: ${names.join(', ')}; default all`)
    .option('--records <n>', 'records in each', wholeUpTo(10_000_000), 1_000)
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
  expunge run playground/cleanup.json          (in another terminal)`

const wholeUpTo =
  (most: number) =>
  (text: string): number => {
    const value = Number(text)
    if (/^\d+$/.test(text) && value <= most) return value
    throw new InvalidArgumentError(`It must be a whole number from 0 to ${most}.`)
  }

const emulate = async (chosen: ReadonlyArray<string>, options: EmulateOptions): Promise<void> => {
  const { records, port, output, json, rate, force = false } = options
  demandFolder(output)
  const systems = chosen.length === 0 ? emulatedSystems : [...new Set(chosen)].map(demandSystem)
  const ended = untilSignal()
  const running: Emulated[] = []
  try {
    for (const [index, system] of systems.entries())
      running.push(await startAt(system, records, port && port + index, rate))
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

const startAt = async (
  system: EmulatedSystem,
  records: number,
  port: number,
  rate: EmulatorRate | 'none' | undefined,
): Promise<Emulated> => {
  try {
    return await startEmulated(system, records, port, rate)
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
  const lines = running.flatMap(({ system, emulator, ids }) => [
    `${system.provider.padEnd(width)}  ${emulator.url}  ${counted(ids.length, 'record')}`,
    `${' '.repeat(width)}  ${JSON.stringify({ ...(emulator.options as object), ...system.options })}`,
  ])
  return `${[...lines, '', `In another terminal: expunge run ${config}`, 'Ctrl-C ends them.'].join('\n')}\n`
}

const jsonAbout = (running: ReadonlyArray<Emulated>, folder: string, config: string): string => {
  const emulators = running.map(({ system, emulator, ids }) => ({
    name: system.provider,
    url: emulator.url,
    options: { ...(emulator.options as object), ...system.options },
    records: ids.length,
    ids: join(folder, `${system.provider}.txt`),
  }))
  return `${JSON.stringify({ emulators, config })}\n`
}
