/** Whether a value from outside is a whole number, of at least `least`. Infinity is one: no bound. */
export const isWhole = (value: unknown, least: number): value is number =>
  typeof value === 'number' && value >= least && (Number.isInteger(value) || value === Number.POSITIVE_INFINITY)

export const isPositive = (value: unknown): value is number => typeof value === 'number' && value > 0

/** A value from outside, for a message. */
export const show = (value: unknown): string => {
  if (typeof value === 'string') return `"${value}"`
  return typeof value === 'object' && value !== null ? 'an object' : String(value)
}
