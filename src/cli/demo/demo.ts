/** `npm run demo`: the main job on three emulated systems, and whether its report is true. Exits 1 where it is not. */
import { demo } from './show.ts'

await demo()
