import { dirname, resolve } from 'node:path'
import { journalFiles, type KeptFile } from '../terminal/output-file.ts'
import type { TargetDraft } from './draft.ts'
import type { PlannedTarget, RunPlan } from './run-plan.ts'

/** What a plan is made of: no output is written over it. */
export const inputsOf = (plan: {
  readonly config: string
  readonly from?: RunPlan['from']
  readonly policy?: RunPlan['policy']
  readonly holds?: RunPlan['holds']
  readonly targets: ReadonlyArray<TargetDraft | PlannedTarget>
}): ReadonlyArray<KeptFile> => {
  const folder = dirname(plan.config)
  const inputs = plan.targets.flatMap((target) => {
    const { name, ids, protect, provider, options, http } = target
    const guarded = typeof protect === 'object' ? protect.path : protect
    const files: ReadonlyArray<readonly [string | undefined, string]> = [
      [ids === '-' ? undefined : ids, 'the ids'],
      [guarded, 'what is protected'],
      [/^\.{0,2}[/\\]/.test(provider) ? provider.replace(/#[^#]*$/, '') : undefined, 'the adapter'],
      ...secretFiles([options, http]).map((path) => [path, 'a secret'] as const),
      ...(['caFile', 'certFile', 'keyFile'] as const).map((key) => [textOf(http?.[key]), 'a certificate'] as const),
    ]
    return files.flatMap(([path, what]) =>
      path === undefined ? [] : [{ path: resolve(folder, path), what: `${what} of target "${name}"` }],
    )
  })
  const from = plan.from === undefined ? [] : journalFiles(plan.from.path, 'the journal that the plan was made from')
  const conditions = [
    ...(plan.policy === undefined ? [] : [{ path: plan.policy.approvers, what: 'who may approve' }]),
    ...(plan.holds ?? []).map(({ ids, target }) => ({ path: ids, what: `what is held of target "${target}"` })),
  ].map(({ path, what }) => ({ path: resolve(folder, path), what }))
  return [{ path: plan.config, what: 'the configuration' }, ...inputs, ...conditions, ...from]
}

/** Where copies go: no other output is written over them. */
export const backupsOf = (plan: {
  readonly config: string
  readonly targets: ReadonlyArray<Pick<TargetDraft, 'name' | 'backup'>>
}): ReadonlyArray<KeptFile> =>
  plan.targets.flatMap(({ name, backup }) =>
    backup === undefined
      ? []
      : [{ path: resolve(dirname(plan.config), backup), what: `the backup of target "${name}"` }],
  )

/** All of these, and the journal itself. */
export const filesOf = (journal: string, plan: RunPlan): ReadonlyArray<KeptFile> => [
  ...journalFiles(journal),
  ...inputsOf(plan),
  ...backupsOf(plan),
]

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined)

/** Every `{ "file": path }`, however deep. */
const secretFiles = (value: unknown): ReadonlyArray<string> => {
  if (typeof value !== 'object' || value === null) return []
  const { file } = value as { readonly file?: unknown }
  if (typeof file === 'string' && Object.keys(value).length === 1) return [file]
  return Object.values(value).flatMap(secretFiles)
}
