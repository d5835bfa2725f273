/** What `JSON.rawJSON` makes, where the platform has it: a number with all of its digits, for `JSON.stringify` to write. */
interface Raw {
  readonly rawJSON?: (text: string) => unknown
}

type Reviver = (this: unknown, key: string, value: unknown, context?: { readonly source?: string }) => unknown

/**
 * The value of a JSON text from which `JSON.stringify` makes the same values again: a number that a double can't hold keeps
 * its digits as raw JSON. Throws `SyntaxError` for what is no JSON, and `RangeError` where the platform can't keep such a
 * number: better no copy than another value.
 */
export const parseExactly = (text: string): unknown => {
  const { rawJSON } = JSON as Raw
  // Most texts hold no such number, and a reviver takes several times as long.
  if (!maybeLong.test(text)) return JSON.parse(text)
  const revive: Reviver = (_, value, context) => {
    if (typeof value !== 'number') return value
    const source = context?.source
    if (source !== undefined && isSame(source, value)) return value
    if (source === undefined || rawJSON === undefined)
      throw new RangeError('it holds a number that can not be kept with all of its digits on this platform')
    return rawJSON(source)
  }
  return JSON.parse(text, revive)
}

/** Sixteen digits in a number, or an exponent: any shorter one is a double as it stands. */
const maybeLong = /(?:\d[.]?){16}|\d[eE][+-]?\d/

/** Whether the double is written with the same digits at the same place. */
const isSame = (source: string, value: number): boolean => {
  if (!Number.isFinite(value)) return false
  return Object.is(value, -0)
    ? !/[1-9]/.test(source.split(/e/i)[0] ?? '')
    : canonical(source) === canonical(String(value))
}

/** `-12.50e3` → `-125e2`: the digits without zeros at either end, and the power of ten that they stand for. */
const canonical = (text: string): string => {
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? []
  const digits = (whole + part).replace(/^0+/, '')
  const short = digits.replace(/0+$/, '')
  if (short === '') return '0'
  return `${sign}${short}e${Number(power) - part.length + digits.length - short.length}`
}
