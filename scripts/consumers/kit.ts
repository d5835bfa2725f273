/** An adapter of a stranger's, held against the contract where the package is installed. */
import { ContractBreach, providerContract } from 'expunge/testing'
import { kilnSubject } from './kiln-subject.ts'

const cases = providerContract(kilnSubject)
if (cases.length < 40) throw new Error(`the contract has ${cases.length} cases`)
for (const { name, run } of cases) {
  try {
    await run()
  } catch (error) {
    throw new Error(`${name}: ${error instanceof ContractBreach ? error.message : String(error)}`)
  }
}
console.log('all gone')
