/**
 * The code blocks of README and docs: found, type-checked together and run, each in a process of its own, against the built
 * package (they import from 'expunge' as a user does).
 *
 *     ```ts            type-checked and run
 *     ```ts no-run     type-checked only
 *
 * A comment that no reader sees may stand right before a block and name its setup, a module in `tests/support/examples/`. It
 * is loaded before the block and may start an emulator, set variables of the environment, redirect a host to loopback; its
 * `close()` is called when the block has run. Names in braces are imported into the block:
 *
 *     <!-- example: datocms -->            <!-- example: datocms { ids, signal } -->
 */
import { execFile } from 'node:child_process'
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'

export interface Example {
  /** Where it is written: the document, and the line of the opening fence, counted from 1. */
  readonly document: string
  readonly line: number
  readonly code: string
  readonly runs: boolean
  readonly setup?: { readonly name: string; readonly names: string }
}

export const project = resolve(import.meta.dirname, '..', '..')

/** README.md, and every Markdown file below docs/. */
export const documents = (): ReadonlyArray<string> => [
  'README.md',
  ...readdirSync(join(project, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join('docs', path))
    .sort(),
]

export const readExamples = (document: string): ReadonlyArray<Example> =>
  examplesIn(document, readFileSync(join(project, document), 'utf8'))

/** Throws on a fence or a comment that it does not know: a block that is skipped by mistake is a block nobody checks. */
export const examplesIn = (document: string, markdown: string): ReadonlyArray<Example> => {
  const examples: Example[] = []
  const lines = markdown.split(/\r?\n/)
  let setup: Example['setup']
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index] ?? ''
    const where = `${document}:${index + 1}`
    const comment = /^\s*<!--\s*example:(.*?)-->\s*$/.exec(text)
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*?)\s*$/.exec(text)
    if (comment) setup = parseSetup(comment[1] ?? '', where)
    else if (fence) {
      const [, indent = '', marker = '', language = '', flags = ''] = fence
      const from = index + 1
      const length = lines.slice(from).findIndex((line) => line.trim() === marker)
      if (length < 0) throw new Error(`${where}: the code block is never closed`)
      if (/^(typescript|javascript|js|mjs|mts|tsx)$/i.test(language))
        throw new Error(`${where}: write \`\`\`ts, so that the block is checked`)
      if (language === 'ts') {
        if (flags !== '' && flags !== 'no-run') throw new Error(`${where}: what does "${flags}" mean?`)
        const body = lines.slice(from, from + length).map((line) => line.replace(indent, ''))
        examples.push({ document, line: from, code: body.join('\n'), runs: flags === '', ...(setup && { setup }) })
      } else if (setup) throw new Error(`${where}: the example comment stands before a block that is no ts`)
      setup = undefined
      index = from + length
    } else if (text.trim() !== '' && setup) throw new Error(`${where}: an example comment belongs right before a block`)
  }
  return examples
}

/** A folder inside the project that holds the examples as files, so that 'expunge' resolves to the project itself. */
export interface Workshop {
  /** What the compiler says of all of them, in terms of the documents; empty when it is content. */
  readonly typeErrors: () => Promise<string>
  /** Runs one; says what went wrong, empty when it ended well. */
  readonly run: (example: Example) => Promise<string>
  readonly close: () => void
}

export const openWorkshop = (
  examples: ReadonlyArray<Example>,
  setups = join(import.meta.dirname, 'examples'),
): Workshop => {
  const folder = join(project, '.tmp', `examples-${process.pid}-${opened++}`)
  mkdirSync(folder, { recursive: true })
  const setupPath = (name: string) => `${relative(folder, setups).replaceAll('\\', '/')}/${name}.ts`
  for (const [index, { code, setup }] of examples.entries()) {
    // At the end, so that line numbers stay those of the block: imports are hoisted.
    const names = setup?.names ? `\nimport ${setup.names} from '${setupPath(setup.name)}'` : ''
    writeFileSync(join(folder, `example-${index}.ts`), `${code}${names}\n`)
    const load = setup
      ? `const setup: { close?: () => unknown } = await import('${setupPath(setup.name)}')`
      : 'const setup: { close?: () => unknown } = {}'
    const body = `try {\n  await import('./example-${index}.ts')\n} finally {\n  await setup.close?.()\n}`
    writeFileSync(join(folder, `run-${index}.ts`), `${load}\n${body}\nexport {}\n`)
  }
  const options = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({ extends: '../../tsconfig.json', compilerOptions: options, include: ['./example-*.ts'] }),
  )

  /** `…/example-3.ts(4,7)` and `…/example-3.ts:4:7` as a place in the document. */
  const inDocuments = (text: string) =>
    text.replace(/\S*\bexample-(\d+)\.ts(?:\((\d+),(\d+)\)|:(\d+):(\d+))/g, (whole, index, ...places) => {
      const example = examples[Number(index)]
      const [line, column] = places.filter((place) => /^\d+$/.test(String(place)))
      return example ? `${example.document}:${example.line + Number(line)}:${column}` : whole
    })

  return {
    typeErrors: async () => {
      const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
      return inDocuments(await spawned([tsc, '--pretty', 'false', '-p', folder], project, 60_000))
    },
    run: async (example) => {
      const index = examples.indexOf(example)
      return inDocuments(await spawned([join(folder, `run-${index}.ts`)], folder, runDeadlineMs))
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const runDeadlineMs = 20_000
let opened = 0

const parseSetup = (text: string, where: string): { name: string; names: string } => {
  const [, name, names = ''] = /^\s*([\w-]+)\s*(\{[^}]*\})?\s*$/.exec(text) ?? []
  if (name === undefined) throw new Error(`${where}: an example comment names a setup, and perhaps { names }`)
  return { name, names }
}

const spawned = (args: ReadonlyArray<string>, cwd: string, timeout: number): Promise<string> =>
  new Promise((done) => {
    execFile(process.execPath, args, { cwd, timeout, killSignal: 'SIGKILL' }, (error, stdout, stderr) => {
      if (error === null) return done('')
      const end = error.killed ? `did not end within ${timeout} ms` : `ended with ${error.signal ?? error.code}`
      done(`${stdout}\n${stderr}\n${end}`.trim())
    })
  })
