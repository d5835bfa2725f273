import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, sep } from 'node:path'
import { arrowsBetween, placeOf, type Source } from '../support/architecture.ts'
import { assert, suite } from '../support/suite.ts'

/** What docs/architecture.md and the headers of the rooms say of the sources is so; and files that documents name are there. */
const test = suite('the page on architecture')

const root = join(import.meta.dirname, '..', '..')
const read = (...path: ReadonlyArray<string>) => readFileSync(join(root, ...path), 'utf8')
const filesBelow = (folder: string, ending: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith(ending))
    .map((path) => path.split(sep).join('/'))
const sources: ReadonlyArray<Source> = filesBelow('src', '.ts').map((path) => ({ path, text: read('src', path) }))
const page = read('docs', 'architecture.md')

interface Picture {
  /** Files and folders, by the name of their node. */
  readonly nodes: ReadonlyMap<string, ReadonlyArray<string>>
  readonly arrows: ReadonlyArray<string>
}

const pictureIn = (markdown: string): Picture => {
  const drawn = /```mermaid\n([\s\S]*?)```/.exec(markdown)?.[1] ?? ''
  const nodes = Array.from(drawn.matchAll(/(\w+)\["([^"]+)"\]/g), ([, name = '', label = '']) => {
    return [name, label.split(', ')] as const
  })
  const arrows = Array.from(
    drawn.matchAll(/^ *(\w+)(?:\["[^"]*"\])? --> (\w+)/gm),
    ([, from, to]) => `${from} -> ${to}`,
  )
  return { nodes: new Map(nodes), arrows }
}

/** The arrows that follow from no others; a graph without circles has exactly one such set. */
const essential = (graph: ReadonlyMap<string, ReadonlyArray<string>>): ReadonlyArray<string> => {
  const reached = (from: string): ReadonlySet<string> =>
    new Set((graph.get(from) ?? []).flatMap((to) => [to, ...reached(to)]))
  return [...graph].flatMap(([from, targets]) =>
    targets
      .filter((to) => !targets.some((other) => other !== to && reached(other).has(to)))
      .map((to) => `${from} -> ${to}`),
  )
}

/** What is wrong with a picture, as far as these sources go. */
const errorsIn = ({ nodes, arrows }: Picture, files: ReadonlyArray<Source>): ReadonlyArray<string> => {
  const nodesOf = (path: string) =>
    [...nodes].flatMap(([name, places]) => (places.some((place) => isIn(path, place)) ? [name] : []))
  const real = essential(arrowsBetween(files, (path) => nodesOf(path)[0]))
  return [
    ...files.filter(({ path }) => nodesOf(path).length !== 1).map(({ path }) => `${path} is not in one node`),
    ...real.filter((arrow) => !arrows.includes(arrow)).map((arrow) => `not drawn: ${arrow}`),
    ...arrows.filter((arrow) => !real.includes(arrow)).map((arrow) => `drawn, and not so: ${arrow}`),
  ]
}

const isIn = (path: string, place: string): boolean => (place.endsWith('/') ? path.startsWith(place) : path === place)

test('the picture has every room, and the arrows that the imports have', () => {
  const picture = pictureIn(page)
  assert.ok(picture.nodes.size > 20 && picture.arrows.length > 20)
  assert.equal(errorsIn(picture, sources), [])
})

test('a picture that is wrong is found out', () => {
  const files: ReadonlyArray<Source> = [
    { path: 'top/a.ts', text: "import '../middle/b.ts'\nimport '../ground/c.ts'" },
    { path: 'middle/b.ts', text: "import '../ground/c.ts'" },
    { path: 'ground/c.ts', text: '' },
  ]
  const drawn = (...lines: ReadonlyArray<string>) =>
    errorsIn(pictureIn(`\`\`\`mermaid\n${lines.join('\n')}\n\`\`\``), files)
  const [down, on] = ['t["top/"] --> m["middle/"]', 'm --> g["ground/"]']
  assert.equal(drawn(down, on), [])
  assert.equal(drawn(down, on, 't --> g'), ['drawn, and not so: t -> g'])
  assert.equal(drawn(down, 'g["ground/"]'), ['not drawn: m -> g'])
  assert.equal(drawn(down, on.replace('ground', 'cellar')).slice(0, 1), ['ground/c.ts is not in one node'])
})

test('every room has its sentence', () => {
  const rooms = new Set(sources.map(({ path }) => placeOf(path).replace(/^providers\/.*/, 'providers/')))
  const said = Array.from(page.matchAll(/^\| (`.*?) \|/gm), ([, names = '']) => names.split(', ')).flat()
  assert.equal(said.map((name) => name.replaceAll('`', '')).sort(), [...rooms].sort())
})

/** `name` (`file`), and what else of the code the same step quotes. */
const doorsIn = (markdown: string) =>
  [...markdown.matchAll(/`(\w+)` \(`([\w/.-]+\.ts)`\)([^\n]*)/g)].map(([, name = '', file = '', rest = '']) => ({
    name,
    file,
    calls: Array.from(rest.matchAll(/`([\w.]+)\(…\)`/g), ([, call = '']) => call),
  }))

const doorErrors = (markdown: string, files: ReadonlyArray<Source>): ReadonlyArray<string> =>
  doorsIn(markdown).flatMap(({ name, file, calls }) => {
    const text = files.find(({ path }) => path === file)?.text
    if (text === undefined) return [`there is no ${file}`]
    const declared = new RegExp(String.raw`^ *(?:export )?(?:async )?(?:const|function) ${name}\b`, 'm').test(text)
    const missing = calls.filter(
      (call) => !new RegExp(String.raw`(?<![\w.])${call.replaceAll('.', '\\.')}\(`).test(text),
    )
    return [...(declared ? [] : [`${file} has no ${name}`]), ...missing.map((call) => `${file} does not call ${call}`)]
  })

test('the trip goes through functions that are there, each of which calls what it says', () => {
  const steps = page.split('\n').filter((line) => /^\d+\. /.test(line))
  assert.ok(steps.length > 20)
  for (const step of steps) assert.is(doorsIn(step)[0]?.calls.length, 1, step)
  assert.equal(doorErrors(page, sources), [])
})

test('a trip that is wrong is found out', () => {
  const said = (step: string) => doorErrors(step, [{ path: 'a.ts', text: 'export const one = () => two.more(3)' }])
  assert.equal(said('1. `one` (`a.ts`) goes on: `two.more(…)`'), [])
  assert.equal(said('1. `one` (`b.ts`)'), ['there is no b.ts'])
  assert.equal(said('1. `two` (`a.ts`)'), ['a.ts has no two'])
  assert.equal(said('1. `one` (`a.ts`) goes on: `more(…)`'), ['a.ts does not call more'])
})

test('the headers of rooms are short, and say what their rooms import', () => {
  const arrows = arrowsBetween(sources, placeOf)
  const headers = sources.flatMap(({ path, text }) => {
    const header = /^\/\*\*\n(?: \*.*\n)*? \* May import: ([^.]*)\.\n(?: \*.*\n)*? \*\/\n/.exec(text)
    return header === null ? [] : [{ path, lines: header[0].split('\n').length - 1, names: header[1] ?? '' }]
  })
  assert.ok(headers.length > 5)
  for (const { path, lines, names } of headers) {
    assert.ok(lines <= 8, path)
    const real = (arrows.get(placeOf(path)) ?? []).map((room) => room.replace(/^core\/|\/$/g, ''))
    assert.equal(names === 'nothing' ? [] : names.split(', ').sort(), real.sort(), path)
  }
})

const folders = 'core|cli|face|fp|providers|journal|testing|emulators|tests|scripts|bench|schema|docs'
const namedIn = (markdown: string): ReadonlyArray<string> =>
  Array.from(markdown.matchAll(new RegExp(`\`((?:src/)?(?:${folders})/[\\w./-]*)\``, 'g')), ([, name = '']) => name)
const isThere = (name: string): boolean => existsSync(join(root, name)) || existsSync(join(root, 'src', name))

test('files and folders that documents name are there', () => {
  assert.equal(namedIn('`core/gone.ts`, `src/core/gone/` and `tests/gone.test.ts`, `a/b.ts`').filter(isThere), [])
  assert.is(namedIn('`core/gone.ts`, `src/core/gone/` and `tests/gone.test.ts`, `a/b.ts`').length, 3)
  const documents = [...filesBelow('docs', '.md').map((path) => `docs/${path}`), 'README.md', 'CONTRIBUTING.md']
  const missing = documents.flatMap((document) =>
    namedIn(read(document))
      .filter((name) => !isThere(name))
      .map((name) => `${document} names ${name}`),
  )
  assert.equal(missing, [])
})
