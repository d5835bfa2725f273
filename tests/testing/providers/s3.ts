import { s3 } from '../../../src/providers/s3/s3.ts'
import type { ContractSubject } from '../../../src/testing.ts'
import { s3Bucket, s3Key, startS3 } from '../../support/s3-server.ts'

/** A bucket of s3rver, which refuses no key. */
const subjectOf = (lenient: boolean): ContractSubject => ({
  provider: (baseUrl) =>
    s3({
      baseUrl,
      region: 'us-east-1',
      bucket: s3Bucket,
      credentials: { accessKeyId: s3Key, secretAccessKey: s3Key },
    }),
  invalidIds: ['../x', 'a/./b', 'x'.repeat(1_025)],
  missing: 'silent',
  // Its server holds each signature against a clock of its own, far from the one of the contract: every run is signed anew.
  start: async () => {
    const server = await startS3(lenient)
    return { url: server.url, seed: server.put, existing: server.keys, busy: server.putOff, close: server.close }
  },
})

export const s3Subject = subjectOf(false)
export const lenientS3 = subjectOf(true)
