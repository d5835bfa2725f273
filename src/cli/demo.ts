/** `npm run demo`: the main job on three emulated systems, and whether its report is true. Exits 1 where it is not. */
import { startDemoSystems } from './demo-systems.ts'
import { showDemo } from './show-demo.ts'

// Whoever reads the output has gone: there is nobody left to show anything to.
process.stdout.on('error', () => process.exit(1))

const systems = await startDemoSystems()
try {
  if (!(await showDemo(systems, process.stdout))) process.exitCode = 1
} finally {
  await Promise.all(systems.map(({ emulator }) => emulator.close()))
}
