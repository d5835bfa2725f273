import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** One deliberate mistake: texts of the engine, and what stands there instead. Each text has to be there exactly once. */
export interface Mutation {
  readonly name: string
  readonly edits: ReadonlyArray<{ readonly file: string; readonly find: string; readonly replace: string }>
}

const mutation = (name: string, file: string, find: string, replace: string): Mutation => ({
  name,
  edits: [{ file, find, replace }],
})

export const mutations: ReadonlyArray<Mutation> = [
  // Doubt
  mutation(
    'skip the doubt check: believe a refusal after a doubtful attempt',
    'settle/reply.ts',
    'const isVain = isDoubted(record) || mayBeOurs(record.belief) ||',
    "const isVain = record.id === '' ||",
  ),
  mutation(
    'isolate what was refused in doubt',
    'settle/failure.ts',
    'if (doubted.length > 0) {',
    'if (doubted.length > 1_000) {',
  ),
  mutation(
    'believe an empty read',
    'settle/reader.ts',
    'const proven = run.known.proofs.isProven(form)',
    'const proven = true',
  ),
  mutation(
    'what one form of reading has proven, all have',
    'run/proofs.ts',
    'isProven: (form) => proven.has(form)',
    'isProven: () => proven.size > 0',
  ),
  mutation('skip the positive control', 'settle/reader.ts', 'const isOver = () => ', 'const isOver = () => true || '),
  mutation(
    'read too early: believe that it is still there at once',
    'settle/failure.ts',
    'jobStarted ? Number.POSITIVE_INFINITY : sentAt + lateEffectMs',
    'jobStarted ? Number.POSITIVE_INFINITY : sentAt',
  ),
  mutation(
    'a running job is over after lateEffectMs',
    'settle/failure.ts',
    'overAt: jobStarted ? Number.POSITIVE_INFINITY :',
    'overAt: jobStarted ? sentAt + lateEffectMs :',
  ),
  mutation(
    'one record that is gone proves that a transaction was not applied',
    'settle/doubt.ts',
    "if (others === 'may' || run.provider.capabilities.atomicity !== 'all-or-nothing') return",
    "if (others === 'may') return",
  ),
  mutation(
    'retry after a lost answer on an unsafe backend',
    'settle/doubt.ts',
    "doubting.mayResend && run.provider.capabilities.replay === 'safe' &&",
    'doubting.mayResend &&',
  ),
  mutation(
    'retry after a lost answer as if nothing had happened',
    'judge/policy.ts',
    "Interrupted: { effect: 'unknown', retry: true, then: 'fail-batch' }",
    "Interrupted: { effect: 'not-applied', retry: true, then: 'pause' }",
  ),
  mutation(
    'an answer that can not be read was not carried out',
    'judge/policy.ts',
    "Garbled: { effect: 'unknown', retry: true, then: 'fail-batch' }",
    "Garbled: { effect: 'not-applied', retry: true, then: 'pause' }",
  ),
  mutation(
    'bisect on a transient error',
    'settle/failure.ts',
    'if (mayHaveApplied(error)) {',
    "if (error.tag === 'Interrupted') return isolate(run, sending, { tag: 'Refused', detail: error.detail, status: 500, culprits: [], blames: 'rejected' })\n  if (mayHaveApplied(error)) {",
  ),
  mutation(
    'a throttle is a refusal',
    'settle/failure.ts',
    "if (step === 'pause') return goLater(run, work, error)",
    "if (step === 'pause') return isolate(run, sending, { tag: 'Refused', detail: error.detail, status: 429, culprits: [], blames: 'rejected' })",
  ),
  mutation(
    'a throttle may have been carried out',
    'judge/policy.ts',
    "Throttled: { effect: 'not-applied'",
    "Throttled: { effect: 'unknown'",
  ),
  mutation(
    'a call that was cut was never sent',
    'run/call.ts',
    'sent: trail.sentAt !== undefined || !exchanges',
    'sent: false',
  ),

  // The judgement
  mutation(
    'a read shows what is now, however far it lags',
    'settings/settings.ts',
    'readLagMs: capabilities.readLagMs ?? defaults.readLagMs',
    'readLagMs: Math.min(capabilities.readLagMs ?? 0, 0)',
  ),
  {
    name: 'a read that began before the first send shows what came of it',
    edits: [
      {
        file: 'judge/record.ts',
        find: "doubt === undefined || from < doubt.firstSentAt ? 'before'",
        replace: "doubt === undefined ? 'before'",
      },
      {
        file: 'settle/doubt.ts',
        find: '[sentAt + readLagMs, deadAt + readLagMs]',
        replace: '[sentAt, deadAt + readLagMs]',
      },
    ],
  },
  mutation(
    'what a read lists while a send may still take effect is there to stay',
    'judge/record.ts',
    "from >= doubt.deadAt ? 'dead'",
    "from >= 0 ? 'dead'",
  ),
  mutation(
    'what a list that is cut short does not show is gone',
    'settle/reader.ts',
    'else if (complete && !untold.has(identity)) unlisted.push(record)',
    'else if (!untold.has(identity)) unlisted.push(record)',
  ),
  mutation(
    'what a list leaves out is gone',
    'settle/reader.ts',
    'else if (complete && !untold.has(identity)) unlisted.push(record)',
    'else if (complete) unlisted.push(record)',
  ),
  mutation(
    'what a lost read asked for is gone',
    'adapter/reading.ts',
    'if (isFinal) giveUp(piece.ids)',
    'if (isFinal) failures++',
  ),
  mutation('no job is ever carried out twice', 'settle/reply.ts', ' || (isJob && record.listed)', ''),
  mutation(
    'what is gone was gone before we came',
    'judge/judgement.ts',
    'if (inAll(wasGone) && !mayBeOurs(belief))',
    'if (inAll(wasGone))',
  ),
  mutation(
    'a send that may still take effect has had none',
    'judge/worlds.ts',
    '      if (alive && (world & there) !== 0) after.push((world & ~there) | doer)',
    '',
  ),
  mutation(
    'what reading proves to be gone has not passed',
    'run/run.ts',
    'if (isPassed) run.known.experience.passed++',
    '',
  ),
  mutation(
    'read back what is called deleted before a read can show it',
    'settle/counted.ts',
    'await waitUntil(run, now + readLagMs)',
    'await waitUntil(run, now)',
  ),
  mutation(
    'what was in flight when a process died is over',
    'settle/recovery.ts',
    'const lateAt = at + callTimeoutMs + lateEffectMs',
    'const lateAt = at',
  ),
  mutation(
    'jobs of the process before do not count',
    'engine/dispatch.ts',
    'const jobs = batch.jobId === undefined ? 0 : 1',
    'const jobs = 0',
  ),

  // Replies
  mutation(
    'drop the last record of a reply',
    'settle/reply.ts',
    'for (let at = 0; at < records.length; at++) {',
    'for (let at = 0; at < records.length - (records.length > 1 ? 1 : 0); at++) {',
  ),
  mutation(
    'count by reply instead of by batch',
    'judge/normalizer.ts',
    'return deleted === sent ? everyDeleted',
    'return failed === 0 ? everyDeleted',
  ),
  mutation(
    'join by position whatever the length',
    'judge/normalizer.ts',
    'if (reply.verdicts.length === ids.length)',
    'if (reply.verdicts.length >= ids.length)',
  ),
  mutation(
    'a reply that names strangers speaks for the others by its silence',
    'judge/normalizer.ts',
    'const silence = strangers ? strange : silences[reply.silence]',
    'const silence = strangers ? silences[reply.silence] : silences[reply.silence]',
  ),
  mutation(
    'the last word counts in a contradiction',
    'judge/normalizer.ts',
    'earlier === undefined || earlier.is === verdict.is ? verdict : contradicted',
    'verdict',
  ),
  mutation(
    'taken is deleted',
    'judge/normalizer.ts',
    "return every('says-nothing', 'the backend took the request and says nothing about any record')",
    'return everyDeleted',
  ),
  mutation(
    'who is gone after a count was gone before it',
    'settle/counted.ts',
    "took: 'unknown', quoted: failed > 0",
    "took: 'nothing', quoted: failed > 0",
  ),
  mutation(
    'who is there after a count was refused',
    'settle/counted.ts',
    'if (there.length > failed || deleted + failed !== records.length) return goAgain(run, there)',
    'if (there.length < 0) return goAgain(run, there)',
  ),
  mutation(
    'believe the reply where everything is to be read back',
    'settle/reply.ts',
    'if (confirming) followUps.confirm.push(record)',
    'if (confirming && passed < 0) followUps.confirm.push(record)',
  ),

  // Refusals
  mutation(
    'who is to blame for nothing in particular is refused',
    'settle/culprits.ts',
    "else if (is !== 'rejected' && canRead(run)) suspect(run, culprit)",
    'else if (is !== record.id) reject(run, culprit)',
  ),
  mutation(
    'forget the others when a culprit is named',
    'judge/isolation.ts',
    'const free = [...records.filter((record) => !settled.has(record)), ...others]',
    'const free = [...others]',
  ),
  mutation(
    'the first half of what was refused is to blame',
    'judge/isolation.ts',
    'if (records.length === 1 && only !== undefined)',
    'if (records.length <= 2 && only !== undefined)',
  ),

  // Jobs
  mutation(
    "judge a poll's 403 by the table",
    'engine/conduct.ts',
    'return doubtError(run, sending, job.left, true)',
    'return judgeError(run, sending, job.left)',
  ),
  mutation(
    'submit again when a poll fails',
    'engine/conduct.ts',
    'return doubtError(run, sending, job.left, true)',
    'return sendSame(run, work)',
  ),
  mutation(
    'follow a job for ever',
    'settle/jobs.ts',
    'if (clock.now() >= deadline) {',
    'if (clock.now() >= 2 * deadline) {',
  ),

  // The end of a run
  {
    name: 'hand the signal to a call in flight',
    edits: [
      {
        file: 'run/exchange.ts',
        find: 'const reply = await run.ending.deadlines.run(given, ',
        replace: 'const reply = await run.ending.deadlines.run(AbortSignal.any([given, run.ending.stop.stopping]), ',
      },
    ],
  },
  mutation(
    'drain for longer than drainMs',
    'run/stop.ts',
    'clock.sleep(drainMs, released.signal)',
    'clock.sleep(drainMs * 3 + 2_000, released.signal)',
  ),
  mutation(
    'send what waits for a token although the run has stopped',
    'run/exchange.ts',
    "const goes = (): void => {\n      if (purpose === 'delete' && run.ending.stop.reason() !== undefined) throw",
    "const goes = (): void => {\n      if (purpose === 'delete' && run.ending.stop.reason() === null) throw",
  ),
  mutation(
    'do not hear the abort',
    'run/stop.ts',
    "else signal?.addEventListener('abort', onAbort, { once: true })",
    '',
  ),
  mutation(
    'who was not sent when the run stopped is in doubt',
    'run/run.ts',
    'const doubted = isDoubted(record) ? record.doubt : undefined',
    "const doubted = record.doubt ?? { reason: { code: 'x', message: 'x' } }",
  ),
  mutation('never give up waiting for a proof', 'run/proofs.ts', 'giveUp: () => release(false)', 'giveUp: () => {}'),
  mutation(
    'forget what was read ahead when the source is closed',
    'intake/source.ts',
    'handOver(Number.POSITIVE_INFINITY, accept)',
    '',
  ),

  // Intake and caps
  mutation('tell repeats by their spelling', 'intake/intake.ts', '!seen.add(identity)', '!seen.add(id)'),
  mutation(
    'tell the protected by their spelling',
    'intake/intake.ts',
    '(_id, identity) => identities.has(identity)',
    '(_id) => identities.has(_id)',
  ),
  mutation(
    'send twins in one batch',
    'intake/batcher.ts',
    '!seen.add(identityOf(record.id))',
    '!seen.add(identityOf(record.id)) && room < 0',
  ),
  mutation(
    'measure no URL',
    'intake/batcher.ts',
    'const fits = urlBytes + weight.urlBytes <= limits.urlBytes && ',
    'const fits = ',
  ),
  mutation(
    'one record too many in a batch',
    'intake/batcher.ts',
    'while (batch.length < room) {',
    'while (batch.length < room + 1) {',
  ),
  {
    name: 'one exchange too many at once',
    edits: [
      {
        file: 'pace/gate.ts',
        find: 'waiting.length > 0 && running < width()',
        replace: 'waiting.length > 0 && running <= width()',
      },
      { file: 'pace/gate.ts', find: 'pLimit(concurrency)', replace: 'pLimit(concurrency + 1)' },
      { file: 'pace/gate.ts', find: 'return submitting < width() && ', replace: 'return submitting <= width() && ' },
    ],
  },
  mutation(
    'no exchange is ever too long',
    'http/deadlines.ts',
    'timeoutMs,\n          end:',
    'timeoutMs * 1_000,\n          end:',
  ),
  mutation('as many jobs as there are batches', 'engine/dispatch.ts', 'busy.submitting + busy.jobs < maxJobs &&', ''),
  mutation(
    'one record more than maxRecords',
    'engine/handover.ts',
    '++toSend > run.settings.maxRecords',
    '++toSend > run.settings.maxRecords + 1',
  ),
  mutation(
    'send in a dry run',
    'engine/handover.ts',
    'else if (run.settings.dryRun) settle',
    'else if (run.settings.dryRun && toSend < 0) settle',
  ),
  {
    name: 'do not wait as long as was asked',
    edits: [
      {
        file: 'run/exchange.ts',
        find: 'const askedMs = pauseAskedMs(reply, run.settings.clock.now())',
        replace: 'const askedMs = undefined',
      },
      { file: 'run/trouble.ts', find: 'const forMs = wish ?? told ??', replace: 'const forMs =' },
    ],
  },
  mutation(
    'send again without end',
    'run/requeue.ts',
    'return record.spent >= run.settings.attempts',
    'return record.spent < 0',
  ),
  mutation(
    'do not renew a token',
    'adapter/calls.ts',
    'if (!tokens.drop(token)) return first',
    'if (token !== null) return first',
  ),
  mutation(
    'count the requests that were wanted',
    'run/exchange.ts',
    'experience.requests++',
    'experience.requests += 2',
  ),
  mutation(
    'outcomes in the order in which they come',
    'engine/stream.ts',
    'outcomes[index] = outcome',
    'outcomes.push(outcome)',
  ),
  mutation(
    'show what was sent',
    'http/scrub.ts',
    '[...spansOf(text, secrets), ...announcedIn(text)',
    '[...announcedIn(text)',
  ),
]

/** Each text has to be in its file exactly once; one that is not tells that the engine has moved on, and so must its mutant. */
export const missingTexts = ({ name, edits }: Mutation, project: string): ReadonlyArray<string> =>
  edits.flatMap(({ file, find }) => {
    const count = readFileSync(join(project, 'src', 'core', file), 'utf8').split(find).length - 1
    return count === 1 ? [] : [`${name}: this stands ${count} times in ${file}: ${find}`]
  })
