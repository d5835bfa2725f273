/** 15 letters and digits whose case counts; or 18, of which the last three say the case of the others. */
export const isValidId = (id: string): boolean => {
  if (id.length !== 15 && id.length !== 18) return false
  if (!/^[a-z\d]+$/i.test(id)) return false
  return id.length === 15 || id.slice(15).toUpperCase() === suffixOf(id)
}

/** Both spellings of a record; what is no id is no record's. */
export const identityOf = (id: string): string => (id.length === 18 && isValidId(id) ? id.slice(0, 15) : id)

/** One letter or digit for each five of the first 15: which of them are capitals, read as a binary number from the right. */
const suffixOf = (id: string): string =>
  [0, 5, 10].map((from) => suffixes[capitalsIn(id.slice(from, from + 5))]).join('')

const suffixes = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'

const capitalsIn = (letters: string): number =>
  [...letters].reduce((sum, letter, at) => sum + (letter >= 'A' && letter <= 'Z' ? 2 ** at : 0), 0)
