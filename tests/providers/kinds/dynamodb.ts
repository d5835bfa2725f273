import type { SeenRequest } from '../../support/listen.ts'
import { assert } from '../../support/suite.ts'
import { dynamoDbSubject } from '../../testing/providers/dynamodb.ts'
import type { Answered, Told } from './front.ts'
import {
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
  shortList,
} from './generic.ts'
import { noCheck, noJobs, onePlace, verbatim } from './said.ts'
import { open, tally } from './scene.ts'
import type { Row, Traffic } from './table.ts'

const isFor = ({ headers }: SeenRequest, operation: string): boolean =>
  String(headers['x-amz-target']).endsWith(`.${operation}`)
const traffic: Traffic = {
  subject: dynamoDbSubject,
  deletes: (request) => isFor(request, 'BatchWriteItem'),
  reads: (request) => isFor(request, 'BatchGetItem'),
}

type Item = Readonly<Record<string, unknown>>
interface Got {
  readonly Responses: Readonly<Record<string, ReadonlyArray<Item>>>
}

const half = ({ json }: Answered): Told => {
  const items = (json as Got).Responses['table-1'] ?? []
  const cut = items.length >> 1
  return {
    status: 200,
    json: { Responses: { 'table-1': items.slice(0, cut) }, UnprocessedKeys: { 'table-1': { Keys: items.slice(cut) } } },
  }
}
/** Nothing is looked up, and what comes back is another table's. */
const elsewhere = ({ json }: Answered): Told => ({
  status: 200,
  json: {
    Responses: { 'table-1': ((json as Got).Responses['table-1'] ?? []).slice(0, 1) },
    UnprocessedKeys: { 'table-2': { Keys: [{ id: { S: 'x' } }] } },
  },
})

const told = (code: string) => (): Told => ({
  status: 400,
  json: { __type: `com.amazonaws.dynamodb.v20120810#${code}`, message: 'not now' },
})

export const dynamoDbRow: Row = {
  name: 'dynamodb',
  cells: {
    'short-list': shortList(traffic, half, elsewhere),
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, json: {} }),
      () => ({
        status: 200,
        json: { UnprocessedItems: { 'table-2': [{ DeleteRequest: { Key: { id: { S: 'x' } } } }] } },
      }),
      () => ({
        status: 200,
        json: { UnprocessedItems: { 'table-1': [{ DeleteRequest: { Key: { id: { S: 'stranger' } } } }] } },
      }),
    ),
    'passing-refusal': passingRefusal(
      traffic,
      ...[
        'TransactionConflictException',
        'TransactionInProgressException',
        'ReplicatedWriteConflictException',
        'ProvisionedThroughputExceededException',
        'RequestLimitExceeded',
        'ThrottlingException',
        'InternalServerError',
      ].map(told),
    ),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': async (means) => {
      const scene = await open(means, traffic)
      const signed: string[] = []
      scene.front.meddle((request) => {
        const at = String(request.headers['x-amz-date'])
        signed.push(at)
        if (at.startsWith('20260101T05')) return undefined
        return {
          status: 400,
          headers: { date: 'Thu, 01 Jan 2026 05:30:00 GMT' },
          json: {
            __type: '#InvalidSignatureException',
            message: `Signature expired: ${at} is now earlier than 20260101T052500Z`,
          },
        }
      })
      assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length })
      assert.is(signed.filter((at) => !at.startsWith('20260101T05')).length, 1, 'the difference is kept')
    },
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': verbatim,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({
      UnprocessedItems: { 'table-1': [{ DeleteRequest: { Key: { id: deep } } }] },
    })),
  },
}
