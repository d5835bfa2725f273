import { UsageError } from '../../../src/http-provider.ts'
import type { SeenRequest } from '../../support/listen.ts'
import { assert } from '../../support/suite.ts'
import { salesforceSubject } from '../../testing/providers/salesforce.ts'
import type { Answered, Told } from './front.ts'
import {
  cappedList,
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
  shortList,
  unknownRefusal,
} from './generic.ts'
import { noJobs, noSignature, noWords, onePlace } from './said.ts'
import { open, tally } from './scene.ts'
import { each, type Row, type Traffic, type Trial } from './table.ts'

const collections = '/services/data/v65.0/composite/sobjects'
const traffic: Traffic = {
  subject: salesforceSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target.startsWith(`${collections}?ids=`),
  reads: ({ target }) => target.startsWith(`${collections}/Account`),
}

const half = ({ json }: Answered): Told => {
  const entries = json as ReadonlyArray<unknown>
  return { status: 200, json: entries.slice(0, entries.length >> 1) }
}
const capped = ({ json }: Answered): Told => ({ status: 200, json: (json as ReadonlyArray<unknown>).slice(0, 2) })
const nothing = (): Told => ({ status: 200, json: [] })

const idsIn = ({ target }: SeenRequest) => (new URL(target, 'http://x').searchParams.get('ids') ?? '').split(',')
const eachFails =
  (statusCode: string, message: string) =>
  (request: SeenRequest): Told => ({
    status: 200,
    json: idsIn(request).map(() => ({ success: false, errors: [{ statusCode, message, fields: [] }] })),
  })

/** A trigger can't take more than five records at once: no request of more is done. */
const limited =
  (message: string): Trial =>
  async (means) => {
    const scene = await open(means, traffic, 20)
    const refused = eachFails('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', message)
    scene.front.meddle((request) =>
      traffic.deletes(request) && idsIn(request).length > 5 ? refused(request) : undefined,
    )
    assert.equal(tally(await scene.run(scene.ids)), { deleted: 20 })
  }

/** A suffix that says other capitals than there are: another record, or none. */
const misspelt: Trial = async (means) => {
  const scene = await open(means, traffic, 3)
  const { respell = String } = salesforceSubject
  const long = scene.ids.map(respell)
  const wrong = `${long[0]?.slice(0, 15)}${long[0]?.slice(15) === 'AAC' ? 'BAC' : 'AAC'}`
  const report = await scene.run([wrong, ...long])
  assert.equal(
    report.outcomes.map((outcome) => (outcome.status === 'untouched' ? outcome.why : outcome.status)),
    ['invalid-id', 'deleted', 'deleted', 'deleted'],
  )
  let refused: unknown
  await scene.run(long, { protect: [wrong] }).catch((cause) => {
    refused = cause
  })
  assert.instance(refused, UsageError)
}

const nested =
  'AccountTrigger: execution of AfterDelete caused by: System.DmlException: Delete failed. First exception on row 0; first error: UNABLE_TO_LOCK_ROW, unable to obtain exclusive access to this record: []'

export const salesforceRow: Row = {
  name: 'salesforce',
  cells: {
    'short-list': each(shortList(traffic, half, nothing), cappedList(traffic, capped)),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: [] }),
      (request) => ({
        status: 200,
        json: idsIn(request)
          .slice(1)
          .map((id) => ({ id, success: true, errors: [] })),
      }),
      (request) => ({
        status: 200,
        json: idsIn(request).map((_, at, ids) => ({ id: ids[(at + 1) % ids.length], success: true, errors: [] })),
      }),
    ),
    'passing-refusal': each(
      passingRefusal(
        traffic,
        eachFails('UNABLE_TO_LOCK_ROW', 'unable to obtain exclusive access'),
        eachFails('TXN_SECURITY_METERING_ERROR', 'a transaction security policy'),
        eachFails('QUERY_TIMEOUT', 'Your query request was running for too long'),
        eachFails('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests Limit exceeded'),
        eachFails('UNKNOWN_EXCEPTION', 'An unexpected error occurred'),
        eachFails('CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', nested),
      ),
      unknownRefusal(traffic, 'vendor:A_CODE_OF_2031', (request) =>
        traffic.deletes(request) ? eachFails('A_CODE_OF_2031', 'for some reason')(request) : undefined,
      ),
      limited('System.LimitException: Too many SOQL queries: 101'),
      limited('Apex CPU time limit exceeded'),
      limited('System.TypeException: Cannot have more than 10 chunks in a single operation. Please rearrange the data'),
    ),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': noWords,
    'misspelt-id': misspelt,
    'deep-body': deepBody(traffic, (deep) => [
      { success: false, errors: [{ statusCode: 'ODD', message: 'odd', fields: deep }] },
    ]),
  },
}
