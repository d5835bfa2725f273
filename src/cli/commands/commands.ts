import type { Command } from 'commander'

/** A command, as the list of `--help` has it; `load` brings what adds it to the program. */
export interface CommandEntry {
  readonly name: string
  readonly takes: string
  readonly summary: string
  readonly load: () => Promise<(program: Command) => void>
}

/**
 * Every command stands in a file of its own, which exports a function that adds it. One entry each, in the order in which
 * `--help` shows them.
 */
export const commands: ReadonlyArray<CommandEntry> = [
  {
    name: 'init',
    takes: '[options]',
    summary: 'write a first cleanup.json',
    load: async () => (await import('./init.ts')).addInitCommand,
  },
  {
    name: 'plan',
    takes: '[options] [cleanup.json]',
    summary: 'read ids, write the plan of a run, send no deletion',
    load: async () => (await import('./plan.ts')).addPlanCommand,
  },
  {
    name: 'approve',
    takes: '[options] <run.db>',
    summary: 'put on record who approves a plan, signed or not',
    load: async () => told((await import('./evidence/approve.ts')).addApproveCommand),
  },
  {
    name: 'show',
    takes: '[options] <run.db>',
    summary: 'the plan of a journal once more, and who has approved it',
    load: async () => (await import('./show.ts')).addShowCommand,
  },
  {
    name: 'run',
    takes: '[options] <run.db|cleanup.json>',
    summary: 'carry out a plan that was approved',
    load: async () => (await import('./run.ts')).addRunCommand,
  },
  {
    name: 'resume',
    takes: '[options] <run.db>',
    summary: 'go on after a crash, Ctrl-C or a halt',
    load: async () => (await import('./resume.ts')).addResumeCommand,
  },
  {
    name: 'pause',
    takes: '[options] <run.db>',
    summary: 'send no more deletions for now',
    load: async () => (await import('./steer.ts')).addPauseCommand,
  },
  {
    name: 'continue',
    takes: '[options] <run.db>',
    summary: 'end a pause',
    load: async () => (await import('./steer.ts')).addContinueCommand,
  },
  {
    name: 'rate',
    takes: '[options] <run.db>',
    summary: 'set the pace of a run',
    load: async () => (await import('./steer.ts')).addRateCommand,
  },
  {
    name: 'stop',
    takes: '[options] <run.db>',
    summary: 'end a run, and save it',
    load: async () => (await import('./steer.ts')).addStopCommand,
  },
  {
    name: 'status',
    takes: '[options] <run.db>',
    summary: 'where a run stands, also while it goes on',
    load: async () => (await import('./status.ts')).addStatusCommand,
  },
  {
    name: 'watch',
    takes: '[options] <run.db>',
    summary: 'a page of a run that keeps itself up to date',
    load: async () => told((await import('./evidence/watch.ts')).addWatchCommand),
  },
  {
    name: 'report',
    takes: '[options] <run.db>',
    summary: 'what became of every record',
    load: async () => (await import('./report.ts')).addReportCommand,
  },
  {
    name: 'explain',
    takes: '[options] <run.db> [id]',
    summary: 'all that is on record of one record',
    load: async () => (await import('./explain.ts')).addExplainCommand,
  },
  {
    name: 'confirm',
    takes: '[options] <run.db> <done.csv>',
    summary: 'put on record what people did by hand',
    load: async () => told((await import('./evidence/confirm.ts')).addConfirmCommand),
  },
  {
    name: 'verify',
    takes: '[options] <run.db>',
    summary: 'read back what a run called gone',
    load: async () => (await import('./verify.ts')).addVerifyCommand,
  },
  {
    name: 'retry',
    takes: '[options] <run.db>',
    summary: 'plan what a run has left',
    load: async () => (await import('./retry.ts')).addRetryCommand,
  },
  {
    name: 'certify',
    takes: '[options] <run.db>',
    summary: 'a certificate of what a run has destroyed',
    load: async () => told((await import('./evidence/certify.ts')).addCertifyCommand),
  },
  {
    name: 'verify-certificate',
    takes: '[options] <dir>',
    summary: 'check a certificate, without a network',
    load: async () => told((await import('./evidence/verify-certificate.ts')).addVerifyCertificateCommand),
  },
  {
    name: 'prove',
    takes: '[options] <dir>',
    summary: 'prove by a certificate what became of one record',
    load: async () => told((await import('./evidence/prove.ts')).addProveCommand),
  },
  {
    name: 'seal',
    takes: '[options] <run.db>',
    summary: 'take ids and words out of the journal of a run that has ended',
    load: async () => told((await import('./evidence/seal.ts')).addSealCommand),
  },
  {
    name: 'replay',
    takes: '[options] <run.db...>',
    summary: 'plan what was gone, after a backup was restored',
    load: async () => (await import('./replay.ts')).addReplayCommand,
  },
  {
    name: 'providers',
    takes: '[options] [name]',
    summary: 'what is built in',
    load: async () => (await import('./providers.ts')).addProvidersCommand,
  },
  {
    name: 'demo',
    takes: '',
    summary: 'the main job on three emulated systems',
    load: async () => (await import('./demo.ts')).addDemoCommand,
  },
  {
    name: 'emulate',
    takes: '[options] [name...]',
    summary: 'stand-ins for the systems, to try everything on',
    load: async () => (await import('./emulate.ts')).addEmulateCommand,
  },
]

/** A command that lies apart, with the options of every command that tells something. */
const told = async (add: (program: Command) => Command): Promise<(program: Command) => void> => {
  const { messageOptions } = await import('./options.ts')
  return (program) => void messageOptions(add(program))
}
