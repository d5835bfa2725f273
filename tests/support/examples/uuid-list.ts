/** A UUID-list system at `https://acme.example.com`, object `io_showcase`, `process.env.UUID_LIST_TOKEN`, and three records. */
import { startUuidList } from '../../../src/emulators/index.ts'
import { redirect } from '../redirect.ts'

const emulator = await startUuidList()
redirect('https://acme.example.com', emulator.url)
process.env['UUID_LIST_TOKEN'] = emulator.options.token

export const ids: ReadonlyArray<string> = [
  '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81',
  '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b82',
  '0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b83',
]
emulator.seed(ids)

export const close = () => emulator.close()
export { emulator }
