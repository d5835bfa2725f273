/** What is proven. Nothing else here imports it. */
import {
  type Belief,
  beliefOf,
  beliefText,
  conclude,
  type Fact,
  fresh,
  impossible,
  learn,
  mayBeOurs,
  worldsOf,
} from '../../src/core/judge/judgement.ts'
import { see, tell } from '../../src/core/judge/record.ts'
import type { Concluded, Held } from './check.ts'
import { gone, ours, there, thereFree } from './world.ts'

export { type Belief, beliefOf, beliefText, type Fact, fresh, impossible, learn, mayBeOurs, see, tell }

export type JudgedRecord = Parameters<typeof tell>[0]
export type Told = Parameters<typeof tell>[1]

export const heldOf = (belief: Belief): Held => ({ concluded: concludedOf(belief), shadow: shadowOf(belief) })

const concludedOf = (belief: Belief): Concluded => {
  const conclusion = conclude(belief)
  if (conclusion.is !== 'outcome') return conclusion.is
  return conclusion.status === 'deleted' ? `deleted ${conclusion.evidence}` : conclusion.status
}

const shadowOf = (belief: Belief): number =>
  worldsOf(belief).reduce((shadow, world) => {
    const bits =
      (world.there ? there : 0) | (world.ours ? ours : 0) | (world.gone ? gone : 0) | (world.thereFree ? thereFree : 0)
    return shadow | (1 << bits)
  }, 0)
