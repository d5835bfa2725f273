/**
 * Builds what runs: every entry of the package and of the command, with what they share in chunks. A file each would be
 * three hundred files, at about a millisecond a file whenever somebody types `expunge`. Types come from `tsc`.
 */
import { readFileSync } from 'node:fs'
import { build } from 'esbuild'

const { exports } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
  readonly exports: Readonly<Record<string, string | { readonly default: string }>>
}
const entries = Object.values(exports).flatMap((target) => (typeof target === 'string' ? [] : [target.default]))
const programs = ['./dist/cli/main.js', './dist/cli/demo/demo.js']

await build({
  entryPoints: [...entries, ...programs].map((path) => path.replace(/^\.\/dist\/(.*)\.js$/, 'src/$1.ts')),
  outbase: 'src',
  outdir: 'dist',
  bundle: true,
  splitting: true,
  chunkNames: 'chunks/[name]-[hash]',
  format: 'esm',
  platform: 'node',
  target: 'node22',
  packages: 'external',
  sourcemap: true,
  // The sources are in the package.
  sourcesContent: false,
  logLevel: 'warning',
})
