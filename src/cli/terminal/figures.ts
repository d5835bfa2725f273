/** `10,000`: the same on every machine, whatever its language. */
export const grouped = (value: number): string => Math.round(value).toLocaleString('en-US')

/** `8.1`, in seconds. */
export const secondsOf = (ms: number): string => (ms / 1_000).toFixed(1)

/** `1 record`, `2 records`; the word is one that takes an s. */
export const counted = (value: number, word: string): string => `${grouped(value)} ${word}${value === 1 ? '' : 's'}`

/** A part of a whole as `12.5 %`. */
export const percent = (share: number): string => `${Number((share * 100).toFixed(1))} %`

/** Time that is still to go: `8 s`, `12 min`, `3 h 5 min`. */
export const spanOf = (ms: number): string => {
  const seconds = Math.ceil(ms / 1_000)
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.ceil(seconds / 60)
  return minutes < 100 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}
