import type { AskedControl, Control } from '../../core/contract/control.ts'
import type { Sqlite } from '../sqlite/sqlite.ts'
import type { Store } from '../sqlite/store.ts'
import { columnsOf, controlIn, lookInto, type MailedControl, takeFrom, whoAsks } from './mailbox.ts'

/** Something that was asked of the runs of a journal. */
export interface ControlOnRecord {
  /** Missing: of all targets. */
  readonly target?: string
  readonly control: AskedControl
  /** When a run took it, in ms since the epoch; missing while none has. */
  readonly takenAt?: number
}

export type TakeControl = (control: AskedControl, isPast: boolean) => void

export interface Controls {
  /** All of them, in the order in which a run took them, and then those that wait for one. */
  readonly all: () => ReadonlyArray<ControlOnRecord>
  /** Hands over what is on record for a target (all of it where none is named), and then what comes. Ends when the answer is called. */
  readonly follow: (target: string | undefined, take: TakeControl) => () => void
  /** Puts on record what this process asks itself. */
  readonly ask: (target: string | undefined, control: Control) => AskedControl
  readonly close: () => void
}

interface Follower {
  readonly target: string | undefined
  readonly take: TakeControl
}

/** How often a run looks whether something was asked. */
const everyMs = 250

/** `file`: the journal by its own name, whatever links lead there. */
export const openControls = (store: Store, sqlite: Sqlite, file: string): Controls => {
  const followers = new Set<Follower>()
  let timer: NodeJS.Timeout | undefined

  const isFor = (follower: Follower, target: string | undefined): boolean =>
    follower.target === undefined ? target === undefined : target === undefined || target === follower.target

  /** What names a target that is not there is about none. */
  const isKnown = ({ target }: Pick<MailedControl, 'target'>): boolean =>
    target === undefined || store.get('SELECT 1 FROM targets WHERE name = ?', target) !== undefined

  const keep = (target: string | undefined, control: AskedControl): void => {
    if (!isKnown({ ...(target !== undefined && { target }) })) return
    const { what, value, asker, host, at, until } = columnsOf(control)
    store.run(
      `INSERT INTO controls (target, what, value, asker, host, at, until, taken_at)
        VALUES ((SELECT number FROM targets WHERE name = ?), ?, ?, ?, ?, ?, ?, ?)`,
      ...[target ?? null, what, value, asker, host, Math.round(at), until, Date.now()],
    )
  }
  /** Another process may be writing there, or the journal may have failed: it is looked at again. */
  const takeMail = (): ReadonlyArray<MailedControl> => {
    try {
      return takeFrom(sqlite, file, (mailed) => {
        for (const { target, control } of mailed) keep(target, control)
        store.commit()
      }).filter(isKnown)
    } catch {
      return []
    }
  }
  const look = (): void => {
    for (const { target, control } of takeMail())
      for (const follower of [...followers]) if (isFor(follower, target)) follower.take(control, false)
  }
  const onRecord = (): ReadonlyArray<ControlOnRecord> =>
    store
      .all('SELECT c.*, t.name FROM controls c LEFT JOIN targets t ON t.number = c.target ORDER BY c.number')
      .map((row) => ({
        ...(row['name'] !== null && { target: String(row['name']) }),
        control: controlIn(row),
        ...(row['taken_at'] !== null && { takenAt: Number(row['taken_at']) }),
      }))
  const waiting = (): ReadonlyArray<ControlOnRecord> => {
    try {
      return lookInto(sqlite, file).map(({ target, control }) => ({ ...(target && { target }), control }))
    } catch {
      return []
    }
  }
  const stopLooking = (): void => {
    clearInterval(timer)
    timer = undefined
  }

  return {
    all: () => [...onRecord(), ...waiting()],
    follow: (target, take) => {
      const follower = { target, take }
      // What came before this run is a part of what is past.
      look()
      for (const { target: of, control } of onRecord()) if (isFor(follower, of)) take(control, true)
      followers.add(follower)
      timer ??= setInterval(look, everyMs)
      return () => {
        followers.delete(follower)
        if (followers.size === 0) stopLooking()
      }
    },
    ask: (target, control) => {
      const asked = { ...control, at: Date.now(), ...whoAsks() }
      keep(target, asked)
      store.commit()
      return asked
    },
    close: stopLooking,
  }
}
