import { InvalidArgumentError } from 'commander'
import type { EmulatorRate } from '../../emulators/index.ts'

export const rateForms =
  '`60/3` (requests in seconds, a fixed window), `log:60/3`, `counter:60/3`, `bucket:60/3` or `bucket:60/3:11` (a burst of 11), `gcra:60/3:11`, `concurrency:8`; several joined by `+`; `none`'

/** The limit that a word on the command line stands for. */
export const rateOf = (text: string): EmulatorRate | 'none' => {
  if (text === 'none') return 'none'
  const limits = text.split('+').map(oneOf)
  const [first] = limits
  return limits.length === 1 && first !== undefined ? first : { kind: 'all', of: limits }
}

const oneOf = (text: string): EmulatorRate => {
  const most = /^concurrency:(\d{1,9})$/.exec(text)?.[1]
  if (most !== undefined && Number(most) > 0) return { kind: 'concurrency', most: Number(most) }
  const [, kind = 'window', requests, seconds, burst] = form.exec(text) ?? []
  const rate = { requests: Number(requests), perMs: Number(seconds) * 1_000 }
  const isEven = kind === 'bucket' || kind === 'gcra'
  const isSound = rate.requests > 0 && rate.perMs > 0 && (burst === undefined || (isEven && Number(burst) > 0))
  if (!isSound) throw new InvalidArgumentError(`It must be one of ${rateForms}.`)
  if (!isEven) return { kind: kind as 'window' | 'log' | 'counter', ...rate }
  return { kind, ...rate, ...(burst !== undefined && { burst: Number(burst) }) }
}

const form = /^(?:(window|log|counter|bucket|gcra):)?(\d{1,9})\/(\d{1,6}(?:\.\d{1,3})?)(?::(\d{1,9}))?$/
