import { assert } from '../../support/suite.ts'
import { lenientS3 } from '../../testing/providers/s3.ts'
import {
  costlyRecord,
  deepBody,
  dotSegments,
  endlessWait,
  hollowSuccess,
  neverSent,
  passingRefusal,
} from './generic.ts'
import { noCheck, noJobs, onePlace, verbatim } from './said.ts'
import { open, tally } from './scene.ts'
import type { Row, Traffic } from './table.ts'

const traffic: Traffic = {
  subject: lenientS3,
  deletes: ({ method, target }) => method === 'POST' && target.includes('delete'),
  reads: ({ method }) => method === 'HEAD',
}

const xml = (text: string) => () => ({ status: 200, text, headers: { 'content-type': 'application/xml' } })

export const s3Row: Row = {
  name: 's3',
  cells: {
    'short-list': 'Each object is asked for by a HEAD of its own: there is no list that could be cut short.',
    'hollow-success': hollowSuccess(
      traffic,
      () => ({ status: 200, text: '' }),
      xml('<DeleteResult/>'),
      xml('<DeleteResult><Deleted><Key>stranger</Key></Deleted></DeleteResult>'),
      xml('<html><title>Sign in</title></html>'),
    ),
    'passing-refusal': passingRefusal(traffic, () => ({
      status: 503,
      text: '<Error><Code>SlowDown</Code><Message>Please reduce your request rate.</Message></Error>',
    })),
    'costly-record': costlyRecord(traffic),
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    // The store's clock is the machine's, and the run's is months behind.
    'wrong-clock': async (means) => {
      const scene = await open(means, traffic)
      assert.equal(tally(await scene.run(scene.ids)), { deleted: scene.ids.length })
    },
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': verbatim,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => deep),
  },
}
