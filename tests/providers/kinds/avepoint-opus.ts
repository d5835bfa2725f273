import { assert } from '../../support/suite.ts'
import { avePointOpusSubject } from '../../testing/providers/avepoint-opus.ts'
import { deepBody, dotSegments, endlessWait, neverSent, passingRefusal } from './generic.ts'
import { noCheck, noJobs, noSignature, onePlace, verbatim } from './said.ts'
import { open, tally } from './scene.ts'
import type { Row, Traffic } from './table.ts'

const traffic: Traffic = {
  subject: avePointOpusSubject,
  deletes: ({ method, target }) => method === 'DELETE' && target === '/records/connector/records',
  reads: () => false,
}

export const avePointOpusRow: Row = {
  name: 'avepoint-opus',
  cells: {
    'short-list':
      'Nothing can be read by key, so no list settles a record; the list of what is due is read to its end, or is an error.',
    // A 204 is documented as done, and stands; what says less is in doubt, and can't be read back.
    'hollow-success': async (means) => {
      for (const json of [{}, [], { message: null }, { statusCode: 200, failedItems: 'two of them' }]) {
        const scene = await open(means, traffic)
        scene.front.meddle((request) => (traffic.deletes(request) ? { status: 200, json } : undefined))
        const report = await scene.run(scene.ids, { attempts: 2 })
        assert.equal(tally(report), { unconfirmed: scene.ids.length }, JSON.stringify(json))
      }
    },
    'passing-refusal': passingRefusal(traffic, () => ({
      status: 200,
      json: { statusCode: 429, message: 'Too many requests' },
    })),
    'costly-record': 'Nothing can be read, so no batch is ever proven untouched: after a 5xx all of it is unconfirmed.',
    'guessed-job': noJobs,
    'never-sent': neverSent(traffic),
    'endless-wait': endlessWait(traffic),
    'wrong-clock': noSignature,
    elsewhere: onePlace,
    'dot-segments': dotSegments(traffic),
    'rewritten-word': verbatim,
    'misspelt-id': noCheck,
    'deep-body': deepBody(traffic, (deep) => ({ statusCode: 418, failedItems: [deep] })),
  },
}
