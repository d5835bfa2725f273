import type { JournalVerification } from '../../journal/index.ts'
import { grouped } from '../terminal/figures.ts'

/**
 * How many of a total may still be there, 95 % sure, after a random sample of which some were: the exact binomial bound
 * (Clopper and Pearson), for none found the well-known 3 in n. It takes no credit for how much of the total was looked
 * at, so for a sample drawn without repeats the truth is a little better, and never worse.
 */
export const mostRemaining = (total: number, sample: number, present: number): number => {
  if (sample === 0) return total
  const unseen = total - sample
  if (unseen === 0 || present === sample) return present + unseen
  // Rounding errors of the search must not turn a whole number into the next one.
  return Math.min(present + unseen, Math.ceil(total * mostLikely(sample, present) - 1e-6))
}

const doubt = 0.05

/** The greatest share at which so few, or fewer, would still turn up in one of twenty samples. */
const mostLikely = (sample: number, present: number): number => {
  let low = present / sample
  let high = 1
  for (let halving = 0; halving < 60; halving++) {
    const share = (low + high) / 2
    if (atMost(sample, present, share) > doubt) low = share
    else high = share
  }
  return high
}

/** The chance of at most so many in a sample, by the sum of logarithms: the terms themselves are too small for a number. */
const atMost = (sample: number, present: number, share: number): number => {
  let term = sample * Math.log1p(-share)
  let sum = Math.exp(term)
  for (let count = 1; count <= present; count++) {
    term += Math.log((sample - count + 1) / count) + Math.log(share) - Math.log1p(-share)
    sum += Math.exp(term)
  }
  return sum
}

/** `0 of 3,000 read were there; up to 72 of 72,000 could remain, 95 % sure` */
export const verifiedText = ({ gone, read, present, mostRemaining, cannot, how }: JournalVerification): string => {
  const found = `${grouped(present)} of ${grouped(read)} read were there`
  if (cannot !== undefined) return `${found}; not verified: ${cannot}`
  if (read >= gone) return `${found}; ${how === 'all' ? 'all were read' : 'that was all of them'}`
  return `${found}; up to ${grouped(mostRemaining ?? gone)} of ${grouped(gone)} could remain, 95 % sure`
}
