/** Says what to do where the packages that the bench measures beside are not there; it installs nothing by itself. */
import { existsSync } from 'node:fs'
import { join } from 'node:path'

if (!existsSync(join(import.meta.dirname, 'node_modules'))) {
  console.error('What the bench measures beside is not installed. Once: npm ci --prefix bench')
  process.exit(1)
}
