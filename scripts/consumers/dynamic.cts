/** CommonJS of a compiler setting that knows no `require` of ES modules: it imports when it runs. */
import type { Report } from 'expunge' with { 'resolution-mode': 'import' }

const run = async (): Promise<Report> => {
  const { avePointOpus, deleteRecords } = await import('expunge')
  const { startAvePointOpus } = await import('expunge/emulators')
  const opus = await startAvePointOpus()
  opus.seed(['a'])
  const report = await deleteRecords(avePointOpus(opus.options), ['a'])
  await opus.close()
  return report
}

run().then(({ totals }) => {
  if (totals.deleted !== 1) throw new Error('one record was to be deleted')
  console.log('all gone')
})
