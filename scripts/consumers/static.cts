/** CommonJS whose imports the compiler turns into `require`. */
import { assertAllGone, deleteRecords, type Report } from 'expunge'
import { startUuidList } from 'expunge/emulators'
import { uuidList } from 'expunge/providers/uuid-list'

const run = async (): Promise<Report> => {
  const max = await startUuidList()
  const ids = ['0b3f1c9e-5a0e-4b1c-9f43-0e4a5d6c7b81']
  max.seed(ids)
  const report = await deleteRecords(uuidList({ ...max.options, permanentDelete: true }), ids)
  await max.close()
  return report
}

run().then((report) => {
  assertAllGone(report)
  console.log('all gone')
})
