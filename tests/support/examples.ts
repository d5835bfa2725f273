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
 *
 * Or it names a file, for a program that is told in parts: later blocks import it by that name. It is type-checked, and run
 * where it is a test.
 *
 *     <!-- file: shelf.ts -->
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
  /** The file that it is, where other blocks import it. */
  readonly file?: string
}

export const project = resolve(import.meta.dirname, '..', '..')

/** README.md, CONTRIBUTING.md, and every Markdown file below docs/. */
export const documents = (): ReadonlyArray<string> => [
  'README.md',
  'CONTRIBUTING.md',
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
  let file: Example['file']
  for (let index = 0; index < lines.length; index++) {
    const text = lines[index] ?? ''
    const where = `${document}:${index + 1}`
    const comment = /^\s*<!--\s*example:(.*?)-->\s*$/.exec(text)
    const naming = /^\s*<!--\s*file:\s*([\w-]+(?:\.test)?\.ts)\s*-->\s*$/.exec(text)
    const fence = /^(\s*)(`{3,}|~{3,})\s*(\S*)\s*(.*?)\s*$/.exec(text)
    if (comment) setup = parseSetup(comment[1] ?? '', where)
    else if (naming) file = naming[1]
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
        const runs = flags === '' && (file === undefined || file.endsWith('.test.ts'))
        examples.push({
          document,
          line: from,
          code: body.join('\n'),
          runs,
          ...(setup && { setup }),
          ...(file && { file }),
        })
      } else if (setup || file) throw new Error(`${where}: the example comment stands before a block that is no ts`)
      setup = undefined
      file = undefined
      index = from + length
    } else if (text.trim() !== '' && (setup || file))
      throw new Error(`${where}: an example comment belongs right before a block`)
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
  const named = new Map<string, Example>()
  for (const example of examples) {
    if (example.file === undefined) continue
    if (named.has(example.file))
      throw new Error(`${example.document}:${example.line}: there is a ${example.file} already`)
    named.set(example.file, example)
  }
  const folder = join(project, '.tmp', `examples-${process.pid}-${opened++}`)
  mkdirSync(folder, { recursive: true })
  const setupPath = (name: string) => `${relative(folder, setups).replaceAll('\\', '/')}/${name}.ts`
  for (const [index, { code, setup, file }] of examples.entries()) {
    if (file !== undefined) {
      writeFileSync(join(folder, file), `${code}\n`)
      continue
    }
    // At the end, so that line numbers stay those of the block: imports are hoisted.
    const names = setup?.names ? `\nimport ${setup.names} from '${setupPath(setup.name)}'` : ''
    writeFileSync(join(folder, `example-${index}.ts`), `${code}${names}\n`)
    const load = setup
      ? `const setup: { close?: () => unknown } = await import('${setupPath(setup.name)}')`
      : 'const setup: { close?: () => unknown } = {}'
    // What a setup says when it closes must not hide what went wrong before.
    const caught = 'catch (error) {\n  console.error(error)\n  process.exitCode = 1\n}'
    const body = `try {\n  await import('./example-${index}.ts')\n} ${caught} finally {\n  await setup.close?.()\n}`
    writeFileSync(join(folder, `run-${index}.ts`), `${load}\n${body}\nexport {}\n`)
  }
  const options = { noUnusedLocals: false, noUnusedParameters: false }
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: '../../tsconfig.json',
      compilerOptions: options,
      include: ['./example-*.ts', ...named.keys()],
    }),
  )

  /** `…/example-3.ts(4,7)` and `…/example-3.ts:4:7` as a place in the document. */
  const inDocuments = (text: string) =>
    text.replace(/\S*?\b([\w-]+(?:\.test)?\.ts)(?:\((\d+),(\d+)\)|:(\d+):(\d+))/g, (whole, file, ...places) => {
      const index = /^example-(\d+)\.ts$/.exec(file)?.[1]
      const example = index === undefined ? named.get(file) : examples[Number(index)]
      const [line, column] = places.filter((place) => /^\d+$/.test(String(place)))
      return example ? `${example.document}:${example.line + Number(line)}:${column}` : whole
    })

  return {
    typeErrors: async () => {
      const tsc = join(project, 'node_modules', 'typescript', 'bin', 'tsc')
      return inDocuments(await spawned([tsc, '--pretty', 'false', '-p', folder], project, 60_000))
    },
    run: async (example) => {
      const program = example.file ?? `run-${examples.indexOf(example)}.ts`
      return inDocuments(await spawned([join(folder, program)], folder, runDeadlineMs))
    },
    close: () => rmSync(folder, { recursive: true, force: true }),
  }
}

const runDeadlineMs = 60_000
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
