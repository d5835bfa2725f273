/** A time in ms: a number of them, or a text such as `30s`, `1h30m` or `7d`; `undefined` for anything else. */
export const durationMs = (given: unknown): number | undefined => {
  if (typeof given === 'number') return Number.isFinite(given) && given >= 0 ? given : undefined
  if (typeof given !== 'string') return undefined
  if (/^\d+$/.test(given)) return Number(given)
  if (!/^(?:\d+(?:\.\d+)?\s*(?:ms|s|m|min|h|d)\s*)+$/.test(given)) return undefined
  let ms = 0
  for (const [, figure, unit] of given.matchAll(/(\d+(?:\.\d+)?)\s*(ms|min|s|m|h|d)/g)) {
    ms += Number(figure) * (units[unit as keyof typeof units] ?? 0)
  }
  return ms
}

const units = { ms: 1, s: 1_000, m: 60_000, min: 60_000, h: 3_600_000, d: 86_400_000 } as const
