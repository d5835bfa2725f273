import type { Ids } from '../../src/index.ts'
import { mix, openDice } from './random.ts'
import type { World } from './world.ts'

/** What the source has given away. */
export interface HandedOver {
  readonly entries: Array<string | null>
  /** How many of them came after the engine had closed the source: it may not have seen those. */
  late: number
  /** Everything there was has been given away, and the source has said so. */
  ended: boolean
  threw: boolean
}

/** The id source of a scenario, which keeps a record of what it gave away. */
export const openIdSource = (world: World): { readonly ids: Ids; readonly handedOver: HandedOver } => {
  const { handed, source, seed } = world.scenario
  const handedOver: HandedOver = { entries: [], late: 0, ended: false, threw: false }
  const list = handed as ReadonlyArray<string>
  switch (source.kind) {
    case 'array':
    case 'set':
      handedOver.entries.push(...handed)
      handedOver.ended = true
      return { ids: source.kind === 'array' ? [...list] : new Set(list), handedOver }
    case 'generator':
      return { ids: generated(world, handedOver), handedOver }
    case 'async': {
      const dice = openDice(mix(seed, 6))
      const slow = async function* () {
        for (const id of generated(world, handedOver)) {
          if (source.gapMs > 0 && dice.chance(0.3)) await world.clock.sleep(dice.whole(0, source.gapMs))
          yield id
        }
      }
      return { ids: watched(slow(), handedOver), handedOver }
    }
  }
}

function* generated(world: World, handedOver: HandedOver): Generator<string> {
  const { handed, source } = world.scenario
  for (const [index, id] of handed.entries()) {
    if (source.throwsAt === index) {
      handedOver.threw = true
      throw new Error('the list broke off')
    }
    handedOver.entries.push(id)
    yield id as string
  }
  handedOver.ended = true
}

/** Counts what is given away after `return` was called. */
const watched = (inner: AsyncGenerator<string>, handedOver: HandedOver): AsyncIterable<string> => {
  let closed = false
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        const before = handedOver.entries.length
        const result = await inner.next()
        if (closed && result.done !== true) handedOver.late += handedOver.entries.length - before
        return result
      },
      return: async () => {
        closed = true
        return inner.return(undefined)
      },
    }),
  }
}
