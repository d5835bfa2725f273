/** One record alone. */
import { after, factsOf, type RecordFact } from './observed.ts'
import type { System } from './system.ts'
import { type Bounds, keyOf, project, startsOf, toldIn, unseen, type World } from './world.ts'

export const recordSystem = (bounds: Bounds): System<World, RecordFact> => ({
  starts: startsOf(bounds),
  keyOf,
  unseen: (world) => unseen(world, bounds),
  facts: factsOf(bounds),
  after: (world, fact) => after(world, fact, bounds),
  project: (world) => [project(world)],
  toldIn: (world) => [toldIn(world)],
})
