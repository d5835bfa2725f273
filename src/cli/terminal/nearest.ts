/** The word that was probably meant, if one is near: one slip in three letters. */
export const nearest = (given: string, words: ReadonlyArray<string>): string | undefined => {
  let best: { readonly word: string; readonly slips: number } | undefined
  for (const word of words) {
    const slips = slipsBetween(given.toLowerCase(), word.toLowerCase())
    if (slips <= Math.max(1, Math.floor(word.length / 3)) && (best === undefined || slips < best.slips))
      best = { word, slips }
  }
  return best?.word
}

/** Letters to be added, taken away or changed (Levenshtein). */
const slipsBetween = (one: string, other: string): number => {
  let before = Array.from({ length: other.length + 1 }, (_, index) => index)
  for (let row = 1; row <= one.length; row++) {
    const line = [row]
    for (let column = 1; column <= other.length; column++) {
      const changed = (before[column - 1] as number) + (one[row - 1] === other[column - 1] ? 0 : 1)
      line.push(Math.min(changed, (before[column] as number) + 1, (line[column - 1] as number) + 1))
    }
    before = line
  }
  return before[other.length] as number
}
