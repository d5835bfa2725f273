import type { Weight } from '../contract/provider.ts'
import { urlEncoded } from '../contract/text.ts'

/** What ids add to a request, and what it weighs without any. */
export interface Scale {
  readonly weigh: (id: string) => Weight
  readonly overhead: Weight
}

/**
 * Learns from a request builder how ids weigh: which part of the request they go to, and what stands around each of
 * them. An id is then weighed without building anything. A builder that writes ids in another way than as a URL
 * component or a JSON string is found out here, and each of its ids is weighed by building a request.
 */
export const scaleOf = (measure: (ids: ReadonlyArray<string>) => Weight): Scale => {
  const overhead = measure([])
  const one = measure(['x'])
  const frame = less(less(measure(['x', 'y']), one), { urlBytes: 1, bodyBytes: 1 })
  const inUrl = frame.urlBytes >= 0
  const inBody = frame.bodyBytes >= 0
  const weigh = (id: string): Weight => ({
    urlBytes: inUrl ? frame.urlBytes + urlBytes(id) : 0,
    bodyBytes: inBody ? frame.bodyBytes + jsonBytes(id) : 0,
  })
  const exactly = (id: string): Weight => less(measure(['x', id]), one)
  const [guess, truth] = [weigh(awkward), exactly(awkward)]
  const right = guess.urlBytes === truth.urlBytes && guess.bodyBytes === truth.bodyBytes
  return { weigh: right ? weigh : exactly, overhead }
}

/** A list of ids for a query string: each encoded, the commas between them as they are. */
export const commaList = (ids: ReadonlyArray<string>): string => ids.map(urlEncoded).join(',')

const awkward = 'a é"\'/,~\\%&+漢'

const plainJson = /^[\x20\x21\x23-\x5b\x5d-\x7e]*$/
const encoder = new TextEncoder()

const urlBytes = (id: string): number => urlEncoded(id).length

/** Without the quotation marks. */
const jsonBytes = (id: string): number =>
  plainJson.test(id) ? id.length : encoder.encode(JSON.stringify(id)).length - 2

const less = (whole: Weight, part: Weight): Weight => ({
  urlBytes: whole.urlBytes - part.urlBytes,
  bodyBytes: whole.bodyBytes - part.bodyBytes,
})
