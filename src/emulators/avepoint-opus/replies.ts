import { randomUUID } from 'node:crypto'
import { retryAfterHeader } from '../server/rate.ts'
import type { FailureStatus, Reply } from '../server/system.ts'
import type { AvePointOpusEmulatorSettings } from './options.ts'

/** A record that could not be changed, and why. */
export interface Failure {
  readonly key: string
  readonly reason: string
}

export interface Replies {
  readonly done: (status: 200 | 201 | 204) => Reply
  /** 418, "processed with exceptions": the others were changed. */
  readonly partly: (failures: ReadonlyArray<Failure>) => Reply
  readonly malformed: (message: string) => Reply
  readonly fail: (status: FailureStatus) => Reply
}

/** What Opus says, in the shape that the settings ask for. */
export const repliesOf = (settings: AvePointOpusEmulatorSettings): Replies => {
  const { partial = 'http-418', failedItems = 'strings', message = 'string', errors = 'http' } = settings
  const { retryAfter = 'none', retryAfterMs = 1000 } = settings
  const told = (text: string) => ({ string: text, list: [text], null: null })[message]
  const place = (status: number): number => (errors === 'http' ? status : 200)
  return {
    done: (status) => (status === 204 ? { status } : { status, json: { statusCode: status, message: null } }),
    partly: (failures) => ({
      status: partial === 'http-418' ? 418 : 200,
      json: { statusCode: 418, message: told('Processed with exceptions.'), ...listing[failedItems](failures) },
    }),
    malformed: (text) => ({ status: place(400), json: { statusCode: 400, message: told(text) } }),
    fail: (status) => {
      if (status === 414) return { status, html: '<h1>414 URI Too Long</h1>' }
      if (status === 401 || status === 403 || status === 404 || status === 413) {
        return { status, json: { traceId: randomUUID(), error: phrases[status], statusCode: status } }
      }
      const trace = { requestId: randomUUID(), timestamp: new Date().toISOString(), traceId: randomUUID() }
      return {
        status: place(status),
        json: { statusCode: status, message: told(phrases[status]), ...trace },
        headers: status === 500 ? {} : retryAfterHeader(retryAfter, retryAfterMs),
      }
    },
  }
}

const phrases: Readonly<Record<Exclude<FailureStatus, 414>, string>> = {
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  413: 'Payload Too Large',
  429: 'Too many requests.',
  500: 'Internal server error.',
  503: 'Service unavailable.',
}

type Shape = NonNullable<AvePointOpusEmulatorSettings['failedItems']>

const listing: Readonly<Record<Shape, (failures: ReadonlyArray<Failure>) => object>> = {
  strings: (failures) => ({ failedItems: failures.map(({ key }) => key) }),
  rowKey: (failures) => ({ failedItems: failures.map(({ key, reason }) => ({ rowKey: key, message: reason })) }),
  id: (failures) => ({ failedItems: failures.map(({ key, reason }) => ({ id: key, reason })) }),
  disposalId: (failures) => ({ failedItems: failures.map(({ key, reason }) => ({ disposalId: key, error: reason })) }),
  recordId: (failures) => ({ failedItems: failures.map(({ key, reason }) => ({ recordId: key, message: reason })) }),
  strangers: (failures) => ({
    failedItems: failures.map(({ reason }, index) => ({ rowKey: `stranger-${index}`, message: reason })),
  }),
  missing: () => ({}),
  empty: () => ({ failedItems: [] }),
  unreadable: (failures) => ({ failedItems: failures.map((_, index) => ({ position: index })) }),
}
