import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { assert, suite } from '../support/suite.ts'

/** Every link in the documents leads somewhere: to a file that is there, and to a heading that it has. */
const test = suite('links')

const root = join(import.meta.dirname, '..', '..')
const inFolder = (folder: string): ReadonlyArray<string> =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(root, folder, path))
const documents = [
  ...readdirSync(root)
    .filter((path) => path.endsWith('.md'))
    .map((path) => join(root, path)),
  ...['docs', 'examples', '.changeset'].flatMap(inFolder),
]

const withoutCode = (markdown: string): string =>
  markdown
    .replace(/^( *)(```+|~~~+)[\s\S]*?^\1\2 *$/gm, '')
    .replace(/(`+)[^`][\s\S]*?\1/g, (code) => code.replace(/[[\]]/g, ''))

/** As a forge makes them of headings: lower case, without punctuation, hyphens for blanks, a number for a repeat. */
const anchorsIn = (markdown: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const [, heading = ''] of markdown.replace(/^( *)(```+)[\s\S]*?^\1\2 *$/gm, '').matchAll(/^#{1,6} +(.*)$/gm)) {
    const text = heading.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = text
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}

const deadLinks = (document: string, markdown: string): ReadonlyArray<string> =>
  [...withoutCode(markdown).matchAll(/\]\(([^)\s]+)\)/g)].flatMap(([, target = '']) => {
    if (/^[a-z]+:/.test(target)) return []
    const [path = '', anchor] = target.split('#')
    const file = path === '' ? document : join(dirname(document), path)
    if (!existsSync(file)) return [`${relative(root, document)}: ${target}: there is no such file`]
    const heads =
      anchor === undefined ||
      !file.endsWith('.md') ||
      anchorsIn(file === document ? markdown : readFileSync(file, 'utf8')).has(anchor)
    return heads ? [] : [`${relative(root, document)}: ${target}: there is no such heading`]
  })

test('every link leads to a file and a heading that are there', () => {
  assert.ok(documents.length > 20)
  const dead = documents.flatMap((document) => deadLinks(document, readFileSync(document, 'utf8')))
  assert.is(dead.join('\n'), '')
})

test('every page is led to from the README', () => {
  const reached = new Set<string>()
  const queue = [join(root, 'README.md')]
  for (let page = queue.pop(); page !== undefined; page = queue.pop()) {
    if (reached.has(page) || !page.endsWith('.md') || !existsSync(page)) continue
    reached.add(page)
    for (const [, target = ''] of withoutCode(readFileSync(page, 'utf8')).matchAll(/\]\(([^)\s#]+)[^)]*\)/g)) {
      if (!/^[a-z]+:/.test(target)) queue.push(join(dirname(page), target))
    }
  }
  const lost = documents.filter((page) => !reached.has(page) && !/decisions|\.changeset/.test(page))
  assert.equal(
    lost.map((page) => relative(root, page)),
    [],
  )
})

test('a link that leads nowhere is found out', () => {
  const page = join(root, 'README.md')
  assert.is(
    deadLinks(page, '[a](docs/nowhere.md) [b](#nowhere) [c](docs/start.md#nowhere) [d](https://example.com)').length,
    3,
  )
  assert.equal(deadLinks(page, '# Two Words, `code`\n[a](#two-words-code) [b](docs/start.md#plan)\n`[c](nowhere)`'), [])
})
