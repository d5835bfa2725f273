import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8'

/** What V8 takes for what is new, and given up soon. */
const enoughBytes = 16 * 2 ** 20

/**
 * Keeps what a long command takes of memory low and the same: V8 lets the space for new things grow to 64 MB, though nearly
 * all of them are records on their way through. It grows once, to 16 MB, and then stays there.
 */
export const keepMemoryFlat = (): void => {
  setFlagsFromString('--semi-space-growth-factor=8')
  // It grows when more outlives a collection than it had room for.
  const kept: Array<ReadonlyArray<number>> = []
  for (let round = 0; round < 20 && newSpaceBytes() < enoughBytes; round++)
    for (let count = 0; count < 10_000; count++) kept.push([count])
  setFlagsFromString('--semi-space-growth-factor=1')
}

const newSpaceBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? enoughBytes
