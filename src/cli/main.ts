#!/usr/bin/env node
/**
 * The command. Nothing is imported before the Node that runs this is known to be new enough, or the first line that it
 * would print is a stack trace. The commands are listed in `program.ts`.
 */
const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)

if (major < 22 || (major === 22 && minor < 18)) {
  process.stderr.write(`expunge needs Node 22.18 or newer, and this is ${process.version}\n`)
  process.exitCode = 2
} else {
  import('./commands/program.ts').then(({ main }) => main(process.argv))
}

export {}
