import type { Mutation } from '../simulation/mutations.ts'

const mutation = (name: string, ...texts: ReadonlyArray<readonly [find: string, replace: string]>): Mutation => ({
  name,
  edits: texts.map(([find, replace]) => ({ file: 'judge/judgement.ts', find, replace })),
})

/** The same in what may happen in one world. */
const below = (name: string, ...texts: ReadonlyArray<readonly [find: string, replace: string]>): Mutation => ({
  name,
  edits: texts.map(([find, replace]) => ({ file: 'judge/worlds.ts', find, replace })),
})

const byTheClock = (name: string, find: string, replace: string): Mutation => ({
  name: `by the clock: ${name}`,
  edits: [{ file: 'judge/record.ts', find, replace }],
})

/** Deliberate mistakes in the judgement. */
export const mutations: ReadonlyArray<Mutation> = [
  // Time
  mutation('always wait', [
    'known.worlds.every((world) => (world & bit) !== 0)\n  if (known.saidDeleted)',
    'known.worlds.length < bit - 999\n  if (known.saidDeleted)',
  ]),
  below('ignore the lag: a read shows what is so since the first send', [
    "if (since === 'before' && mayChange) return () => true",
    '',
  ]),
  below('ignore the lag: a read shows what is so since nothing is alive', [
    "const free = since === 'dead' && !earlierAlive",
    'const free = !earlierAlive',
  ]),
  mutation('a send is dead as soon as it has left', ['latestAlive: true,', 'latestAlive: false,']),
  mutation('an earlier send is dead as soon as the next one leaves', [
    'earlierAlive: !anew && (earlierAlive || latestAlive),',
    'earlierAlive: false,',
  ]),
  below('nothing that is alive takes effect any more', [
    'if (alive && (world & there) !== 0)',
    'if (alive && world < 0)',
  ]),
  // Others
  below('forget that others recreate', [
    'const after: number[] = mayChange ? [world ^ there] : []',
    'const after: number[] = mayChange && (world & there) !== 0 ? [world ^ there] : []',
  ]),
  below('forget that others delete', [
    'const after: number[] = mayChange ? [world ^ there] : []',
    'const after: number[] = mayChange && (world & there) === 0 ? [world ^ there] : []',
  ]),
  mutation('believe that nobody else changes anything', [
    "step(beliefs[belief] as Known, fact, others === 'may')",
    'step(beliefs[belief] as Known, fact, false)',
  ]),
  mutation('expect others where there are none', [
    "step(beliefs[belief] as Known, fact, others === 'may')",
    'step(beliefs[belief] as Known, fact, true)',
  ]),
  below('believe a read from before the first send', [
    '(world) => mayChange || ((world & there) !== 0) === listed',
    '(world) => ((world & there) !== 0) === listed',
  ]),
  // What an answer says
  mutation('believe a read that shows nothing', [
    'return intern(known, worlds.filter(agreesWith(fact, known, mayChange)))',
    'return intern(known, fact.listed ? worlds : worlds.filter((world) => (world & there) === 0))',
  ]),
  mutation('a read tells nothing', [
    'return intern(known, worlds.filter(agreesWith(fact, known, mayChange)))',
    'return intern(known, worlds)',
  ]),
  mutation('absent, although a send of ours may have removed it', [
    'if (inAll(wasGone) && !mayBeOurs(belief))',
    'if (inAll(wasGone) && !known.earlierAlive)',
  ]),
  below('absent, forgetting what an earlier send did', [
    'const did = (world & ours) !== 0 ? earlier : 0',
    'const did = 0',
  ]),
  mutation('"not found" says that nothing ever removed it', [
    '(world & wasGone) !== 0 && (world & latest) === 0',
    '(world & wasGone) !== 0 && (world & ours) === 0',
  ]),
  mutation('rejected, while an earlier send is alive', [
    'const refused = earlierAlive ? met : met.map',
    'const refused = sends < 0 ? met : met.map',
  ]),
  mutation('a refusal says that it is there, although an earlier send removed it', [
    '((world & earlier) === 0 ? thereFree : 0)',
    'thereFree',
  ]),
  mutation('a refusal says nothing of being there', [
    'freed(world) | ((world & earlier) === 0 ? thereFree : 0)',
    'freed(world)',
  ]),
  mutation('a refusal is quoted for what is sent anew', ['quoted: known.quoted && !anew,', 'quoted: known.quoted,']),
  mutation('a failure that was counted is no refusal', [
    'quoted: known.quoted || fact.quoted }',
    'quoted: known.quoted }',
  ]),
  mutation('a job of which nothing is known did nothing', [
    "fact.took === 'nothing' ? worlds.filter",
    'fact.took !== undefined ? worlds.filter',
  ]),
  mutation('a job that has ended ends the earlier sends', [
    "return settle(seen, earlierAlive ? met : met.map(freed))\n    }\n    case 'read'",
    "return settle({ ...seen, earlierAlive: false }, met.map(freed))\n    }\n    case 'read'",
  ]),
  mutation('a send that was turned back may have removed it', [
    'const untouched = worlds.filter((world) => (world & latest) === 0)',
    'const untouched = worlds',
  ]),
  mutation('a send that was turned back clears the earlier ones', ['if (sends === 1)', 'if (sends >= 1)']),
  mutation('forget that an answer said deleted', ['saidDeleted: true }', 'saidDeleted: false }']),
  // Beginning anew
  below(
    'there, as it was before the last send',
    ['world & (wasThere | wasGone)', 'world & (wasThere | wasGone | thereFree)'],
    ['const past = anew ? 0 :', 'const past = anew ? world & thereFree :'],
  ),
  below('gone, as it was before it was sent anew', [
    'const past = anew ? 0 :',
    'const past = anew ? world & wasGone :',
  ]),
  mutation('never begin anew', [
    'sends === 0 || isClear(known) || worlds.every((world) => (world & thereFree) !== 0)',
    'sends === 0',
  ]),
  mutation('untouched, while a send of ours is alive', [
    '!earlierAlive && !latestAlive && worlds.every',
    'worlds.every',
  ]),
  // The order of claims
  mutation('deleted by read-back before absent', [
    "  if (inAll(wasGone) && !mayBeOurs(belief)) return { is: 'outcome', status: 'absent' }\n",
    '',
  ]),
  mutation('untouched, although it was refused', ["known.quoted ? 'rejected' : 'untouched'", "'untouched'"]),
  mutation('rejected, although nothing refused it', ["known.quoted ? 'rejected' : 'untouched'", "'rejected'"]),
  mutation('open, although nothing of ours did anything', [
    "isClear(known) ? { is: 'outcome', status: 'untouched' } :",
    '',
  ]),
  // Times
  byTheClock('every read begins after the first send', 'from < doubt.firstSentAt', 'from > Number.POSITIVE_INFINITY'),
  byTheClock(
    'the lag of a read is over when the send is',
    "from >= doubt.deadAt ? 'dead'",
    "from >= doubt.firstSentAt ? 'dead'",
  ),
  byTheClock('only the latest send can be alive', 'begins ? overAt : Math.max(overAt, doubt.deadAt)', 'overAt'),
  byTheClock(
    'what is sent anew was sent first long ago',
    'firstSentAt: begins ? sentAt : doubt.firstSentAt',
    'firstSentAt: doubt?.firstSentAt ?? sentAt',
  ),
]
