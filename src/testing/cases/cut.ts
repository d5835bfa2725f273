import { AskingFailedError, ListChangedError } from '../../http-provider.ts'
import type { Answer } from '../backends/loopback.ts'
import type { TrueAnswer } from '../backends/relay.ts'
import { spoilt } from '../backends/spoil.ts'
import { audit, said } from '../kit/audit.ts'
import { breach, expect, named } from '../kit/breach.ts'
import { type CasePlan, unlessReads } from '../kit/case.ts'
import { hurried } from '../kit/hurried.ts'
import { notApplicable } from '../kit/result.ts'
import { isDeletion, isReading, type Scene } from '../kit/scene.ts'
import { seenGone } from './reading.ts'

/** Lists that stop before their end. */
export const cutCases: ReadonlyArray<CasePlan> = [
  {
    name: 'a read whose list is cut short says nothing of what it leaves out',
    unless: unlessReads,
    meets: 'requests',
    play: (scene) => cutReads(scene),
  },
  {
    name: 'a list of ids is whole, or is none',
    unless: (_, { list }) => (list === undefined ? 'its subject gives no list' : undefined),
    play: (scene) => wholeList(scene),
  },
]

/**
 * One record is left out, then half of them, by every read of the run: a backend with a limit of its own, or one that
 * could not look up all. The answer says of itself what it said before: how many there are, or one row for each key. One
 * that never says any such thing can't be cut so that it shows.
 */
const cutReads = async (scene: Scene) => {
  const shows = await showsLength(scene)
  const ids = scene.ids(6, 10)
  await scene.seed(ids)
  let cuts = 0
  for (const missing of [ids.slice(-1), ids.slice(3)]) {
    scene.relay.meddle({
      fault: (request) => {
        if (isDeletion(request)) return 'lost-before'
        return isReading(request) ? { change: (answer) => cut(scene, answer, missing, shows, () => cuts++) } : undefined
      },
    })
    const told = await scene.run(ids)
    for (const outcome of told.report.outcomes) {
      if (!('evidence' in outcome) || !missing.includes(outcome.id)) continue
      breach(`called ${said(outcome)}, which a list that was cut short left out`, wanted)
    }
    audit(scene, told)
    const gone = await seenGone(scene, ids)
    expect(gone.length === 0, () => `read ${named(gone)} as gone, from a list that was cut short`, wanted)
  }
  return cuts === 0 ? notApplicable('no answer to its reads shows how much it lists') : undefined
}

const wanted = 'it to be unread, unless the answer shows that its list is whole (a row a key, a count, no next page)'

/**
 * Whether answers to reads show how much they list: asked for six, one of which is missing, they name that one, too, or
 * have a row for it, or say that there are five.
 */
const showsLength = async (scene: Scene): Promise<boolean> => {
  const ids = scene.ids(6)
  const [missing = '', ...there] = ids
  await scene.seed(there)
  const answers: TrueAnswer[] = []
  scene.relay.meddle({ onAnswer: (request, answer) => void (isReading(request) && answers.push(answer)) })
  await scene.lookUp(ids)
  return answers.some(({ text, headers }) => {
    const holds = (id: string) => text.toLowerCase().includes(id.toLowerCase())
    const count = String(there.filter(holds).length)
    if (Number(count) < 2) return false
    const isSaid = new RegExp(`[:>="\\s]${count}(?:["<,}\\s]|$)`).test(text) || Object.values(headers).includes(count)
    return isSaid || holds(missing) || (text.match(/\bnull\b/g) ?? []).length === 1
  })
}

const cut = (
  scene: Scene,
  answer: TrueAnswer,
  missing: ReadonlyArray<string>,
  shows: boolean,
  onCut: () => void,
): Answer => {
  const { subject, identityOf } = scene
  let short = answer
  for (const entry of missing) {
    const names = { entry, stranger: scene.ids(1, 100)[0] ?? '', ids: missing, identityOf }
    const dropped = () => (shows ? spoilt(short, 'cut', names) : undefined)
    const changed = subject.cut === undefined ? dropped() : subject.cut(short, names)
    if (changed === undefined) continue
    onCut()
    short = { status: short.status, headers: short.headers, text: '', ...changed }
  }
  return short
}

/** What a run would be told to delete: a list that lost a record on the way would leave it alive, and one that never ends is none. */
const wholeList = async (scene: Scene) => {
  const { subject, identityOf, ids: idsFrom } = scene
  const ids = idsFrom(5)
  await scene.seed(ids)
  const there = await scene.existing()
  const listed = async () => {
    const found: string[] = []
    const list = subject.list?.(scene.bare, { clock: hurried, attempts: 2 }) ?? []
    try {
      for await (const id of list) found.push(identityOf(id))
      return found
    } catch (cause) {
      if (cause instanceof AskingFailedError || cause instanceof ListChangedError) return undefined
      throw cause
    }
  }
  const whole = (await listed()) ?? []
  const missing = [...there].filter((identity) => !whole.includes(identity))
  expect(missing.length === 0, () => `did not list ${named(missing)}`, 'every record that exists')
  expect(whole.length === there.size, () => `listed ${whole.length} records, and there are ${there.size}`, 'each once')
  if (!scene.hasRelay) return undefined
  let cuts = 0
  scene.relay.meddle({ fault: () => ({ change: (answer) => cut(scene, answer, ids.slice(1, 2), true, () => cuts++) }) })
  const short = await listed()
  if (cuts === 0) return notApplicable('no answer to its list can be cut')
  const left = [...there].filter((identity) => short !== undefined && !short.includes(identity))
  expect(left.length === 0, () => `took a list without ${named(left)} for the whole one`, 'an error')
  return undefined
}
