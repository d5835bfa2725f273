import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenJournal, openJournal } from '../../src/journal/index.ts'
import type { Life } from './world.ts'

/** The journal of a simulated run, through all of its processes. */
export interface Diary {
  /** As the next process opens it. */
  readonly open: (life: Life) => ReturnType<OpenJournal['target']>
  /** `died`: what was not on the disk when the process died is lost. */
  readonly close: (died: boolean) => void
  readonly remove: () => void
}

/** In memory where there is such a folder: what is waited for there is no disk. */
const place = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

export const openDiary = (): Diary => {
  const folder = mkdtempSync(join(place, 'simulated-'))
  let number = 0
  let journal: OpenJournal | undefined
  const path = () => join(folder, `${number}.db`)
  const close = (died: boolean): void => {
    if (died) {
      const from = path()
      number++
      for (const end of ['', '-wal']) if (existsSync(from + end)) copyFileSync(from + end, path() + end)
    }
    journal?.close()
    journal = undefined
  }
  return {
    open: (life) => {
      journal = openJournal(path())
      return asLongAs(life, journal.target('run'))
    },
    close,
    remove: () => {
      close(false)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** A dead process writes nothing, and reads nothing. */
const asLongAs = (life: Life, target: ReturnType<OpenJournal['target']>): ReturnType<OpenJournal['target']> =>
  new Proxy(target, {
    get: (of, key) => {
      const member: unknown = Reflect.get(of, key)
      if (typeof member !== 'function') return member
      return (...given: ReadonlyArray<unknown>): unknown => {
        if (life.dead) return new Promise(() => {})
        return member.apply(of, given)
      }
    },
  })
