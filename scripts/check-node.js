// Plain JavaScript on purpose: this has to run, and say its one line, on the Node that is too old for the rest.
const oldest = [22, 18]
const [major, minor] = process.versions.node.split('.').map(Number)

if (major < oldest[0] || (major === oldest[0] && minor < oldest[1])) {
  console.error(
    `expunge needs Node ${oldest.join('.')} or newer, and this is ${process.version}: run "npm ci", which brings one along.`,
  )
  process.exit(1)
}
