/** Neighbours in the plan: from the first to the last, both included. */
export type Span = readonly [first: number, last: number]

/** Numbers in their order, neighbours that ascend taken together. */
export const spansOf = (numbers: ReadonlyArray<number>): ReadonlyArray<Span> => {
  const spans: Array<[number, number]> = []
  let current: [number, number] | undefined
  for (const number of numbers) {
    if (current !== undefined && number === current[1] + 1) current[1] = number
    else {
      current = [number, number]
      spans.push(current)
    }
  }
  return spans
}

/** The parts of a span that none of the others covers; those are ascending and do not overlap. */
export const without = ([first, last]: Span, others: Iterable<Span>): ReadonlyArray<Span> => {
  const left: Span[] = []
  let at = first
  for (const other of others) {
    if (other[1] < at) continue
    if (other[0] > last) break
    if (other[0] > at) left.push([at, other[0] - 1])
    at = other[1] + 1
  }
  if (at <= last) left.push([at, last])
  return left
}
