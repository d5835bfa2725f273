/** What a source yields, to its end. */
export const all = async <A>(source: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  for await (const one of source) found.push(one)
  return found
}
