/** What is told to a page, in order: whoever comes late, or comes back, is told what it has missed. */
export interface Told {
  readonly id: number
  readonly event: 'standing' | 'course'
  readonly html: string
}

export interface Feed {
  /** Told to everybody who listens, unless it is what was told last. */
  readonly tell: (event: Told['event'], html: string) => void
  /** Tells what came after an id, or where that is not kept any more the latest of each kind; then what comes. */
  readonly listen: (after: number | undefined, take: (told: Told) => void) => () => void
  readonly listeners: () => number
}

const most = 100

export const openFeed = (): Feed => {
  let kept: ReadonlyArray<Told> = []
  let last = 0
  const takers = new Set<(told: Told) => void>()
  const latest = new Map<Told['event'], Told>()
  return {
    tell: (event, html) => {
      if (latest.get(event)?.html === html) return
      const told = { id: ++last, event, html }
      kept = [...kept, told].slice(-most)
      latest.set(event, told)
      for (const take of [...takers]) take(told)
    },
    listen: (after, take) => {
      const first = kept[0]?.id ?? 0
      const isKept = after !== undefined && after >= first - 1 && after <= last
      const missed = isKept
        ? kept.filter(({ id }) => id > after)
        : [...latest.values()].sort((one, other) => one.id - other.id)
      for (const told of missed) take(told)
      takers.add(take)
      return () => void takers.delete(take)
    },
    listeners: () => takers.size,
  }
}
