import { isBuiltin, registerHooks } from 'node:module'
import { sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Reach } from './reach.ts'

/**
 * From now on, what was hashed of an adapter is what runs: a file that was changed in between is refused, and so is whatever one
 * of these files brings in that was not found by reading them.
 */
export const onlyWithin = ({ files, packages }: Reach): void => {
  registerHooks({
    resolve: (specifier, context, next) => {
      const found = next(specifier, context)
      const from = pathOf(context.parentURL)
      if (from === undefined || !files.has(from) || isBuiltin(specifier) || isBuiltin(found.url)) return found
      const to = pathOf(found.url)
      const isKnown = to !== undefined && (files.has(to) || [...packages].some((root) => to.startsWith(root + sep)))
      if (isKnown) return found
      throw new Error(`${from} brings in ${specifier}, which was not known before it ran`)
    },
    load: (url, context, next) => {
      const loaded = next(url, context)
      const hashed = files.get(pathOf(url) ?? '')
      if (hashed === undefined || loaded.source === undefined || loaded.source === null) return loaded
      const { source } = loaded
      // Where Node has made text of it already, it is compared as text.
      const isSame =
        typeof source === 'string'
          ? source.replace(/^\ufeff/, '') === textOf(hashed)
          : Buffer.from(source as Uint8Array).equals(hashed)
      if (isSame) return loaded
      throw new Error(`${url} was changed while the adapter was loaded`)
    },
  })
}

const textOf = (bytes: Buffer): string => bytes.toString('utf8').replace(/^\ufeff/, '')

const pathOf = (url: string | undefined): string | undefined => {
  if (url === undefined) return undefined
  if (!url.startsWith('file:')) return /^[a-z]+:/i.test(url) && !/^[a-z]:[\\/]/i.test(url) ? undefined : url
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}
