/** No compiler at all: every entry point by `require`, and a run. */
const { exports: entries } = require('expunge/package.json')

for (const [entry, target] of Object.entries(entries)) {
  if (typeof target === 'string') continue
  if (Object.keys(require(`expunge${entry.slice(1)}`)).length === 0) throw new Error(`${entry} exports nothing`)
}

const { assertAllGone, deleteRecords } = require('expunge')
const { startDatoCms } = require('expunge/emulators')
const { datoCms } = require('expunge/providers/datocms')

const run = async () => {
  const cms = await startDatoCms()
  cms.seed(['1', '2'])
  assertAllGone(await deleteRecords(datoCms(cms.options), ['1', '2']))
  await cms.close()
  console.log('all gone')
}

run()
