/** Dice that fall the same way for the same seed, on every machine. */
export interface Dice {
  /** From 0 up to but not including 1. */
  readonly roll: () => number
  /** A whole number from `least` to `most`, both included. */
  readonly whole: (least: number, most: number) => number
  /** True in a part `p` of the cases. */
  readonly chance: (p: number) => boolean
  readonly pick: <Item>(items: ReadonlyArray<Item>) => Item
  /** One of the words, each as often as its weight says. */
  readonly weigh: <Word extends string>(weights: Readonly<Record<Word, number>>) => Word
  readonly shuffle: <Item>(items: ReadonlyArray<Item>) => Item[]
}

/** mulberry32, over a seed that is mixed first so that neighbours have nothing in common. */
export const openDice = (seed: number): Dice => {
  let state = mix(seed)
  const roll = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
  const whole = (least: number, most: number) => least + Math.floor(roll() * (most - least + 1))
  return {
    roll,
    whole,
    chance: (p) => roll() < p,
    pick: (items) => items[whole(0, items.length - 1)] as (typeof items)[number],
    weigh: <Word extends string>(weights: Readonly<Record<Word, number>>): Word => {
      const words = Object.keys(weights) as Word[]
      let left = roll() * words.reduce((sum, word) => sum + weights[word], 0)
      for (const word of words) {
        left -= weights[word]
        if (left < 0) return word
      }
      return words[0] as Word
    },
    shuffle: (items) => {
      const shuffled = [...items]
      for (let at = shuffled.length - 1; at > 0; at--) {
        const other = whole(0, at)
        const kept = shuffled[at] as (typeof items)[number]
        shuffled[at] = shuffled[other] as (typeof items)[number]
        shuffled[other] = kept
      }
      return shuffled
    },
  }
}

/** A number for two: what happens at the n-th call of a seed. */
export const mix = (one: number, other = 0): number => {
  let hash = Math.imul(one ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(other + 0x7f4a7c15, 0xc2b2ae35)
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b)
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  return hash ^ (hash >>> 16)
}

/** From 0 up to but not including 1, for two numbers. */
export const part = (one: number, other: number): number => (mix(one, other) >>> 0) / 2 ** 32
