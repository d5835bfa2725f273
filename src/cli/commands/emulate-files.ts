import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretOptionsOf } from '../systems/registry.ts'
import type { Emulated } from './emulate-systems.ts'

/** Writes ids, secrets and a configuration for emulators that run; answers with the path of the configuration. */
export const writeEmulatedFiles = (folder: string, running: ReadonlyArray<Emulated>): string => {
  mkdirSync(folder, { recursive: true })
  const write = (name: string, text: string): void => writeFileSync(join(folder, name), text, { mode: 0o600 })
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
  return join(folder, 'cleanup.json')
}
