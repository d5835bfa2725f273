/** Opus at the real addresses of its regions we, us, uk and de, `OPUS_CLIENT_ID` and `OPUS_CLIENT_SECRET` in `process.env`, and three records. */
import { startAvePointOpus } from '../../../src/emulators/index.ts'
import { redirect } from '../redirect.ts'

const emulator = await startAvePointOpus()
for (const region of ['we', 'us', 'uk', 'de']) {
  redirect(`https://graph-${region}.avepointonlineservices.com`, emulator.url)
}
redirect('https://identity.avepointonlineservices.com', emulator.url)
process.env['OPUS_CLIENT_ID'] = emulator.options.clientId
process.env['OPUS_CLIENT_SECRET'] = emulator.options.clientSecret

export const ids: ReadonlyArray<string> = ['invoice-2019-001', 'invoice-2019-002', 'Contract 7, signed']
emulator.seed(ids)

export const close = () => emulator.close()
export { emulator }
