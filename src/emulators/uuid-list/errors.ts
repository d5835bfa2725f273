import { randomUUID } from 'node:crypto'
import { retryAfterHeader } from '../server/rate.ts'
import type { FailureStatus, Reply } from '../server/system.ts'
import type { UuidListEmulatorSettings } from './options.ts'

export interface UuidListErrors {
  /** 400: no ids at all. */
  readonly missingParameter: () => Reply
  /** 400: this is no UUID. */
  readonly invalidId: (id: string) => Reply
  /** 404: there is no such record. */
  readonly notFound: (id: string) => Reply
  /** 400: this record can't be deleted. */
  readonly notDeletable: (id: string, reason: string) => Reply
  /** 400: anything else that is wrong with the parameters. */
  readonly invalidParameter: (message: string) => Reply
  readonly noSuchObject: (object: string) => Reply
  readonly fail: (status: FailureStatus) => Reply
}

/** The documented errors, in the JSON shape that the settings ask for. */
export const errorsOf = (settings: UuidListEmulatorSettings): UuidListErrors => {
  const { names = true, notFoundType = 'entity_not_found_error', wrongObject = 404, tooLong = 414 } = settings
  const { retryAfter = 'none', retryAfterMs = 1000 } = settings
  const named = (id: string): string => (names === true ? id : names === 'stranger' ? randomUUID() : '')
  const error = (status: number, type: string, message: string): Reply => ({
    status,
    json: shaped(settings, type, message.trim()),
  })
  const invalidParameter = (message: string) => error(400, 'invalid_parameter_error', message)
  return {
    missingParameter: () =>
      error(400, 'missing_parameter_error', 'The request did not contain a valid uuid to delete the record'),
    invalidId: (id) => invalidParameter(`The request did not provide a valid Record ID: ${named(id)}`),
    notFound: (id) => error(404, notFoundType, `Entity not found UUID: ${named(id)}`),
    notDeletable: (id, reason) =>
      error(400, 'operation_error', `Error Deleting Records. Exception={${[named(id), reason].join(' ').trim()}}`),
    invalidParameter,
    noSuchObject: (object) =>
      wrongObject === 404
        ? error(404, notFoundType, `Entity not found: ${object}`)
        : invalidParameter(`The request did not provide a valid object identifier: ${object}`),
    fail: (status) => {
      // The web server in front of the application speaks here, in HTML.
      if (status === 414) return { status: tooLong, html: `<h1>${tooLong}</h1>` }
      const [type, message] = words[status]
      const waits = status === 429 || status === 503
      return { ...error(status, type, message), headers: waits ? retryAfterHeader(retryAfter, retryAfterMs) : {} }
    },
  }
}

const shaped = (settings: UuidListEmulatorSettings, type: string, message: string): unknown => {
  const { errorShape = 'top', errorTypeName = 'error_type', errorMessageName = 'error_message' } = settings
  const error = { [errorTypeName]: type, [errorMessageName]: message }
  return { top: error, error: { error }, errors: { errors: [error] }, array: [error] }[errorShape]
}

const words: Readonly<Record<Exclude<FailureStatus, 414>, readonly [type: string, message: string]>> = {
  401: ['invalid_token_error', 'Invalid Token Errors'],
  403: ['access_denied_error', 'Access denied'],
  404: ['not_found_error', 'Not found'],
  413: ['invalid_parameter_error', 'The request is too large'],
  429: ['too_many_requests_error', 'Too many requests'],
  500: ['server_error', 'Server error'],
  503: ['service_unavailable_error', 'Service unavailable'],
}
