/**
 * Ids that careless code alters: blanks, commas, escapes, letters beyond ASCII, cases, numbers that lose digits. Built
 * on an id of the system, for a system that takes nothing else lets some of them pass all the same.
 */
export const strangeIds = (id: string): ReadonlyArray<string> => [
  ` ${id}`,
  `${id} `,
  `${id}, ${id}`,
  `${id},x`,
  `${id}+x`,
  `${id}%20x`,
  `${id}%2Cx`,
  `${id}%`,
  `${id}&x=y`,
  `${id}?x#y`,
  `${id}/x`,
  `${id}/../x`,
  `${id};x`,
  `${id}"x'`,
  `${id}\\x`,
  `${id}<&>`,
  `${id}[0]`,
  `${id}ä€𝄞`,
  `${id}e\u0301`,
  `AbC${id}xYz`,
  `.`,
  `..`,
  `*`,
  'null',
  '0012',
  '1e3',
  '-1',
  '9007199254740993',
  '12345678901234567891',
  '__proto__',
]

/** What careless code makes of an id: other records, which must be left alone. */
export const alterationsOf = (id: string): ReadonlyArray<string> => {
  const altered = [
    id.trim(),
    id.toLowerCase(),
    id.toUpperCase(),
    id.normalize('NFC'),
    id.normalize('NFD'),
    encodeURIComponent(id),
    encodeURI(id),
    decoded(id),
    id.replaceAll('+', ' '),
    id.replaceAll(' ', '+'),
    id.replaceAll(' ', ''),
    id.replaceAll('"', '\\"'),
    ...id.split(/[,;]/),
    ...id.split(/[,;]/).map((part) => part.trim()),
    id.split(/[?#&/]/)[0] ?? '',
    ...(/^[-\d.e]+$/.test(id) ? [String(Number(id))] : []),
  ]
  return [...new Set(altered)].filter((other) => other !== id && other !== '')
}

const decoded = (id: string): string => {
  try {
    return decodeURIComponent(id)
  } catch {
    return id
  }
}
